/**
 * TD3+BC (Fujimoto and Gu 2021): TD3 whose policy also stays near the data's actions. Both terms have one scale, because
 * values enter the policy's loss divided by their mean size. For fine-tuning the cloning term weakens by the same factor
 * in every update, down to a fraction (Beeson and Montana 2022, who go from 0.4 to 0.2 in the weight 1/bcAlpha, and so
 * to one half); it counts updates, and begins after those that were made offline (cloningDecayStart).
 */
import { z } from "zod";
import { mean, mul, reshape, square, sub } from "../tensor/operations.js";
import { scope } from "../tensor/tensor.js";
import type { AgentContext, AgentParts } from "./context.js";
import { qValues } from "./critics.js";
import type { Losses } from "./losses.js";
import { calibrationMetrics } from "./metrics.js";
import { exponentialDecay } from "./schedules.js";
import { cloningWeight, normalisedMean, type Td3Model, td3, td3Settings } from "./td3.js";

export const td3BcSettings = td3Settings.extend({
  bcAlpha: z
    .number()
    .min(0)
    .default(2.5)
    .describe("Weight of the values against cloning in the policy's loss (alpha)."),
  cloningDecayEnd: z.number().gt(0).max(1).default(0.5).describe("Fraction of its weight to which cloning weakens."),
});

export type Td3BcSettings = z.infer<typeof td3BcSettings>;

export const td3Bc: (context: AgentContext<Td3BcSettings>) => AgentParts = td3({ policyLosses });

/** -alpha·mean Q1(s, pi(s)) / mean|Q1| + weight·mean((pi(s) - a)^2), by the first critic. */
function policyLosses(model: Td3Model<Td3BcSettings>): Losses {
  const { policy, critics, batch, settings } = model;
  const { bcAlpha, batchSize, actorLearningRate: learningRate } = settings;
  return scope("actorLoss", () => {
    const actions = policy.actions(batch.observations);
    const values = reshape(qValues(critics.first(1), batch.observations, actions), [batchSize]);
    const cloningError = mean(square(sub(actions, batch.actions)));
    const weight = cloningWeight(model, exponentialDecay);
    const loss = sub(mul(weight, cloningError), mul(normalisedMean(values), bcAlpha));
    return {
      objectives: [{ parameters: policy.parameters, loss, learningRate }],
      metrics: {
        actorLoss: loss,
        cloningError,
        cloningWeight: weight,
        ...calibrationMetrics(values, batch.returnsToGo),
      },
    };
  });
}
