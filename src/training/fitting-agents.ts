/**
 * Do the agents of a configuration fit the task, and each other? Declared without being compiled, so that whoever plans
 * a run of a million updates hears of it in the first second.
 */

import type { Sizes } from "../agents/context.js";
import { refuseMisfit } from "../agents/continuation.js";
import { actionVectorSize, discreteActionsOf, type Environment, vectorSizeOf } from "../environments/environment.js";
import type { Configuration } from "../settings/configuration.js";

/** The sizes of what an environment shows and takes. */
export function sizesOf({ observationSpace, actionSpace }: Environment): Sizes {
  const discreteActions = discreteActionsOf(actionSpace);
  return {
    observationSize: vectorSizeOf(observationSpace),
    actionSize: actionVectorSize(actionSpace),
    ...(discreteActions !== undefined && { discreteActions }),
  };
}

/** @throws UsageError if an agent has no use for the task's actions, or the second cannot go on from the first */
export function refuseUnfitAgents({ agent, agentSettings, online }: Configuration, sizes: Sizes): void {
  const before = { name: agent.name, declared: agent.declare(agentSettings, sizes, 0) };
  if (!online) return;
  refuseMisfit(before, { name: online.agent.name, declared: online.agent.declare(online.settings, sizes, 0) });
}
