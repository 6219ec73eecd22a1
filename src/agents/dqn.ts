/**
 * Deep Q-learning (DQN, Mnih et al. 2015) with an ensemble of critics and double Q-learning (van Hasselt et al. 2016):
 * the critics say which next action is the best, their slow targets what it is worth. Targets follow by Polyak
 * averaging and the loss is the plain square, as everywhere in this project; the policy explores epsilon-greedily.
 */
import { z } from "zod";
import { minimumOverCritics } from "../networks/critic.js";
import { greedyActions, isAction, valuesOfAll, valuesWhere } from "../networks/discrete.js";
import { mean, square, sub } from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import { backup } from "./critics.js";
import type { Losses } from "./losses.js";
import { calibrationMetrics } from "./metrics.js";
import type { QModel } from "./q-learning.js";
import { criticLosses } from "./sac.js";
import { actorCriticSettings, agentSettings } from "./settings.js";

const criticSettings = actorCriticSettings.pick({
  polyakTau: true,
  criticLearningRate: true,
  criticHidden: true,
  criticCount: true,
  criticLayerNorm: true,
  sharedEncoder: true,
});

/** The settings of DQN and of the other agents that choose among numbered actions. */
export const dqnSettings = agentSettings.extend({
  ...criticSettings.shape,
  explorationEpsilon: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe("Share of the actions that are drawn at random where the policy explores."),
});

export type DqnSettings = z.infer<typeof dqnSettings>;

/** What the critics of DQN learn: mean((Q(s, a) - y)^2) over the batch; y is `doubleQTarget`. */
export function dqnLosses(model: QModel<DqnSettings>): Losses {
  const { target, targetQMean } = doubleQTarget(model);
  return scope("criticLosses", () => {
    const { dataValues, greedyValues } = valuesOfBatch(model);
    const bellmanLoss = mean(square(sub(dataValues, target)), [1]);
    const metrics = { targetQMean, ...greedyMetrics(model, greedyValues) };
    return criticLosses(model, { loss: bellmanLoss, bellmanLoss, values: dataValues }, metrics);
  });
}

interface BatchValues {
  /** Q(s, .) of all actions [critics, batch, actions]. */
  readonly values: Tensor;
  /** Which of them the data took: a condition [batch, actions]. */
  readonly taken: Tensor;
  /** Which of them were legal, likewise; undefined where all were. */
  readonly legal: Tensor | undefined;
  /** Q(s, a) of those [critics, batch]. */
  readonly dataValues: Tensor;
  /** Q(s, a) of the best actions by the mean of the critics [critics, batch]. */
  readonly greedyValues: Tensor;
}

export function valuesOfBatch({ critics, batch, actionCount, legalIn }: QModel): BatchValues {
  const values = valuesOfAll(critics, batch.observations);
  const taken = isAction(batch.actions, actionCount);
  const legal = legalIn?.(batch.observations);
  const best = isAction(greedyActions(values, legal), actionCount);
  return { values, taken, legal, dataValues: valuesWhere(taken, values), greedyValues: valuesWhere(best, values) };
}

/**
 * y = r + (1 - terminated)·gamma·min Q'(s', a'), a' the best legal action by the critics themselves (van Hasselt et al. 2016,
 * equation 4), as a constant [batch]. The minimum over the target critics is that of the family (Fujimoto et al. 2018,
 * equation 10): taking the best of uncertain values overestimates, and the bootstrap feeds that on.
 */
export function doubleQTarget(model: QModel): { readonly target: Tensor; readonly targetQMean: Tensor } {
  const { batch, critics, targetCritics, actionCount, legalIn } = model;
  return scope("bellmanTarget", () => {
    const values = valuesOfAll(critics, batch.nextObservations);
    const best = isAction(greedyActions(values, legalIn?.(batch.nextObservations)), actionCount);
    const value = minimumOverCritics(valuesWhere(best, valuesOfAll(targetCritics, batch.nextObservations)));
    return { target: backup(model, value), targetQMean: mean(value) };
  });
}

/** How the values of the policy's actions, by the mean of the critics, stand against the return-to-go. */
export function greedyMetrics({ batch }: QModel, greedyValues: Tensor): Losses["metrics"] {
  return calibrationMetrics(mean(greedyValues, [0]), batch.returnsToGo);
}
