/**
 * SAC (Haarnoja et al. 2018) as the Cal-QL reference runs it: tanh-Gaussian policy, an ensemble of critics with slow
 * targets, a temperature that learns. Conventions of this family, after facts of that implementation: the critic loss
 * has no factor 1/2, the backup has no entropy unless asked, and the backup may take the best of several actions.
 */
import { z } from "zod";
import { minimumOverCritics, valuesOfActions } from "../networks/critic.js";
import { member } from "../networks/parameters.js";
import { sample } from "../networks/tanh-gaussian.js";
import {
  add,
  argMax,
  constant,
  exp,
  gather,
  mean,
  mul,
  neg,
  reshape,
  square,
  stopGradient,
  sub,
  sum,
} from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import { backup } from "./critics.js";
import { type Losses, mergeLosses, numbered } from "./losses.js";
import { calibrationMetrics } from "./metrics.js";
import { type Model, scalar } from "./model.js";
import { actorCriticSettings } from "./settings.js";

/** The settings of SAC and of all agents of its family. */
export const sacSettings = actorCriticSettings.extend({
  temperatureTuning: z.boolean().default(true).describe("Learn the temperature so that the entropy meets its target."),
  initialTemperature: z.number().positive().default(1).describe("First (or fixed) temperature alpha."),
  temperatureLearningRate: z.number().positive().default(1e-4).describe("Learning rate of the temperature (Adam)."),
  targetEntropy: z
    .number()
    .nullable()
    .default(null)
    .describe("Target entropy; none means minus the action's size (rlpd: minus half of it)."),
  backupEntropy: z.boolean().default(false).describe("Subtract the entropy term in the Bellman backup."),
  maxTargetBackup: z.boolean().default(false).describe("Back up the best of nActions sampled next actions."),
  nActions: z.number().int().min(1).max(1000).default(10).describe("Actions sampled per state, if several are (N)."),
  targetCriticCount: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("Random target critics whose minimum is backed up (REDQ, RLPD); none means all of them."),
  policyObjective: z
    .enum(["minimum", "mean"])
    .default("minimum")
    .describe("What the policy maximises: the smallest of the critics' values, or their mean."),
  criticSteps: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .describe("Critic steps in one update, each on a batch of its own; the policy takes one (RLPD's UTD ratio)."),
});

/** The settings of SAC, resolved. */
export type SacSettings = z.infer<typeof sacSettings>;

/** What the critics of SAC learn: mean((Q(s, a) - y)^2) over the batch, without a factor 1/2; y is `bellmanTarget`. */
export function sacCriticLosses(model: Model<SacSettings>): Losses {
  const { target, targetQMean } = bellmanTarget(model);
  const { critics, batch } = model;
  return scope("criticLosses", () => {
    const values = valuesOfActions(critics, critics.states(batch.observations), oneActionPerState(batch.actions));
    const bellmanLoss = mean(square(sub(values, target)), [1]);
    return criticLosses(model, { loss: bellmanLoss, bellmanLoss, values }, { targetQMean });
  });
}

/** What the critics learn from, one number (or row) a critic. */
export interface CriticLoss {
  /** What is minimised [critics]. */
  readonly loss: Tensor;
  /** [critics] */
  readonly bellmanLoss: Tensor;
  /** Q(s, a) of the data's actions [critics, batch]. */
  readonly values: Tensor;
}

/** What the objective of critics needs of a model. */
interface LearningCritics extends Pick<Model, "critics"> {
  readonly settings: Pick<SacSettings, "criticLearningRate">;
}

/** The ensemble's objective, the sum over its critics, and what every critic of the family reports. */
export function criticLosses(
  model: LearningCritics,
  { loss, bellmanLoss, values }: CriticLoss,
  metrics: Losses["metrics"],
): Losses {
  const { criticLearningRate: learningRate } = model.settings;
  const objective = scope("criticLoss", () => sum(loss));
  return {
    objectives: [{ parameters: model.critics.parameters, loss: objective, learningRate }],
    metrics: {
      ...numbered("critic#Loss", loss),
      ...numbered("bellmanLoss#", bellmanLoss),
      ...numbered("q#Mean", mean(values, [1])),
      criticLoss: mean(loss),
      bellmanLoss: mean(bellmanLoss),
      dataQMean: mean(values),
      ...metrics,
    },
  };
}

