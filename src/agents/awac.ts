/**
 * AWAC (Nair et al. 2020): the policy imitates the data's actions, each weighted by how much better the critics rate
 * it than the policy's own action there; the critics value the policy's own next actions. Conventions of the reference
 * implementation: critics learn first and the policy sees the new ones, then the targets follow; the critics' losses
 * are summed.
 */
import { z } from "zod";
import { minimumOverCritics } from "../networks/critic.js";
import { gaussianPolicy, normalActions, normalLogProbability } from "../networks/gaussian.js";
import { mean, sub } from "../tensor/operations.js";
import { type AgentContext, type AgentParts, adamSettings } from "./context.js";
import { backup, criticRegression, declareWithCritics, qValues, smallestValue } from "./critics.js";
import { calibrationMetrics } from "./metrics.js";
import { actorCriticSettings, withDefaults } from "./settings.js";
import { Update } from "./update.js";
import { weightedCloning, weightedCloningSettings } from "./weighted-cloning.js";

export const awacSettings = withDefaults(actorCriticSettings, {
  actorLearningRate: 3e-4,
  actorHidden: [256, 256, 256],
  criticHidden: [256, 256, 256],
}).extend({
  ...weightedCloningSettings.shape,
  advantageTemperature: z
    .number()
    .positive()
    .default(1)
    .describe(weightedCloningSettings.shape.advantageTemperature.description!),
});

export type AwacSettings = z.infer<typeof awacSettings>;

export function awac(context: AgentContext<AwacSettings>): AgentParts {
  const { settings, sizes, batch, random, noise } = context;
  const { actorHidden: hidden, logStdRange, batchSize, polyakTau, actorLearningRate: learningRate } = settings;
  const { advantageTemperature, advantageWeightMax } = settings;
  const update = new Update(adamSettings(settings));
  const { policy, critics, targetCritics } = declareWithCritics(context, (encoder) => ({
    policy: gaussianPolicy("actor", { ...sizes, hidden, logStdRange, squashedMean: false, encoder }, random),
  }));
  const noiseShape = [batchSize, sizes.actionSize];

  const nextActions = policy.act(batch.nextObservations, noise.normal("targetNext", noiseShape));
  const nextValue = minimumOverCritics(qValues(targetCritics, batch.nextObservations, nextActions));
  const criticLosses = criticRegression(context, critics, backup(context, nextValue));
  update.learn({ ...criticLosses, metrics: { ...criticLosses.metrics, targetQMean: mean(nextValue) } });

  const learned = critics.at(update.now(critics.parameters));
  const distribution = policy.distribution(batch.observations);
  const policyActions = normalActions(distribution, noise.normal("actor", noiseShape));
  const policyQ = minimumOverCritics(qValues(learned, batch.observations, policyActions));
  const advantage = sub(minimumOverCritics(qValues(learned, batch.observations, batch.actions)), policyQ);
  const logProbability = normalLogProbability(distribution, batch.actions);
  const actorLosses = weightedCloning(advantage, 1 / advantageTemperature, advantageWeightMax, logProbability);
  update.learn({
    objectives: [{ parameters: policy.parameters, loss: actorLosses.actorLoss, learningRate }],
    metrics: {
      ...actorLosses,
      ...calibrationMetrics(policyQ, batch.returnsToGo),
    },
  });
  update.follow(targetCritics.parameters, critics.parameters, polyakTau);
  return { policy, update, critics: smallestValue(critics) };
}
