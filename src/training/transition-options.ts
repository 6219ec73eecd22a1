/**
 * How episodes become transitions in a run: recorded and fresh ones in the same way.
 */
import type { Sizes } from "../agents/context.js";
import type { TransitionOptions } from "../data/transitions.js";
import type { Configuration } from "../settings/configuration.js";

/** Their scale, the discount of their returns-to-go, and what stands in for the return of a failure. */
export function transitionOptionsOf(
  { run: { rewardScale, rewardShift, failureReward }, agentSettings: { discount } }: Configuration,
  { discreteActions, transform }: Sizes,
): TransitionOptions {
  const sparse = failureReward === null ? {} : { sparseFailureReward: rewardScale * failureReward + rewardShift };
  return {
    rewardScale,
    rewardShift,
    discreteActions,
    actionBounds: transform?.actions,
    returns: { discount: discount!, ...sparse },
  };
}
