/**
 * Do the agents of a configuration fit the task, and each other? Built without being compiled, so that a mistake in a
 * run of a million updates is reported in the first second.
 */

import type { Sizes } from "../agents/context.js";
import { refuseMisfit } from "../agents/continuation.js";
import type { AgentSettings } from "../agents/registry.js";
import { observationWidth, vectorSizeOf } from "../data/columns.js";
import type { Dataset } from "../data/episode.js";
import {
  type ActionSpace,
  actionVectorSize,
  discreteActionsOf,
  type Environment,
  observationPartsOf,
} from "../environments/environment.js";
import type { Algorithm, Configuration } from "../settings/configuration.js";
import type { RunSettings } from "../settings/settings.js";

/** The sizes of what recorded data hold. */
export function sizesOfData({
  observations,
  actionSize,
  discreteActions,
  names,
}: Pick<Dataset, "observations" | "actionSize" | "discreteActions" | "names">): Sizes {
  const parts = vectorSizeOf(observations) === undefined ? { observations } : {};
  return {
    observationSize: observationWidth(observations),
    ...parts,
    actionSize,
    discreteActions,
    ...(names && { names }),
  };
}

/** Whether a run needs no recorded data at all. */
export function learnsFromNoData({ offlineUpdates, mixingRatio, mixingRatioEnd }: RunSettings): boolean {
  return offlineUpdates === 0 && mixingRatio === 0 && !mixingRatioEnd;
}

/** The data of a run that learns from none. */
export function noData({ observationSpace, actionSpace }: Environment): Dataset {
  const discreteActions = discreteActionsOf(actionSpace);
  return {
    source: "none",
    observations: observationPartsOf(observationSpace),
    actionSize: actionVectorSize(actionSpace),
    ...namesIn(actionSpace),
    ...(discreteActions !== undefined && { discreteActions }),
    episodes: [],
  };
}

/** The names that an environment gives its actions. */
export function namesIn(space: ActionSpace): Pick<Dataset, "names"> {
  return space.kind === "discrete" && space.names ? { names: { actions: space.names } } : {};
}

/** The sizes of what an environment shows and takes. */
export function sizesOf(environment: Environment): Sizes {
  return sizesOfData(noData(environment));
}

/** @throws UsageError if an agent has no use for the task's actions, or the second cannot continue from the first */
export function refuseUnfitAgents({ agent, agentSettings, online }: Configuration, sizes: Sizes): void {
  const declare = ({ agent, settings }: Algorithm) => ({
    name: agent.name,
    declared: agent.declare(settings, sizes, 0),
  });
  const sides = [{ agent, settings: agentSettings }, ...(online ? [online] : [])];
  const narrow = narrowed(sides.map(({ settings }) => settings));
  const [before, after] = sides.map((side, i) => declare({ ...side, settings: narrow[i]! }));
  if (!after) return;
  try {
    refuseMisfit(before!, after);
  } catch {
    // The message names the sizes that were asked for.
    const [wide, other] = sides.map(declare);
    refuseMisfit(wide!, other!);
  }
}

const NARROW = 31;

/**
 * The same settings with narrow hidden layers, to declare an agent for what it is and not for its first values, which
 * take seconds in wide ones. Widths that are equal stay equal, others differ.
 */
export function narrowed(all: readonly AgentSettings[]): AgentSettings[] {
  const hidden = (settings: AgentSettings) =>
    Object.entries(settings).filter((entry): entry is [string, number[]] => entry[0].endsWith("Hidden"));
  const widths = [...new Set(all.flatMap(hidden).flatMap(([, sizes]) => sizes))];
  const narrow = (sizes: readonly number[]) => sizes.map((width) => NARROW + 2 * widths.indexOf(width));
  return all.map((settings) => ({
    ...settings,
    ...Object.fromEntries(hidden(settings).map(([name, sizes]) => [name, narrow(sizes)])),
  }));
}
