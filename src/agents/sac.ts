/**
 * SAC (Haarnoja et al. 2018) as the Cal-QL reference runs it: tanh-Gaussian policy, an ensemble of critics with slow
 * targets, a temperature that learns. Conventions of this family, after facts of that implementation: the critic loss
 * has no factor 1/2, the backup has no entropy unless asked, and the backup may take the best of several actions.
 */
import { z } from "zod";
import { stateActionRows } from "../networks/critic.js";
import { member } from "../networks/parameters.js";
import { sample } from "../networks/tanh-gaussian.js";
import {
  add,
  argMax,
  constant,
  exp,
  gather,
  less,
  mean,
  minimum,
  mul,
  neg,
  reshape,
  square,
  stopGradient,
  sub,
  where,
} from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import { averageOf, type Losses, mergeLosses, numbered, sumOf } from "./losses.js";
import type { Model } from "./model.js";
import { actorCriticSettings } from "./settings.js";

export const sacSettings = actorCriticSettings.extend({
  temperatureTuning: z.boolean().default(true).describe("Learn the temperature so that the entropy meets its target."),
  initialTemperature: z.number().positive().default(1).describe("First (or fixed) temperature alpha."),
  temperatureLearningRate: z.number().positive().default(1e-4).describe("Learning rate of the temperature (Adam)."),
  targetEntropy: z.number().nullable().default(null).describe("Target entropy; none means minus the action's size."),
  backupEntropy: z.boolean().default(false).describe("Subtract the entropy term in the Bellman backup."),
  maxTargetBackup: z.boolean().default(false).describe("Back up the best of nActions sampled next actions."),
  nActions: z.number().int().min(1).default(10).describe("Actions sampled per state where several are (N)."),
});

export type SacSettings = z.infer<typeof sacSettings>;

/** The losses of SAC. */
export function sacLosses(model: Model<SacSettings>): Losses {
  const { target, targetQMean } = bellmanTarget(model);
  const rows = stateActionRows(model.batch.observations, oneActionPerState(model.batch.actions));
  const perCritic = model.critics.members.map((critic, i) =>
    scope(`critic${i + 1}Loss`, () => {
      const values = critic.values(rows);
      const bellmanLoss = mean(square(sub(values, target)));
      return { loss: bellmanLoss, bellmanLoss, values };
    }),
  );
  return mergeLosses(policyLosses(model), criticLosses(model, perCritic), { objectives: [], metrics: { targetQMean } });
}

/** What one critic learns from. */
export interface CriticLoss {
  /** What is minimised. */
  readonly loss: Tensor;
  readonly bellmanLoss: Tensor;
  /** Q(s, a) of the data's actions [batch]. */
  readonly values: Tensor;
}

/** The ensemble's objective, the sum over its critics, and what every critic of the family reports. */
export function criticLosses(model: Model<SacSettings>, perCritic: readonly CriticLoss[]): Losses {
  const loss = scope("criticLoss", () => sumOf(perCritic.map((critic) => critic.loss)));
  const { criticLearningRate: learningRate } = model.settings;
  return {
    objectives: [{ parameters: model.critics.parameters, loss, learningRate }],
    metrics: {
      ...numbered(
        "critic#Loss",
        perCritic.map((critic) => critic.loss),
      ),
      ...numbered(
        "bellmanLoss#",
        perCritic.map((critic) => critic.bellmanLoss),
      ),
      ...numbered(
        "q#Mean",
        perCritic.map((critic) => mean(critic.values)),
      ),
      criticLoss: averageOf(perCritic.map((critic) => critic.loss)),
      bellmanLoss: averageOf(perCritic.map((critic) => critic.bellmanLoss)),
      dataQMean: averageOf(perCritic.map((critic) => mean(critic.values))),
    },
  };
}

