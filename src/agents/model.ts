/**
 * The networks of the SAC family: a tanh-Gaussian policy and an ensemble of critics with slow targets. A model is what
 * the family's losses speak about: a batch, noise and all networks as they stand at one moment of an update.
 */
import { UsageError } from "../errors.js";
import type { Ensemble } from "../networks/ensemble.js";
import { allMembers, declareScalar, type Parameters } from "../networks/parameters.js";
import { networksOf } from "../networks/policy.js";
import { type Distribution, type TanhGaussianPolicy, tanhGaussianPolicy } from "../networks/tanh-gaussian.js";
import type { RandomStream } from "../random.js";
import { slice } from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import type { AgentContext, BatchTensors } from "./context.js";
import { declareWithCritics } from "./critics.js";
import type { SacSettings } from "./sac.js";
import type { Update } from "./update.js";

/** The networks of a SAC-like agent as symbolic tensors: what its losses are made of. */
export interface Model<Settings extends SacSettings = SacSettings> extends AgentContext<Settings>, OwnParameters {
  readonly policy: TanhGaussianPolicy;
  /** pi(.|s) for the batch's observations, and pi(.|s') for its next observations. */
  readonly current: Distribution;
  readonly next: Distribution;
  readonly critics: Ensemble;
  readonly targetCritics: Ensemble;
}

/** Networks and numbers of an algorithm's own, besides those that its family has. */
export interface OwnParameters {
  /** Declared when first asked for; the same name gives the same. */
  readonly parameters: (name: string, declare: (random: RandomStream) => Parameters) => Parameters;
}

export function ownParameters(random: RandomStream): OwnParameters["parameters"] {
  const declared = new Map<string, Parameters>();
  return (name, declare) => {
    if (!declared.has(name)) declared.set(name, declare(random));
    return declared.get(name)!;
  };
}

/** A trainable scalar under a name: declared with the value `initial` at the first call, the same one afterwards. */
export function scalar(model: OwnParameters, name: string, initial: number): Parameters {
  return model.parameters(name, () => declareScalar(name, initial));
}

/** The family's networks, with first values from the context's stream; targets start as their critics. */
export function declareModel<S extends SacSettings>(context: AgentContext<S>): Model<S> {
  const { settings, sizes, random, batch } = context;
  refuseSubset(settings);
  const networks = declareWithCritics(context, (encoder) => {
    const policyShape = { ...sizes, hidden: settings.actorHidden, logStdRange: settings.logStdRange, encoder };
    return { policy: tanhGaussianPolicy("actor", policyShape, random) };
  });
  return {
    ...context,
    ...networks,
    ...distributions(networks.policy, batch),
    parameters: ownParameters(random),
  };
}

/** The model before one critic step: that step's part of the batch, its own noise, the networks as they stand. */
export function modelAt<S extends SacSettings>(start: Model<S>, update: Update, step: number): Model<S> {
  const { batchSize, criticSteps } = start.settings;
  const part = (x: Tensor) => slice(x, 0, step * batchSize, (step + 1) * batchSize);
  const batch = mapBatch(start.batch, part);
  const read = networksOf(start.policy).map((network) => update.now(network));
  return {
    ...start,
    batch,
    noise: criticSteps === 1 ? start.noise : start.noise.under(`step${step}`),
    policy: { ...start.policy, parameters: update.now(start.policy.parameters), reads: () => read },
    ...distributions(start.policy, batch, allMembers(read)),
    critics: start.critics.at(update.now(start.critics.parameters)),
    targetCritics: start.targetCritics.at(update.now(start.targetCritics.parameters)),
    parameters: (name, declare) => update.now(start.parameters(name, declare)),
  };
}

function mapBatch(batch: BatchTensors, map: (x: Tensor) => Tensor): BatchTensors {
  return Object.fromEntries(Object.entries(batch).map(([name, x]) => [name, map(x)])) as unknown as BatchTensors;
}

function distributions(policy: TanhGaussianPolicy, batch: BatchTensors, members?: Parameters["members"]) {
  const at = (observations: Tensor) => policy.distribution(observations, members);
  return {
    current: scope("policyAtObservations", () => at(batch.observations)),
    next: scope("policyAtNextObservations", () => at(batch.nextObservations)),
  };
}

function refuseSubset({ targetCriticCount, criticCount }: SacSettings): void {
  if (targetCriticCount === null || targetCriticCount <= criticCount) return;
  throw new UsageError(
    `The setting targetCriticCount is ${targetCriticCount}, but there are ${criticCount} critics; give at most ${criticCount}.`,
  );
}
