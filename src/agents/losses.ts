/**
 * What an algorithm is, once its formulas are written: objectives (a loss, the parameters that it teaches, how fast)
 * and the metrics it reports. Every loss is differentiated with respect to its own parameters only.
 */
import type { Parameters } from "../networks/parameters.js";
import { reshape, slice } from "../tensor/operations.js";
import type { Tensor } from "../tensor/tensor.js";

/** Parameters that take one Adam step an update, down the gradient of a scalar loss. */
export interface Objective {
  readonly parameters: Parameters;
  /** A scalar that is minimised. */
  readonly loss: Tensor;
  readonly learningRate: Tensor | number;
}

/** What an update minimises, and what it reports. */
export interface Losses {
  readonly objectives: readonly Objective[];
  /** Scalars, by the names under which they are recorded. */
  readonly metrics: Readonly<Record<string, Tensor>>;
}

/** Several sets of losses that are learned together. */
export function mergeLosses(...sets: readonly Losses[]): Losses {
  return {
    objectives: sets.flatMap((set) => set.objectives),
    metrics: Object.assign({}, ...sets.map((set) => set.metrics)),
  };
}

/** One metric a critic from a vector [critics]: "q#Mean" becomes q1Mean, q2Mean, ... */
export function numbered(pattern: string, perCritic: Tensor): Readonly<Record<string, Tensor>> {
  const count = perCritic.shape[0]!;
  const metric = (i: number) => [pattern.replace("#", String(i + 1)), reshape(slice(perCritic, 0, i, i + 1), [])];
  return Object.fromEntries(Array.from({ length: count }, (_, i) => metric(i)));
}
