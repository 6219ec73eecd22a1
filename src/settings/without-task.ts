/** Runs without a task: how they are recognised, and what they cannot be told. */
import { UsageError } from "../errors.js";
import type { TrainSettings } from "./configuration.js";
import type { RunSettings } from "./settings.js";

/**
 * The settings of a run whose data are given without a task: it learns from the data alone, and since the paper's preset is
 * for the paper's tasks, in the small sizes of "laptop" unless the settings say otherwise.
 */
export function withoutTask(given: TrainSettings, hasData: boolean): TrainSettings {
  const { task = hasData ? null : undefined, ...others } = given ?? {};
  return task === null ? { preset: "laptop", ...others, task } : given;
}

/** Without a task a run has an offline phase, and that alone. @throws UsageError for what goes online */
export function refuseOnlinePhase({
  agent,
  onlineAgent,
  onlineSteps,
  offlineUpdates,
  rollback,
  label,
}: RunSettings): void {
  const next = "name a task with it, or an agent that learns offline, such as cal-ql, cal-ql-discrete or iql";
  if (onlineAgent !== null)
    throw new UsageError(
      `Without a task there is no online phase, and ${label ?? agent} goes on in it with ${onlineAgent}; ${next}.`,
    );
  if (offlineUpdates === 0)
    throw new UsageError(
      `Without a task there is no online phase, and ${label ?? agent} learns in that alone (offlineUpdates is 0); ${next}.`,
    );
  if (onlineSteps > 0 || rollback)
    throw new UsageError(
      `Without a task there is no online phase, but ${onlineSteps > 0 ? `onlineSteps is ${onlineSteps}` : "a rollback is asked for"}; name a task, or leave it out.`,
    );
}
