/**
 * IQL (Kostrikov et al. 2021): no action outside the data is ever valued. A state value is fitted to an upper expectile
 * of the critics' values, the critics to that value one step on, and the policy imitates the data's actions, each
 * weighted by its advantage. Conventions of the reference implementation: all losses are taken at the parameters before
 * the update, the advantage comes from the target critics, and the critics' losses are averaged.
 */
import { z } from "zod";
import { minimumOverCritics } from "../networks/critic.js";
import { gaussianPolicy, normalLogProbability } from "../networks/gaussian.js";
import { type ValueNetwork, valueNetwork } from "../networks/value.js";
import { less, mean, mul, square, stopGradient, sub, where } from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import { type AgentContext, type AgentParts, adamSettings } from "./context.js";
import { backup, criticRegression, declareWithCritics, qValues, smallestValue } from "./critics.js";
import { encoderBeside } from "./encoders.js";
import { type Losses, mergeLosses } from "./losses.js";
import { calibrationMetrics } from "./metrics.js";
import { cosineDecay, progress } from "./schedules.js";
import { actorCriticSettings, widths, withDefaults } from "./settings.js";
import { Update } from "./update.js";
import { weightedCloning, weightedCloningSettings } from "./weighted-cloning.js";

export const iqlSettings = withDefaults(actorCriticSettings, { actorLearningRate: 3e-4 }).extend({
  expectile: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.7)
    .describe("Expectile (tau) of the critics' values that the state value is fitted to; 0.5 is their mean."),
  ...weightedCloningSettings.shape,
  valueHidden: widths("the state value"),
  valueLearningRate: z.number().positive().default(3e-4).describe("Learning rate of the state value (Adam)."),
  actorDecayUpdates: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("Updates over which the policy's learning rate falls to 0 along a cosine, and stays; none: constant."),
});

export type IqlSettings = z.infer<typeof iqlSettings>;

export function iql(context: AgentContext<IqlSettings>): AgentParts {
  const { settings, sizes, batch, random } = context;
  const { actorHidden, valueHidden, logStdRange, polyakTau, advantageTemperature, advantageWeightMax } = settings;
  const update = new Update(adamSettings(settings));
  const { policy, critics, targetCritics } = declareWithCritics(context, (encoder) => {
    const policyShape = { ...sizes, hidden: actorHidden, logStdRange, squashedMean: true, encoder };
    return { policy: gaussianPolicy("actor", policyShape, random) };
  });
  // A shared encoder learns from the critics' loss alone; the state value sees what it finds as constants.
  const encoder = encoderBeside("value", context, () => critics);
  const value = valueNetwork("value", { ...sizes, hidden: valueHidden, encoder }, random);

  const targetQ = stopGradient(minimumOverCritics(qValues(targetCritics, batch.observations, batch.actions)));
  const advantage = sub(targetQ, value.values(batch.observations));
  const valueLoss = valueLosses(context, value, advantage);
  const criticLosses = criticRegression(context, critics, backup(context, value.values(batch.nextObservations)), mean);

  const distribution = policy.distribution(batch.observations);
  const logProbability = normalLogProbability(distribution, batch.actions);
  const actorLosses = weightedCloning(advantage, advantageTemperature, advantageWeightMax, logProbability);
  const learningRate = actorLearningRate(settings, update.updates);
  const policyQ = minimumOverCritics(qValues(critics, batch.observations, distribution.mean));
  update.learn(
    mergeLosses(valueLoss, criticLosses, {
      objectives: [{ parameters: policy.parameters, loss: actorLosses.actorLoss, learningRate }],
      metrics: { ...actorLosses, ...calibrationMetrics(policyQ, batch.returnsToGo) },
    }),
  );
  update.follow(targetCritics.parameters, critics.parameters, polyakTau);
  return { policy, update, critics: smallestValue(critics) };
}

/** mean(|tau - 1{u < 0}|·u^2), u = min Q'(s, a) - V(s) (equation 5). */
function valueLosses({ settings }: AgentContext<IqlSettings>, { parameters }: ValueNetwork, u: Tensor): Losses {
  const { expectile, valueLearningRate: learningRate } = settings;
  const loss = scope("valueLoss", () => mean(mul(where(less(u, 0), 1 - expectile, expectile), square(u))));
  return { objectives: [{ parameters, loss, learningRate }], metrics: { valueLoss: loss } };
}

function actorLearningRate({ actorLearningRate: rate, actorDecayUpdates }: IqlSettings, updates: Tensor) {
  return actorDecayUpdates === null ? rate : mul(cosineDecay(progress(updates, 0, actorDecayUpdates)), rate);
}
