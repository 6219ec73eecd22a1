/**
 * Cal-QL (Nakamoto et al. 2023) for discrete actions: discrete CQL with one line changed. The paper has no discrete
 * form; with G the reference value of the state, V^mu(s), this one is, for every critic,
 *
 *   mean((Q(s, a_data) - y)^2) + weight·mean(logsumexp over a of B(s, a) - Q(s, a_data)),
 *   B(s, a_data) = Q(s, a_data), and B(s, a) = max(Q(s, a), G) for every other action.
 *
 * Rationale: equation 5.1 bounds the values of the policy's actions. CQL(H)'s log-sum-exp is what its inner maximum
 * over policies comes to, and that policy, softmax(Q(s, .)), proposes every action: so the others are bounded. The
 * random actions that the continuous form leaves unbounded estimate an integral; where the sum is exact there are
 * none. The data's action is in the sum, for the sum is over all, but unbounded as in the continuous form. The gap is
 * then the cross-entropy of the data's action under softmax(B(s, .)): never below 0, it pushes that action up by 1
 * minus its probability and never down. Bounded too, an action below G would be pulled up to G even where there is no
 * other.
 *
 * Limits (tests hold them): G = -infinity is discrete CQL to the bit; as G goes to +infinity no gradient reaches any
 * action but the data's, which is pushed up with the full weight; weight 0, or a single action, is DQN.
 */
import type { z } from "zod";
import { maximum } from "../tensor/operations.js";
import { cqlDiscreteLosses, cqlDiscreteSettings } from "./cql-discrete.js";
import { type Losses, mergeLosses } from "./losses.js";
import type { QModel } from "./q-learning.js";
import { referenceSettings, referenceValues } from "./reference-values.js";

export const calQlDiscreteSettings = cqlDiscreteSettings.extend(referenceSettings.shape);

export type CalQlDiscreteSettings = z.infer<typeof calQlDiscreteSettings>;

/** What the critics of discrete Cal-QL learn. */
export function calQlDiscreteLosses(model: QModel<CalQlDiscreteSettings>): Losses {
  const { values, losses } = referenceValues(model);
  return mergeLosses(cqlDiscreteLosses(model, maximum, values), losses);
}
