/**
 * Recorded data of a task that is named in them, or that must be named because several runs act in it: observations of
 * another task may have the same sizes, and training on them would only appear to work.
 */

import { hasOwnForm } from "../data/checks/other-task.js";
import { printable } from "../data/containers/refusal.js";
import { taskNamedIn } from "../data/storage/recorded-task.js";
import { environmentNames } from "../environments/registry.js";
import { splitTask } from "../environments/task-name.js";
import { UsageError } from "../errors.js";

/**
 * Data without a task are learned from alone; where they name a task of calql's own, that was more likely forgotten.
 * @throws UsageError with the two ways to say what is meant
 */
export async function refuseForgottenTask(dataset: string | null | undefined, task: unknown): Promise<void> {
  if (!dataset || task !== undefined) return;
  const named = await taskNamedIn(dataset);
  if (named === undefined || !environmentNames().includes(splitTask(named).name)) return;
  throw new UsageError(
    `The dataset ${dataset} is given without a task, and its metadata name ${named}; act in it with --task ${named}, or learn from the data alone with --task none.`,
  );
}

/** @throws UsageError where data are named and no task; it names the task that the file itself names */
export async function refuseDataWithoutTask(dataset: string | null | undefined, task: unknown): Promise<void> {
  if (!dataset || task !== undefined) return;
  const named = await taskNamedIn(dataset);
  throw new UsageError(
    `The dataset ${dataset} is given without the task that it was recorded in; ` +
      (named !== undefined && hasOwnForm(named)
        ? `by its metadata that is --task ${named}.`
        : `name it with --task, such as --task antmaze-umaze${named === undefined ? "" : ` (its metadata name ${printable(named)})`}.`),
  );
}
