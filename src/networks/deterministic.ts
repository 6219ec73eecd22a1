/**
 * The deterministic policy of TD3 (Fujimoto et al. 2018, after DDPG): the tanh of a perceptron. It explores with
 * independent normal noise on its actions, clipped to [-1, 1].
 */
import type { RandomStream } from "../random.js";
import { add, clip, mul, tanh } from "../tensor/operations.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Encoder, plainEncoder } from "./encoder.js";
import { mlp, mlpParameters } from "./mlp.js";
import { allMembers, declareParameters, type Parameters } from "./parameters.js";
import { type Policy, readWith } from "./policy.js";

/** The sizes of a deterministic policy, and the noise with which it explores. */
export interface DeterministicShape {
  readonly observationSize: number;
  /** What turns observations into states; absent: they are states. */
  readonly encoder?: Encoder | undefined;
  readonly actionSize: number;
  readonly hidden: readonly number[];
  /** Standard deviation of the noise on an exploring action. */
  readonly explorationNoise: number;
}

/** A policy that gives one action a state, as in TD3 (Fujimoto et al. 2018). */
export interface DeterministicPolicy extends Policy {
  /** pi(s) [batch, action] in (-1, 1), with `members` of other values in place of the learned ones. */
  readonly actions: (observations: Tensor, members?: Parameters["members"]) => Tensor;
}

/** A deterministic policy, tanh of a perceptron, under a name, with first values from the stream. */
export function deterministicPolicy(
  name: string,
  shape: DeterministicShape,
  random: RandomStream,
): DeterministicPolicy {
  const { actionSize, hidden, explorationNoise } = shape;
  const encoder = shape.encoder ?? plainEncoder(shape.observationSize);
  const sizes = [encoder.size, ...hidden, actionSize];
  const parameters = declareParameters(name, [...mlpParameters(name, sizes, random), ...encoder.parameters(random)]);
  const reads = readWith(parameters, encoder);
  const actions: DeterministicPolicy["actions"] = (observations, members = allMembers(reads())) =>
    tanh(mlp({ members }, name, sizes.length - 1, encoder.states(observations, members)));
  return {
    kind: "a deterministic",
    parameters,
    reads,
    actions,
    noiseSize: actionSize,
    act: (observations, noise, members) => noisyActions(actions(observations, members), mul(noise, explorationNoise)),
    outputs: (observations, members) => ({ actions: actions(observations, members) }),
    documentation:
      "observations [batch, observation] -> actions in (-1, 1); " +
      `explore: clip(actions + ${explorationNoise}*noise, -1, 1)`,
  };
}

/** Actions with noise on them, inside the box again. */
export function noisyActions(actions: Tensor, noise: Tensor): Tensor {
  return clip(add(actions, noise), -1, 1);
}