/** y = r + (1 - terminated)·gamma·(min Q'(s', a') [- alpha·log pi(a'|s')]), a' ~ pi(.|s'), as a constant [batch]. */
export function bellmanTarget(model: Model<SacSettings>): { readonly target: Tensor; readonly targetQMean: Tensor } {
  const { batchSize, nActions, maxTargetBackup, backupEntropy, discount } = model.settings;
  const { actionSize } = model.sizes;
  return scope("bellmanTarget", () => {
    const count = maxTargetBackup ? nActions : 1;
    const noise = model.noise.normal(
      "targetNext",
      maxTargetBackup ? [batchSize, count, actionSize] : [batchSize, actionSize],
    );
    const { actions, logProbabilities } = sample(model.next, noise);
    const rows = stateActionRows(model.batch.nextObservations, reshape(actions, [batchSize, count, actionSize]));
    const worst = reshape(minimumOf(model.targetCritics.members.map((critic) => critic.values(rows))), [
      batchSize,
      count,
    ]);
    const chosen = argMax(worst, 1);
    const pick = (x: Tensor) => reshape(count > 1 ? gather(reshape(x, [batchSize, count]), chosen, 1) : x, [batchSize]);
    const alpha = exp(logAlpha(model));
    const value = backupEntropy ? sub(pick(worst), mul(alpha, pick(logProbabilities))) : pick(worst);
    const continues = mul(sub(1, model.batch.terminated), discount);
    const target = stopGradient(add(model.batch.rewards, mul(continues, value)));
    return { target, targetQMean: mean(value) };
  });
}

/** The policy's loss mean(alpha·log pi - min Q(s, a)), a ~ pi(.|s), and the temperature's. */
export function policyLosses(model: Model<SacSettings>): Losses {
  const { batchSize, actorLearningRate, temperatureLearningRate, temperatureTuning } = model.settings;
  const targetEntropy = model.settings.targetEntropy ?? -model.sizes.actionSize;
  const noise = model.noise.normal("actor", [batchSize, model.sizes.actionSize]);
  const { actions, logProbabilities } = scope("policySample", () => sample(model.current, noise));
  const rows = stateActionRows(model.batch.observations, oneActionPerState(actions));
  const policyValue = scope("policyValue", () => minimumOf(model.critics.members.map((critic) => critic.values(rows))));
  const alpha = exp(logAlpha(model));
  const actorLoss = scope("actorLoss", () => mean(sub(mul(stopGradient(alpha), logProbabilities), policyValue)));
  const entropyGap = stopGradient(add(mean(logProbabilities), targetEntropy));
  const temperatureLoss = scope("temperatureLoss", () => neg(mul(logAlpha(model), entropyGap)));
  const temperature = {
    parameters: temperatureOf(model),
    loss: temperatureLoss,
    learningRate: temperatureLearningRate,
  };
  return {
    objectives: [
      { parameters: model.policy.parameters, loss: actorLoss, learningRate: actorLearningRate },
      ...(temperatureTuning ? [temperature] : []),
    ],
    metrics: {
      actorLoss,
      temperatureLoss,
      temperature: alpha,
      logPiMean: mean(logProbabilities),
      policyQMean: mean(policyValue),
      returnToGoMean: mean(model.batch.returnsToGo),
      shareBelowReturn: shareBelow(policyValue, model.batch.returnsToGo),
    },
  };
}

/** The share of rows with value < bound. */
export function shareBelow(values: Tensor, bound: Tensor): Tensor {
  return mean(where(less(values, bound), 1, 0));
}

export function minimumOf(tensors: readonly Tensor[]): Tensor {
  return tensors.reduce((smallest, tensor) => minimum(smallest, tensor));
}

export function oneActionPerState(actions: Tensor): Tensor {
  const [batch, size] = actions.shape as readonly [number, number];
  return reshape(actions, [batch, 1, size]);
}

function temperatureOf(model: Model<SacSettings>) {
  return model.scalar("logAlpha", Math.log(model.settings.initialTemperature));
}

function logAlpha(model: Model<SacSettings>): Tensor {
  const { temperatureTuning, initialTemperature } = model.settings;
  return temperatureTuning ? member(temperatureOf(model), "logAlpha/value") : constant(Math.log(initialTemperature));
}
