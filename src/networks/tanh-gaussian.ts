/**
 * The stochastic policy of the SAC family (Haarnoja et al. 2018, appendix C): a normal distribution squashed by tanh.
 * A perceptron gives [mean | raw log-std]; log-std = clip(multiplier·raw + offset), with trainable multiplier and
 * offset as in the Cal-QL reference. Sampling and log-probability share one draw of noise.
 */
import type { RandomStream } from "../random.js";
import {
  add,
  clip,
  div,
  exp,
  log,
  mul,
  neg,
  reshape,
  slice,
  softplus,
  square,
  sub,
  sum,
  tanh,
} from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import { type Encoder, plainEncoder } from "./encoder.js";
import { mlp, mlpParameters } from "./mlp.js";
import { allMembers, declareParameters, member, type Parameters } from "./parameters.js";
import { type Policy, readWith } from "./policy.js";

const LOG_SQRT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** tanh-Gaussian distributions of actions, one a state: a = tanh(u), u ~ N(mean, exp(logStd)^2). */
export interface Distribution {
  /** [batch, action], before the tanh. */
  readonly mean: Tensor;
  /** [batch, action] */
  readonly logStd: Tensor;
}

/** Actions drawn from a policy, with the logarithms of their densities. */
export interface Sample {
  /** In (-1, 1), with the shape of the noise. */
  readonly actions: Tensor;
  /** log pi(a|s), one per action. */
  readonly logProbabilities: Tensor;
}

/** The policy of SAC (Haarnoja et al. 2018): a Gaussian whose mean and deviation depend on the state, squashed by tanh. */
export interface TanhGaussianPolicy extends Policy {
  /** pi(.|s); with `members` of other values in place of the learned ones. */
  readonly distribution: (observations: Tensor, members?: Parameters["members"]) => Distribution;
}

/** The sizes of a stochastic policy, and the bounds between which logStd is clipped. */
export interface PolicyShape {
  readonly observationSize: number;
  /** What turns observations into states; absent: they are states. */
  readonly encoder?: Encoder | undefined;
  readonly actionSize: number;
  readonly hidden: readonly number[];
  readonly logStdRange: readonly [number, number];
}

/** A tanh-Gaussian policy under a name, with first values from the stream. */
export function tanhGaussianPolicy(name: string, shape: PolicyShape, random: RandomStream): TanhGaussianPolicy {
  const { actionSize, hidden, logStdRange } = shape;
  const encoder = shape.encoder ?? plainEncoder(shape.observationSize);
  const sizes = [encoder.size, ...hidden, 2 * actionSize];
  const parameters = declareParameters(name, [
    ...mlpParameters(name, sizes, random),
    ...encoder.parameters(random),
    { name: `${name}/logStdMultiplier`, shape: [], initial: Float32Array.of(1) },
    { name: `${name}/logStdOffset`, shape: [], initial: Float32Array.of(-1) },
  ]);
  const reads = readWith(parameters, encoder);
  const distribution: TanhGaussianPolicy["distribution"] = (observations, members = allMembers(reads())) => {
    const head = mlp({ members }, name, sizes.length - 1, encoder.states(observations, members));
    const raw = slice(head, 1, actionSize, 2 * actionSize);
    const multiplier = member({ members }, `${name}/logStdMultiplier`);
    const scaled = add(mul(multiplier, raw), member({ members }, `${name}/logStdOffset`));
    return { mean: slice(head, 1, 0, actionSize), logStd: clip(scaled, ...logStdRange) };
  };
  return {
    kind: "a tanh-Gaussian",
    parameters,
    reads,
    distribution,
    noiseSize: actionSize,
    act: (observations, noise, members) => sample(distribution(observations, members), noise).actions,
    outputs: (observations, members) => {
      const { mean, logStd } = distribution(observations, members);
      return { actions: tanh(mean), mean, logStd };
    },
    documentation: "observations [batch, observation] -> actions in (-1, 1); sample: tanh(mean + exp(logStd)*noise)",
  };
}

/**
 * One action per row of standard-normal noise, [batch, action] or, for n actions in each state, [batch, n, action]:
 * a = tanh(mean + std·noise), with log pi(a|s) [batch] or [batch, n] (Haarnoja et al. 2018, appendix C).
 */
export function sample({ mean, logStd }: Distribution, noise: Tensor): Sample {
  return scope("sample", () => {
    const [batch, actionSize] = mean.shape as readonly [number, number];
    const spread = (x: Tensor) => (noise.shape.length === 3 ? reshape(x, [batch, 1, actionSize]) : x);
    const u = add(spread(mean), mul(spread(exp(logStd)), noise));
    const logDensity = sub(normalLogDensity(noise, spread(logStd)), logSlope(u));
    return { actions: tanh(u), logProbabilities: sum(logDensity, [-1]) };
  });
}

/**
 * log pi(a|s) [batch] of given actions [batch, action], inside (-1, 1): of the actions themselves, not of a fresh sample.
 */
export function logProbability({ mean, logStd }: Distribution, actions: Tensor): Tensor {
  return scope("logProbability", () => {
    const u = mul(sub(log(add(actions, 1)), log(sub(1, actions))), 0.5); // atanh(a)
    const noise = div(sub(u, mean), exp(logStd));
    return sum(sub(normalLogDensity(noise, logStd), logSlope(u)), [1]);
  });
}

/** The log density of mean + exp(logStd)·noise under its normal distribution, for each number. */
export function normalLogDensity(noise: Tensor, logStd: Tensor): Tensor {
  return sub(mul(square(noise), -0.5), add(logStd, LOG_SQRT_TWO_PI));
}

/** log(1 - tanh(u)^2) = 2·(log 2 - u - softplus(-2u)), which does not cancel for large u. */
function logSlope(u: Tensor): Tensor {
  return mul(sub(sub(Math.LN2, u), softplus(mul(neg(u), 2))), 2);
}
