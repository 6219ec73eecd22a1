/**
 * The optimiser (Adam, Kingma and Ba 2015, algorithm 1) and Polyak averaging, as expressions over flat parameter
 * vectors. Adam is written with moments that are not multiplied by (1 - beta); the factors move into two scalars per
 * step. That is the same arithmetic in 10 passes over the vector instead of 13.
 */
import { add, div, exp, mul, sqrt, square, state, sub } from "../tensor/operations.js";
import type { StateDefinition } from "../tensor/program.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import type { Parameters } from "./parameters.js";

export interface AdamSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export interface AdamStep {
  /** The parameters after the step [size]. */
  readonly next: Tensor;
  /** The parameters, both moments and the number of steps, to be kept by the program. */
  readonly states: readonly StateDefinition[];
}

/**
 * One Adam step. The steps are counted for these parameters alone, because what begins to learn later (a multiplier
 * after a change of algorithm) needs the bias correction of a beginner.
 * @param gradient [size] of the loss that is minimised
 */
export function adam(
  parameters: Parameters,
  gradient: Tensor,
  learningRate: number,
  { beta1, beta2, epsilon }: AdamSettings,
): AdamStep {
  return scope(`adam/${parameters.name}`, () => {
    const size = parameters.flat.shape;
    const steps = state(`${parameters.name}/steps`, []);
    const step = add(steps, 1);
    const firstMoment = state(`${parameters.name}/firstMoment`, size);
    const secondMoment = state(`${parameters.name}/secondMoment`, size);
    const first = add(mul(firstMoment, beta1), gradient);
    const second = add(mul(secondMoment, beta2), square(gradient));
    // With m = (1 - beta1)·first and v = (1 - beta2)·second, the paper's step lr·m̂/(sqrt(v̂) + epsilon) becomes
    // rate·first/(sqrt(second) + epsilon/root), root = sqrt((1 - beta2)/(1 - beta2^t)).
    const root = sqrt(div(1 - beta2, oneMinusPower(beta2, step)));
    const rate = div(mul(div(1 - beta1, oneMinusPower(beta1, step)), learningRate), root);
    const direction = div(first, add(sqrt(second), div(epsilon, root)));
    const next = sub(parameters.flat, mul(direction, rate));
    const zeros = new Float32Array(parameters.initial.length);
    const states = [
      { current: parameters.flat, initial: parameters.initial, next },
      { current: firstMoment, initial: zeros, next: first },
      { current: secondMoment, initial: zeros, next: second },
      { current: steps, initial: new Float32Array(1), next: step },
    ];
    return { next, states };
  });
}

/** 1 - beta^step */
function oneMinusPower(beta: number, step: Tensor): Tensor {
  return sub(1, exp(mul(step, Math.log(beta))));
}

/** target + tau·(online - target): the slow copy that bootstraps. */
export function polyak(target: Parameters, online: Tensor, tau: number): StateDefinition {
  const next = scope(`polyak/${target.name}`, () => add(target.flat, mul(sub(online, target.flat), tau)));
  return { current: target.flat, initial: target.initial, next };
}
