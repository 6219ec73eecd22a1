/**
 * Advantage-weighted regression (Peng et al. 2019), the policy's loss in IQL and AWAC: the data's actions are imitated,
 * the better ones more.
 */
import { z } from "zod";
import { exp, mean, minimum, mul, neg, stopGradient } from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";

/** The settings of `weightedCloning`, to be spread into an agent's own. */
export const weightedCloningSettings = z.object({
  advantageTemperature: z
    .number()
    .min(0)
    .default(3)
    .describe("Scale of the advantage in the policy's weights: iql multiplies by it (beta), awac divides (lambda)."),
  advantageWeightMax: z.number().positive().default(100).describe("Largest weight of an action in the policy's loss."),
});

/**
 * mean(-min(exp(scale·advantage), largest)·log pi(a|s)), the weights as constants. They are not normalised over the
 * states (Z(s) of the derivation), as in the reference implementations of both algorithms.
 * @param advantage of the data's actions [batch]
 * @param logProbability log pi(a|s) of the data's actions [batch]
 */
export function weightedCloning(advantage: Tensor, scale: number, largest: number, logProbability: Tensor) {
  return scope("actorLoss", () => {
    const weights = stopGradient(minimum(exp(mul(advantage, scale)), largest));
    return {
      actorLoss: mean(neg(mul(weights, logProbability))),
      advantageMean: mean(advantage),
      advantageWeightMean: mean(weights),
      dataLogPiMean: mean(logProbability),
    };
  });
}
