/**
 * Action-value networks Q(s, a): perceptrons over [observation | action] with one output, kept as an ensemble whose
 * members share one state tensor.
 */
import type { RandomStream } from "../random.js";
import { concat, expand, reshape } from "../tensor/operations.js";
import type { Tensor } from "../tensor/tensor.js";
import { mlp, mlpParameters } from "./mlp.js";
import { declareParameters, type Parameters } from "./parameters.js";

export interface Critic {
  readonly name: string;
  /** Q of rows [rows, observation + action] as [rows]. */
  readonly values: (rows: Tensor) => Tensor;
}

export interface CriticEnsemble {
  readonly parameters: Parameters;
  readonly members: readonly Critic[];
}

export interface CriticShape {
  readonly observationSize: number;
  readonly actionSize: number;
  readonly hidden: readonly number[];
  readonly count: number;
}

/** `count` critics under one state tensor; with a stream of the same seed two ensembles start alike. */
export function criticEnsemble(name: string, shape: CriticShape, random: RandomStream): CriticEnsemble {
  const sizes = [shape.observationSize + shape.actionSize, ...shape.hidden, 1];
  const prefixes = Array.from({ length: shape.count }, (_, i) => `${name}/critic${i + 1}`);
  const parameters = declareParameters(
    name,
    prefixes.flatMap((prefix) => mlpParameters(prefix, sizes, random)),
  );
  const members = prefixes.map((prefix) => ({
    name: prefix,
    values: (rows: Tensor) => reshape(mlp(parameters, prefix, sizes.length - 1, rows), [rows.shape[0]!]),
  }));
  return { parameters, members };
}

/** Rows [batch·actions, observation + action]: every observation beside each of its actions [batch, actions, action]. */
export function stateActionRows(observations: Tensor, actions: Tensor): Tensor {
  const [batch, count, actionSize] = actions.shape as readonly [number, number, number];
  const observationSize = observations.shape[1]!;
  const repeated = expand(reshape(observations, [batch, 1, observationSize]), [batch, count, observationSize]);
  return reshape(concat([repeated, actions], 2), [batch * count, observationSize + actionSize]);
}
