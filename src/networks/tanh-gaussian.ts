/**
 * The stochastic policy of the SAC family (Haarnoja et al. 2018, appendix C): a normal distribution squashed by tanh.
 * A perceptron gives [mean | raw log-std]; log-std = clip(multiplier·raw + offset), with trainable multiplier and
 * offset as in the Cal-QL reference. Sampling and log-probability share one draw of noise.
 */
import type { RandomStream } from "../random.js";
import { add, clip, exp, mul, neg, reshape, slice, softplus, square, sub, sum, tanh } from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import { mlp, mlpParameters } from "./mlp.js";
import { declareParameters, member, type Parameters } from "./parameters.js";

const LOG_SQRT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

export interface Distribution {
  /** [batch, action], before the tanh. */
  readonly mean: Tensor;
  /** [batch, action] */
  readonly logStd: Tensor;
}

export interface Sample {
  /** In (-1, 1), with the shape of the noise. */
  readonly actions: Tensor;
  /** log pi(a|s), one per action. */
  readonly logProbabilities: Tensor;
}

export interface TanhGaussianPolicy {
  readonly parameters: Parameters;
  /** pi(.|s); with `members` of other values (frozen ones, say) in place of the learned ones. */
  readonly distribution: (observations: Tensor, members?: Parameters["members"]) => Distribution;
}

export interface PolicyShape {
  readonly observationSize: number;
  readonly actionSize: number;
  readonly hidden: readonly number[];
  readonly logStdRange: readonly [number, number];
}

export function tanhGaussianPolicy(name: string, shape: PolicyShape, random: RandomStream): TanhGaussianPolicy {
  const { observationSize, actionSize, hidden, logStdRange } = shape;
  const sizes = [observationSize, ...hidden, 2 * actionSize];
  const parameters = declareParameters(name, [
    ...mlpParameters(name, sizes, random),
    { name: `${name}/logStdMultiplier`, shape: [], initial: Float32Array.of(1) },
    { name: `${name}/logStdOffset`, shape: [], initial: Float32Array.of(-1) },
  ]);
  const distribution: TanhGaussianPolicy["distribution"] = (observations, members = parameters.members) => {
    const head = mlp({ members }, name, sizes.length - 1, observations);
    const raw = slice(head, 1, actionSize, 2 * actionSize);
    const multiplier = member({ members }, `${name}/logStdMultiplier`);
    const scaled = add(mul(multiplier, raw), member({ members }, `${name}/logStdOffset`));
    return { mean: slice(head, 1, 0, actionSize), logStd: clip(scaled, ...logStdRange) };
  };
  return { parameters, distribution };
}

/**
 * One action per row of standard-normal noise: [batch, action], or [batch, n, action] for n actions in each state.
 * The change of variables is log(1 - tanh(u)^2) = 2·(log 2 - u - softplus(-2u)), which does not cancel for large u.
 */
export function sample({ mean, logStd }: Distribution, noise: Tensor): Sample {
  return scope("sample", () => {
    const [batch, actionSize] = mean.shape as readonly [number, number];
    const spread = (x: Tensor) => (noise.shape.length === 3 ? reshape(x, [batch, 1, actionSize]) : x);
    const u = add(spread(mean), mul(spread(exp(logStd)), noise));
    const gaussian = sub(mul(square(noise), -0.5), add(spread(logStd), LOG_SQRT_TWO_PI));
    const correction = mul(sub(sub(Math.LN2, u), softplus(mul(neg(u), 2))), 2);
    return { actions: tanh(u), logProbabilities: sum(sub(gaussian, correction), [noise.shape.length - 1]) };
  });
}

/** The deterministic action: tanh(mean). */
export function mode({ mean }: Distribution): Tensor {
  return tanh(mean);
}
