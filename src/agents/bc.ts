/**
 * Behaviour cloning (Pomerleau 1989): the policy imitates the data's actions, whatever they led to. It has no critics:
 * what an agent must beat, and a first policy for those whose policy is the same (SAC and its family).
 */
import { z } from "zod";
import { logProbability, tanhGaussianPolicy } from "../networks/tanh-gaussian.js";
import { mean, neg, square, sub, tanh } from "../tensor/operations.js";
import { scope } from "../tensor/tensor.js";
import { type AgentContext, type AgentParts, adamSettings } from "./context.js";
import { encoderOf } from "./encoders.js";
import { actorCriticSettings, agentSettings, withDefaults } from "./settings.js";
import { Update } from "./update.js";

const policySettings = actorCriticSettings.pick({ actorLearningRate: true, actorHidden: true, logStdRange: true });

export const bcSettings = agentSettings.extend(withDefaults(policySettings, { actorLearningRate: 3e-4 }).shape).extend({
  cloningLoss: z
    .enum(["log-likelihood", "mse"])
    .default("log-likelihood")
    .describe("What cloning minimises: minus log pi(a|s), or the squared distance of the deterministic action."),
});

export type BcSettings = z.infer<typeof bcSettings>;

/** mean(-log pi(a|s)) or mean((pi(s) - a)^2). */
export function bc(context: AgentContext<BcSettings>): AgentParts {
  const { settings, sizes, batch, random } = context;
  const { actorHidden: hidden, logStdRange, cloningLoss, actorLearningRate: learningRate } = settings;
  const policy = tanhGaussianPolicy(
    "actor",
    { ...sizes, hidden, logStdRange, encoder: encoderOf("actor", context) },
    random,
  );
  const update = new Update(adamSettings(settings));
  const distribution = policy.distribution(batch.observations);
  const dataLogPiMean = mean(logProbability(distribution, batch.actions));
  const cloningError = mean(square(sub(tanh(distribution.mean), batch.actions)));
  const actorLoss = scope("actorLoss", () => (cloningLoss === "mse" ? cloningError : neg(dataLogPiMean)));
  update.learn({
    objectives: [{ parameters: policy.parameters, loss: actorLoss, learningRate }],
    metrics: { actorLoss, dataLogPiMean, cloningError },
  });
  return { policy, update };
}
