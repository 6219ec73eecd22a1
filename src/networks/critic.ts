/**
 * Action-value networks Q(s, a): an ensemble of perceptrons over [observation | action] with one output each.
 */
import type { RandomStream } from "../random.js";
import { concat, expand, minimum, reshape, slice } from "../tensor/operations.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Encoder } from "./encoder.js";
import { declareEnsemble, type Ensemble, type Networks } from "./ensemble.js";
import type { MlpOptions } from "./mlp.js";

/** `count` critics Q(s, a), each a perceptron with hidden layers of these sizes. */
export interface CriticShape extends MlpOptions {
  readonly observationSize: number;
  readonly actionSize: number;
  readonly hidden: readonly number[];
  readonly count: number;
  /** What turns observations into states; absent: they are states. */
  readonly encoder?: Encoder | undefined;
}

/** `count` critics under one state tensor; their `forward` gives [count, rows, 1] for rows [rows, observation + action]. */
export function declareCritics(name: string, shape: CriticShape, random: RandomStream): Ensemble {
  const stateSize = shape.encoder?.size ?? shape.observationSize;
  const sizes = [stateSize + shape.actionSize, ...shape.hidden, 1];
  return declareEnsemble(name, { ...shape, sizes }, random);
}

/** Q of rows [rows, state + action] by every critic, [count, rows]. */
export function actionValues({ count, forward }: Pick<Ensemble, "count" | "forward">, rows: Tensor): Tensor {
  return reshape(forward(rows), [count, rows.shape[0]!]);
}

/**
 * Q of every action in its state by every critic, [count, batch·n]. Where states are found in pictures they are long or
 * dear, and the critics' first layer is taken apart.
 * @param states [batch, state] or [critics, batch, state], of `critics.states`
 * @param actions [batch, n, action]
 */
export function valuesOfActions(critics: Networks, states: Tensor, actions: Tensor): Tensor {
  if (!critics.encoder.looks) return actionValues(critics, stateActionRows(states, actions));
  const [batch, n] = actions.shape as readonly [number, number, number];
  return reshape(critics.forwardPairs({ states, actions }), [critics.count, batch * n]);
}

/** The smallest of the critics' values [count, ...] as [...]. */
export function minimumOverCritics(values: Tensor): Tensor {
  const [count, ...rest] = values.shape as readonly [number, ...number[]];
  const each = Array.from({ length: count }, (_, i) => reshape(slice(values, 0, i, i + 1), rest));
  return each.reduce(minimum);
}

/** Rows [batch·actions, observation + action]: every observation beside each of its actions [batch, actions, action]. */
export function stateActionRows(observations: Tensor, actions: Tensor): Tensor {
  const [batch, count, actionSize] = actions.shape as readonly [number, number, number];
  const observationSize = observations.shape[1]!;
  const repeated = expand(reshape(observations, [batch, 1, observationSize]), [batch, count, observationSize]);
  return reshape(concat([repeated, actions], 2), [batch * count, observationSize + actionSize]);
}
