/**
 * The door through which every episode enters a replay: recorded and fresh ones become transitions in the same way.
 */
import type { Sizes } from "../agents/context.js";
import type { TransitionOptions } from "../data/transitions.js";
import type { Configuration } from "../settings/configuration.js";

/** Their scale, the discount of their returns-to-go, and what stands in for the return of a failure. */
export function doorOf(
  { run: { rewardScale, rewardShift, failureReward }, agentSettings: { discount } }: Configuration,
  { discreteActions }: Sizes,
): TransitionOptions {
  const sparse = failureReward === null ? {} : { sparseFailureReward: rewardScale * failureReward + rewardShift };
  return { rewardScale, rewardShift, discreteActions, returns: { discount: discount!, ...sparse } };
}
