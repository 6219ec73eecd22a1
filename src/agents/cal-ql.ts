/**
 * Cal-QL (Nakamoto et al. 2023): CQL with one line changed. In the conservative term the values of the policy's
 * actions are not pushed below a reference value, max(Q(s, a), V^mu(s)) (equation 5.1), so that the critic keeps the
 * scale of real returns. V^mu is the Monte-Carlo return-to-go of the transition, or a network that is fitted to it.
 */
import { z } from "zod";
import { mlp, mlpParameters } from "../networks/mlp.js";
import { declareParameters } from "../networks/parameters.js";
import { maximum, mean, reshape, square, stopGradient, sub } from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import { cqlCriticLosses, cqlSettings } from "./cql.js";
import { type Losses, mergeLosses } from "./losses.js";
import type { Model } from "./model.js";

export const calQlSettings = cqlSettings.extend({
  calibrationSource: z
    .enum(["monte-carlo", "network"])
    .default("monte-carlo")
    .describe("Reference values: the recorded return-to-go, or a network V^mu fitted to it."),
});

export type CalQlSettings = z.infer<typeof calQlSettings>;

/** What the critics of Cal-QL learn. */
export function calQlCriticLosses(model: Model<CalQlSettings>): Losses {
  if (model.settings.calibrationSource === "monte-carlo") return cqlCriticLosses(model, maximum);
  const { losses, values } = fittedReference(model);
  return mergeLosses(cqlCriticLosses(model, maximum, stopGradient(values)), losses);
}

/** V^mu(s) by regression on the return-to-go, with the critics' widths and learning rate. */
function fittedReference(model: Model<CalQlSettings>): { losses: Losses; values: Tensor } {
  const { criticHidden, batchSize, criticLearningRate: learningRate } = model.settings;
  const sizes = [model.sizes.observationSize, ...criticHidden, 1];
  const parameters = model.parameters("value", (random) =>
    declareParameters("value", mlpParameters("value", sizes, random)),
  );
  return scope("valueLoss", () => {
    const values = reshape(mlp(parameters, "value", sizes.length - 1, model.batch.observations), [batchSize]);
    const loss = mean(square(sub(values, model.batch.returnsToGo)));
    return { values, losses: { objectives: [{ parameters, loss, learningRate }], metrics: { valueLoss: loss } } };
  });
}
