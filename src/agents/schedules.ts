/**
 * What changes on a schedule while an agent learns: learning rates and weights as functions of the updates made so
 * far.
 */
import { add, clip, cos, exp, mul, sub } from "../tensor/operations.js";
import type { Tensor } from "../tensor/tensor.js";

/**
 * How much of a stretch of updates is done, in [0, 1]: 0 before it, 1 after it.
 * @param updates made so far, a scalar
 * @param start updates before the stretch
 * @param length updates in it
 */
export function progress(updates: Tensor, start: number, length: number): Tensor {
  return clip(mul(sub(updates, start), 1 / length), 0, 1);
}

/** From 1 at `done` = 0 to 0 at `done` = 1, along half a cosine (Loshchilov and Hutter 2017, equation 5, without restarts). */
export function cosineDecay(done: Tensor): Tensor {
  return mul(add(cos(mul(done, Math.PI)), 1), 0.5);
}

/** From 1 at `done` = 0 to `end` at `done` = 1, along a line. */
export function linearDecay(done: Tensor, end: number): Tensor {
  return sub(1, mul(done, 1 - end));
}

/** From 1 at `done` = 0 to `end` (above 0) at `done` = 1, by the same factor in every update. */
export function exponentialDecay(done: Tensor, end: number): Tensor {
  return exp(mul(done, Math.log(end)));
}
