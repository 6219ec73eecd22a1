/**
 * Do the agents of a configuration fit the task, and each other? Declared without being compiled, so that whoever plans
 * a run of a million updates hears of it in the first second.
 */

import type { Sizes } from "../agents/context.js";
import { refuseMisfit } from "../agents/continuation.js";
import { observationWidth, vectorSizeOf } from "../data/columns.js";
import type { Dataset } from "../data/episode.js";
import {
  actionVectorSize,
  discreteActionsOf,
  type Environment,
  observationPartsOf,
} from "../environments/environment.js";
import type { Configuration } from "../settings/configuration.js";

/** The sizes of what recorded data hold. */
export function sizesOfData({
  observations,
  actionSize,
  discreteActions,
}: Pick<Dataset, "observations" | "actionSize" | "discreteActions">): Sizes {
  const parts = vectorSizeOf(observations) === undefined ? { observations } : {};
  return { observationSize: observationWidth(observations), ...parts, actionSize, discreteActions };
}

/** The data of a run that learns from none. */
export function noData({ observationSpace, actionSpace }: Environment): Dataset {
  const discreteActions = discreteActionsOf(actionSpace);
  return {
    source: "none",
    observations: observationPartsOf(observationSpace),
    actionSize: actionVectorSize(actionSpace),
    ...(discreteActions !== undefined && { discreteActions }),
    episodes: [],
  };
}

/** The sizes of what an environment shows and takes. */
export function sizesOf(environment: Environment): Sizes {
  return sizesOfData(noData(environment));
}

/** @throws UsageError if an agent has no use for the task's actions, or the second cannot go on from the first */
export function refuseUnfitAgents({ agent, agentSettings, online }: Configuration, sizes: Sizes): void {
  const before = { name: agent.name, declared: agent.declare(agentSettings, sizes, 0) };
  if (!online) return;
  refuseMisfit(before, { name: online.agent.name, declared: online.agent.declare(online.settings, sizes, 0) });
}