/** y = r + (1 - terminated)·gamma·(min Q'(s', a') [- alpha·log pi(a'|s')]), a' ~ pi(.|s'), as a constant [batch]. */
export function bellmanTarget(model: Model<SacSettings>): { readonly target: Tensor; readonly targetQMean: Tensor } {
  const { batchSize, nActions, maxTargetBackup, backupEntropy } = model.settings;
  const { actionSize } = model.sizes;
  return scope("bellmanTarget", () => {
    const count = maxTargetBackup ? nActions : 1;
    const noise = model.noise.normal(
      "targetNext",
      maxTargetBackup ? [batchSize, count, actionSize] : [batchSize, actionSize],
    );
    const { actions, logProbabilities } = sample(model.next, noise);
    const critics = backedUpCritics(model);
    const states = critics.states(model.batch.nextObservations);
    const values = valuesOfActions(critics, states, reshape(actions, [batchSize, count, actionSize]));
    const worst = reshape(minimumOverCritics(values), [batchSize, count]);
    const chosen = argMax(worst, 1);
    const pick = (x: Tensor) => reshape(count > 1 ? gather(reshape(x, [batchSize, count]), chosen, 1) : x, [batchSize]);
    const alpha = exp(logAlpha(model));
    const value = backupEntropy ? sub(pick(worst), mul(alpha, pick(logProbabilities))) : pick(worst);
    return { target: backup(model, value), targetQMean: mean(value) };
  });
}

/** All target critics, or a random few of them, drawn anew in every step (REDQ, Chen et al. 2021). */
function backedUpCritics({ targetCritics, settings, noise }: Model<SacSettings>) {
  const { targetCriticCount: chosen, criticCount } = settings;
  if (chosen === null || chosen === criticCount) return targetCritics;
  return targetCritics.select(noise.selection("targetCritics", chosen, criticCount));
}

/** The policy's loss mean(alpha·log pi - min Q(s, a)), a ~ pi(.|s), and the temperature's. */
export function policyLosses(model: Model<SacSettings>): Losses {
  const { batchSize, actorLearningRate, temperatureLearningRate, temperatureTuning, policyObjective } = model.settings;
  const targetEntropy = model.settings.targetEntropy ?? -model.sizes.actionSize;
  const noise = model.noise.normal("actor", [batchSize, model.sizes.actionSize]);
  const { actions, logProbabilities } = scope("policySample", () => sample(model.current, noise));
  const { critics, batch } = model;
  const policyValue = scope("policyValue", () => {
    const values = valuesOfActions(critics, critics.states(batch.observations), oneActionPerState(actions));
    return policyObjective === "mean" ? mean(values, [0]) : minimumOverCritics(values);
  });
  const alpha = exp(logAlpha(model));
  const actorLoss = scope("actorLoss", () => mean(sub(mul(stopGradient(alpha), logProbabilities), policyValue)));
  const entropyGap = stopGradient(add(mean(logProbabilities), targetEntropy));
  const temperatureLoss = scope("temperatureLoss", () => neg(mul(logAlpha(model), entropyGap)));
  const temperature = {
    parameters: temperatureOf(model),
    loss: temperatureLoss,
    learningRate: temperatureLearningRate,
  };
  const learned: Losses = {
    objectives: [
      { parameters: model.policy.parameters, loss: actorLoss, learningRate: actorLearningRate },
      ...(temperatureTuning ? [temperature] : []),
    ],
    metrics: { actorLoss, temperatureLoss, temperature: alpha, logPiMean: mean(logProbabilities) },
  };
  return mergeLosses(learned, { objectives: [], metrics: calibrationMetrics(policyValue, model.batch.returnsToGo) });
}

/** Actions [batch, action] as [batch, 1, action], for `stateActionRows`. */
export function oneActionPerState(actions: Tensor): Tensor {
  const [batch, size] = actions.shape as readonly [number, number];
  return reshape(actions, [batch, 1, size]);
}

function temperatureOf(model: Model<SacSettings>) {
  return scalar(model, "logAlpha", Math.log(model.settings.initialTemperature));
}

function logAlpha(model: Model<SacSettings>): Tensor {
  const { temperatureTuning, initialTemperature } = model.settings;
  return temperatureTuning ? member(temperatureOf(model), "logAlpha/value") : constant(Math.log(initialTemperature));
}
