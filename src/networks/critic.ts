/**
 * Action-value networks Q(s, a): an ensemble of perceptrons over [observation | action] with one output each.
 */
import type { RandomStream } from "../random.js";
import { concat, expand, minimum, reshape, slice } from "../tensor/operations.js";
import type { Tensor } from "../tensor/tensor.js";
import { declareEnsemble, type Ensemble } from "./ensemble.js";
import type { MlpOptions } from "./mlp.js";

/** `count` critics Q(s, a), each a perceptron with hidden layers of these sizes. */
export interface CriticShape extends MlpOptions {
  readonly observationSize: number;
  readonly actionSize: number;
  readonly hidden: readonly number[];
  readonly count: number;
}

/** `count` critics under one state tensor; their `forward` gives [count, rows, 1] for rows [rows, observation + action]. */
export function declareCritics(name: string, shape: CriticShape, random: RandomStream): Ensemble {
  const sizes = [shape.observationSize + shape.actionSize, ...shape.hidden, 1];
  return declareEnsemble(name, { ...shape, sizes }, random);
}

/** Q of rows [rows, observation + action] by every critic, [count, rows]. */
export function actionValues({ count, forward }: Pick<Ensemble, "count" | "forward">, rows: Tensor): Tensor {
  return reshape(forward(rows), [count, rows.shape[0]!]);
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
