/**
 * ReBRAC (Tarasov et al. 2023): TD3+BC with weights of their own for the policy's and the critics' nearness to the
 * data, deeper networks and layer normalisation in the critics. The critics' penalty is on the target's next action,
 * and so the data's next action is needed. For fine-tuning both penalties decay linearly to a fraction (the released
 * fine-tuning code does so with the policy's; its critics have none online, which is criticPenalty 0); this counts
 * updates, and begins after those that were made offline (cloningDecayStart). Two conventions of the released code are
 * not adopted: it normalises a layer after its ReLU (here before, as in every network of this project), and its target
 * policy follows the policy as it was before the step (here after, as in TD3).
 */
import { z } from "zod";
import { minimumOverCritics } from "../networks/critic.js";
import { mean, mul, square, sub, sum } from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import type { AgentContext, AgentParts } from "./context.js";
import { qValues } from "./critics.js";
import type { Losses } from "./losses.js";
import { calibrationMetrics } from "./metrics.js";
import { linearDecay } from "./schedules.js";
import { withDefaults } from "./settings.js";
import { cloningWeight, normalisedMean, type Td3Model, td3, td3Settings } from "./td3.js";

export const rebracSettings = withDefaults(td3Settings, {
  actorHidden: [256, 256, 256],
  criticHidden: [256, 256, 256],
  criticLayerNorm: true,
}).extend({
  // Both are the released code's; the authors tune them by task (antmaze-umaze: 0.003 and 0.002).
  actorPenalty: z.number().min(0).default(1).describe("Weight of the policy's distance from the data (beta 1)."),
  criticPenalty: z.number().min(0).default(1).describe("Weight of the next action's distance in the backup (beta 2)."),
  cloningDecayEnd: z.number().min(0).max(1).default(0.5).describe("Fraction of its weight to which cloning weakens."),
});

export type RebracSettings = z.infer<typeof rebracSettings>;

export const rebrac: (context: AgentContext<RebracSettings>) => AgentParts = td3({ policyLosses, nextPenalty });

/** beta1·mean(|pi(s) - a|^2) - mean(min Q(s, pi(s))) / mean|min Q|. */
function policyLosses(model: Td3Model<RebracSettings>): Losses {
  const { policy, critics, batch, settings, sizes } = model;
  const { actorPenalty, actorLearningRate: learningRate } = settings;
  return scope("actorLoss", () => {
    const actions = policy.actions(batch.observations);
    const values = minimumOverCritics(qValues(critics, batch.observations, actions));
    const distance = mean(squaredDistance(actions, batch.actions));
    const weight = cloningWeight(model, linearDecay);
    const loss = sub(mul(mul(weight, actorPenalty), distance), normalisedMean(values));
    return {
      objectives: [{ parameters: policy.parameters, loss, learningRate }],
      metrics: {
        actorLoss: loss,
        cloningError: mul(distance, 1 / sizes.actionSize),
        cloningWeight: weight,
        ...calibrationMetrics(values, batch.returnsToGo),
      },
    };
  });
}

/** beta2·|a' - a'_data|^2. */
function nextPenalty(model: Td3Model<RebracSettings>, nextActions: Tensor): Tensor {
  const weight = mul(cloningWeight(model, linearDecay), model.settings.criticPenalty);
  return mul(squaredDistance(nextActions, model.batch.nextActions), weight);
}

/** Of actions [batch, action], as [batch]. */
function squaredDistance(a: Tensor, b: Tensor): Tensor {
  return sum(square(sub(a, b)), [1]);
}
