/**
 * Cal-QL (Nakamoto et al. 2023): CQL with one line changed. In the conservative term the values of the policy's
 * actions are not pushed below a reference value, max(Q(s, a), V^mu(s)) (equation 5.1), so that the critic keeps the
 * scale of real returns. Where V^mu comes from is described in reference-values.ts.
 */
import type { z } from "zod";
import { maximum } from "../tensor/operations.js";
import { cqlCriticLosses, cqlSettings } from "./cql.js";
import { type Losses, mergeLosses } from "./losses.js";
import type { Model } from "./model.js";
import { referenceSettings, referenceValues } from "./reference-values.js";

/** The settings of Cal-QL: CQL's, and what its values are compared with. */
export const calQlSettings = cqlSettings.extend(referenceSettings.shape);

/** The settings of Cal-QL, resolved: CQL's and those of the reference values. */
export type CalQlSettings = z.infer<typeof calQlSettings>;

/**
 * What the critics of Cal-QL learn: CQL's losses with max(Q(s, a), V^mu(s)) for Q(s, a) of the policy's actions (Nakamoto
 * et al. 2023, equation 5.1), and the loss of the network for V^mu, if there is one.
 */
export function calQlCriticLosses(model: Model<CalQlSettings>): Losses {
  const { values, losses } = referenceValues(model);
  return mergeLosses(cqlCriticLosses(model, maximum, values), losses);
}
