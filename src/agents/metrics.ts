/**
 * What every agent with critics reports in the same words, so that runs of different algorithms can be read side by
 * side: how the values of the policy's actions stand against the returns that the data really reached.
 */
import { less, mean, where } from "../tensor/operations.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Losses } from "./losses.js";

/**
 * The means of the policy's values and of the returns-to-go, and the share of states in which the value is the lower.
 * @param policyValue Q(s, a) of the policy's actions [batch], by the critics from which the policy learns
 * @param returnsToGo of the batch's transitions [batch], on the scale of the learned rewards
 */
export function calibrationMetrics(policyValue: Tensor, returnsToGo: Tensor): Losses["metrics"] {
  return {
    policyQMean: mean(policyValue),
    returnToGoMean: mean(returnsToGo),
    shareBelowReturn: mean(where(less(policyValue, returnsToGo), 1, 0)),
  };
}
