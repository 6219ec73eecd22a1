/**
 * What the losses of an agent speak about: the batch, the noise, the policy, the critics and their targets, all as
 * symbolic tensors. An agent's file turns a model into objectives; program.ts compiles them.
 */
import { type CriticEnsemble, criticEnsemble } from "../networks/critic.js";
import { declareScalar, type Parameters } from "../networks/parameters.js";
import { type Distribution, type TanhGaussianPolicy, tanhGaussianPolicy } from "../networks/tanh-gaussian.js";
import { RandomStream } from "../random.js";
import { input } from "../tensor/operations.js";
import { type Shape, scope, type Tensor } from "../tensor/tensor.js";
import type { ActorCriticSettings } from "./settings.js";

export interface Sizes {
  readonly observationSize: number;
  readonly actionSize: number;
}

/** A batch as tensors: observations [B, observation], actions [B, action], the rest [B]; `terminated` is 0 or 1. */
export interface BatchTensors {
  readonly observations: Tensor;
  readonly actions: Tensor;
  readonly rewards: Tensor;
  readonly nextObservations: Tensor;
  readonly terminated: Tensor;
  /** Monte-Carlo return-to-go G of each transition. */
  readonly returnsToGo: Tensor;
}

export type NoiseKind = "normal" | "uniform";

/** The noise that an update consumes, declared by name as the losses ask for it; filled from outside the graph. */
export class Noise {
  readonly declared = new Map<string, { readonly kind: NoiseKind; readonly tensor: Tensor }>();

  /** Standard-normal numbers. */
  normal(name: string, shape: Shape): Tensor {
    return this.declare(name, "normal", shape);
  }

  /** Numbers uniform in [-1, 1]: random actions. */
  uniform(name: string, shape: Shape): Tensor {
    return this.declare(name, "uniform", shape);
  }

  private declare(name: string, kind: NoiseKind, shape: Shape): Tensor {
    const known = this.declared.get(name);
    if (known) return known.tensor;
    const tensor = input(`noise/${name}`, shape);
    this.declared.set(name, { kind, tensor });
    return tensor;
  }
}

export interface Model<Settings extends ActorCriticSettings = ActorCriticSettings> {
  readonly settings: Settings;
  readonly sizes: Sizes;
  readonly batch: BatchTensors;
  readonly noise: Noise;
  readonly policy: TanhGaussianPolicy;
  /** pi(.|s) for the batch's observations, and pi(.|s') for its next observations. */
  readonly current: Distribution;
  readonly next: Distribution;
  readonly critics: CriticEnsemble;
  readonly targetCritics: CriticEnsemble;
  /** A number that learns, under a name; the same name gives the same number. */
  readonly scalar: (name: string, initial: number) => Parameters;
  /** Where a network of the agent's own takes its first values from. */
  readonly random: RandomStream;
}

/** Declares the networks of an actor-critic agent with first values drawn from the seed. */
export function declareModel<S extends ActorCriticSettings>(settings: S, sizes: Sizes, seed: number): Model<S> {
  const batch = batchTensors(settings.batchSize, sizes);
  const random = new RandomStream(seed, "networks");
  const policy = tanhGaussianPolicy(
    "actor",
    { ...sizes, hidden: settings.actorHidden, logStdRange: settings.logStdRange },
    random,
  );
  const criticShape = { ...sizes, hidden: settings.criticHidden, count: settings.criticCount };
  const criticSeed = random.state();
  const critics = criticEnsemble("critics", criticShape, random);
  const sameStart = new RandomStream(0);
  sameStart.restore(criticSeed);
  const scalars = new Map<string, Parameters>();
  return {
    settings,
    sizes,
    batch,
    noise: new Noise(),
    policy,
    current: scope("policyAtObservations", () => policy.distribution(batch.observations)),
    next: scope("policyAtNextObservations", () => policy.distribution(batch.nextObservations)),
    critics,
    targetCritics: criticEnsemble("targetCritics", criticShape, sameStart),
    scalar: (name, initial) => {
      if (!scalars.has(name)) scalars.set(name, declareScalar(name, initial));
      return scalars.get(name)!;
    },
    random,
  };
}

function batchTensors(size: number, { observationSize, actionSize }: Sizes): BatchTensors {
  return {
    observations: input("observations", [size, observationSize]),
    actions: input("actions", [size, actionSize]),
    rewards: input("rewards", [size]),
    nextObservations: input("nextObservations", [size, observationSize]),
    terminated: input("terminated", [size]),
    returnsToGo: input("returnsToGo", [size]),
  };
}
