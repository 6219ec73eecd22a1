/**
 * The Gaussian policy of IQL and AWAC: a normal distribution whose mean is a perceptron and whose log standard
 * deviation is one trainable number per action, the same in every state. Nothing is squashed: the density is the plain
 * normal one, and actions that leave [-1, 1] are clipped.
 */
import type { RandomStream } from "../random.js";
import { add, clip, div, exp, mul, sub, sum, tanh } from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import { plainEncoder } from "./encoder.js";
import { mlp, mlpParameters } from "./mlp.js";
import { allMembers, declareParameters, member, type Parameters } from "./parameters.js";
import { type Policy, readWith } from "./policy.js";
import { normalLogDensity, type PolicyShape } from "./tanh-gaussian.js";

/** The sizes of a Gaussian policy. */
export interface GaussianShape extends PolicyShape {
  /** The mean is the tanh of the perceptron (IQL) and not its output itself (AWAC). */
  readonly squashedMean: boolean;
}

/** A policy whose actions are normally distributed and clipped, with a standard deviation that no state changes. */
export interface GaussianPolicy extends Policy {
  /** mean [batch, action] and logStd [action], with `members` of other values in place of the learned ones. */
  readonly distribution: (observations: Tensor, members?: Parameters["members"]) => NormalDistribution;
}

/** Normal distributions of actions, one a state, with a common standard deviation exp(logStd). */
export interface NormalDistribution {
  /** [batch, action] */
  readonly mean: Tensor;
  /** [action] */
  readonly logStd: Tensor;
}

/** A Gaussian policy under a name, with first values from the stream. */
export function gaussianPolicy(name: string, shape: GaussianShape, random: RandomStream): GaussianPolicy {
  const { actionSize, hidden, logStdRange, squashedMean } = shape;
  const encoder = shape.encoder ?? plainEncoder(shape.observationSize);
  const sizes = [encoder.size, ...hidden, actionSize];
  const parameters = declareParameters(name, [
    ...mlpParameters(name, sizes, random),
    ...encoder.parameters(random),
    { name: `${name}/logStd`, shape: [actionSize], initial: new Float32Array(actionSize) },
  ]);
  const reads = readWith(parameters, encoder);
  const distribution: GaussianPolicy["distribution"] = (observations, members = allMembers(reads())) => {
    const output = mlp({ members }, name, sizes.length - 1, encoder.states(observations, members));
    const logStd = clip(member({ members }, `${name}/logStd`), ...logStdRange);
    return { mean: squashedMean ? tanh(output) : output, logStd };
  };
  return {
    kind: squashedMean ? "a Gaussian, squashed-mean" : "a Gaussian, linear-mean",
    parameters,
    reads,
    distribution,
    noiseSize: actionSize,
    act: (observations, noise, members) => normalActions(distribution(observations, members), noise),
    outputs: (observations, members) => {
      const { mean, logStd } = distribution(observations, members);
      // Zero times the mean gives a row of its own to every observation, as an exported file must.
      return { actions: clip(mean, -1, 1), mean, logStd: add(mul(mean, 0), logStd) };
    },
    documentation:
      "observations [batch, observation] -> actions in [-1, 1]; sample: clip(mean + exp(logStd)*noise, -1, 1)",
  };
}

/** mean + std·noise, clipped to [-1, 1]; noise and result [batch, action]. */
export function normalActions({ mean, logStd }: NormalDistribution, noise: Tensor): Tensor {
  return scope("sample", () => clip(add(mean, mul(exp(logStd), noise)), -1, 1));
}

/** log pi(a|s) [batch] of given actions [batch, action]. */
export function normalLogProbability({ mean, logStd }: NormalDistribution, actions: Tensor): Tensor {
  return scope("logProbability", () => {
    const noise = div(sub(actions, mean), exp(logStd));
    return sum(normalLogDensity(noise, logStd), [1]);
  });
}
