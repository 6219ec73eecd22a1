/**
 * TD3 (Fujimoto et al. 2018) as the base of TD3+BC and ReBRAC: a deterministic policy with a slow copy of its own,
 * critics that back up the copy's action with noise on it, and a policy that learns less often than its critics. What
 * the policy learns, and what is subtracted from the backup, is where these algorithms differ.
 */
import { z } from "zod";
import { minimumOverCritics } from "../networks/critic.js";
import { type DeterministicPolicy, deterministicPolicy, noisyActions } from "../networks/deterministic.js";
import {
  add,
  clip,
  constant,
  div,
  greater,
  mean,
  mul,
  sign,
  state,
  stopGradient,
  sub,
  where,
} from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import { type AgentContext, type AgentParts, adamSettings } from "./context.js";
import {
  backup,
  type CriticPair,
  criticRegression,
  declareWithCritics,
  qValues,
  smallestValue,
  twinOf,
} from "./critics.js";
import { encoderBeside } from "./encoders.js";
import type { Losses } from "./losses.js";
import { progress } from "./schedules.js";
import { actorCriticSettings, withDefaults } from "./settings.js";
import { Update } from "./update.js";

export const td3Settings = withDefaults(actorCriticSettings.omit({ logStdRange: true }), {
  actorLearningRate: 3e-4,
}).extend({
  targetNoise: z.number().min(0).default(0.2).describe("Standard deviation of the noise on the target's next actions."),
  targetNoiseClip: z.number().min(0).default(0.5).describe("Bound of the noise on the target's next actions."),
  actorDelay: z
    .number()
    .int()
    .min(1)
    .default(2)
    .describe("Updates from one step of the policy and all targets to the next; the critics step in each."),
  explorationNoise: z
    .number()
    .min(0)
    .default(0.1)
    .describe("Standard deviation of the noise on a deterministic policy's actions where it explores."),
  cloningDecayStart: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe("Updates after which cloning begins to weaken: the number of offline updates, for fine-tuning."),
  cloningDecayUpdates: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("Updates over which cloning weakens from its full weight to cloningDecayEnd of it; none: never."),
});

export type Td3Settings = z.infer<typeof td3Settings>;

/** What a loss of this family speaks about: the batch, and the networks as they stand. */
export interface Td3Model<S extends Td3Settings = Td3Settings> extends AgentContext<S>, CriticPair {
  readonly policy: DeterministicPolicy;
  readonly targetPolicy: DeterministicPolicy;
  /** How many updates were made before this one (scalar). */
  readonly updates: Tensor;
}

/** What an algorithm adds to TD3. */
export interface Td3Difference<S extends Td3Settings> {
  /** What the policy learns, from critics as they stand after their step. */
  readonly policyLosses: (model: Td3Model<S>) => Losses;
  /** What is taken off the value of the target's next actions [batch, action], as [batch]. */
  readonly nextPenalty?: (model: Td3Model<S>, nextActions: Tensor) => Tensor;
}

/** The agent of the family: critics in every update; in every `actorDelay`-th the policy, then the targets. */
export function td3<S extends Td3Settings>({ policyLosses, nextPenalty }: Td3Difference<S>) {
  return (context: AgentContext<S>): AgentParts => {
    const { actorDelay, polyakTau } = context.settings;
    const update = new Update(adamSettings(context.settings));
    const model = declareTd3(context, update);
    const { policy, targetPolicy, critics, targetCritics } = model;
    update.learn(td3CriticLosses(model, nextPenalty));
    const due = everyUpdates(update, actorDelay);
    update.learn(policyLosses({ ...model, critics: critics.at(update.now(critics.parameters)) }), due);
    update.follow(targetCritics.parameters, critics.parameters, polyakTau, due);
    update.follow(targetPolicy.parameters, policy.parameters, polyakTau, due);
    return { policy, update, critics: smallestValue(critics) };
  };
}

function declareTd3<S extends Td3Settings>(context: AgentContext<S>, { updates }: Update): Td3Model<S> {
  const { settings, sizes, random } = context;
  const shape = { ...sizes, hidden: settings.actorHidden, explorationNoise: settings.explorationNoise };
  const sameStart = twinOf(random);
  const networks = declareWithCritics(context, (encoder, pair) => {
    // The slow copy looks with the slow copy of the encoder.
    const slow = encoderBeside("targetActor", context, () => pair().targetCritics, "targetCritics");
    return {
      policy: deterministicPolicy("actor", { ...shape, encoder }, random),
      targetPolicy: deterministicPolicy("targetActor", { ...shape, encoder: slow }, sameStart),
    };
  });
  return { ...context, ...networks, updates };
}

/** Regression on y = r + (1 - terminated)·gamma·(min Q'(s', a') [- penalty]), a' with noise (algorithm 1). */
function td3CriticLosses<S extends Td3Settings>(
  model: Td3Model<S>,
  nextPenalty: Td3Difference<S>["nextPenalty"],
): Losses {
  const { batch, targetCritics, critics } = model;
  return scope("criticLosses", () => {
    const nextActions = smoothedTargetActions(model);
    const value = minimumOverCritics(qValues(targetCritics, batch.nextObservations, nextActions));
    const nextValue = nextPenalty ? sub(value, nextPenalty(model, nextActions)) : value;
    const { objectives, metrics } = criticRegression(model, critics, backup(model, nextValue));
    return { objectives, metrics: { ...metrics, targetQMean: mean(nextValue) } };
  });
}

/** pi'(s') + clip(sigma·noise, -c, c), inside the box: target policy smoothing (section 5.3). */
function smoothedTargetActions({ batch, settings, sizes, targetPolicy, noise }: Td3Model): Tensor {
  const { batchSize, targetNoise, targetNoiseClip } = settings;
  const drawn = mul(noise.normal("targetNext", [batchSize, sizes.actionSize]), targetNoise);
  return noisyActions(targetPolicy.actions(batch.nextObservations), clip(drawn, -targetNoiseClip, targetNoiseClip));
}

/** A condition (scalar) that holds in the `count`-th update of this agent and every `count` on; undefined if always. */
function everyUpdates(update: Update, count: number): Tensor | undefined {
  if (count === 1) return undefined;
  const current = state("updatesSinceActor", []);
  const since = add(current, 1);
  const due = greater(since, count - 0.5);
  update.keep({ current, initial: new Float32Array(1), next: where(due, 0, since) });
  return due;
}

/** mean(Q) / mean(|Q|) of values [batch]; the scale is a constant (Fujimoto and Gu 2021). */
export function normalisedMean(values: Tensor): Tensor {
  return scope("normalisedQ", () => div(mean(values), stopGradient(mean(mul(values, sign(values))))));
}

/**
 * The share of the nearness to the data that is left in this update.
 * @param decay how it goes from 1 to cloningDecayEnd
 */
export function cloningWeight(
  { settings, updates }: Td3Model<Td3Settings & { readonly cloningDecayEnd: number }>,
  decay: (done: Tensor, end: number) => Tensor,
): Tensor {
  const { cloningDecayStart, cloningDecayUpdates, cloningDecayEnd } = settings;
  if (cloningDecayUpdates === null) return constant(1);
  return decay(progress(updates, cloningDecayStart, cloningDecayUpdates), cloningDecayEnd);
}
