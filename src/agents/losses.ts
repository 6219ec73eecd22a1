/**
 * What an algorithm is, once its formulas are written: objectives (a loss, the parameters that it teaches, how fast)
 * and the metrics it reports. Every loss is differentiated with respect to its own parameters only.
 */
import type { Parameters } from "../networks/parameters.js";
import { add, mul } from "../tensor/operations.js";
import type { Tensor } from "../tensor/tensor.js";

export interface Objective {
  readonly parameters: Parameters;
  /** A scalar that is minimised. */
  readonly loss: Tensor;
  readonly learningRate: number;
}

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

/** One metric a critic: "q#Mean" becomes q1Mean, q2Mean, ... */
export function numbered(pattern: string, tensors: readonly Tensor[]): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(tensors.map((tensor, i) => [pattern.replace("#", String(i + 1)), tensor]));
}

export function sumOf(tensors: readonly Tensor[]): Tensor {
  return tensors.reduce((total, tensor) => add(total, tensor));
}

export function averageOf(tensors: readonly Tensor[]): Tensor {
  return mul(sumOf(tensors), 1 / tensors.length);
}
