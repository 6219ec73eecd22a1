/**
 * Recorded data belong to a task: if data are named, the task must be too, because observations of another task may
 * have the same sizes, and training on them would only appear to work.
 */

import { hasOwnForm } from "../data/checks/other-task.js";
import { printable } from "../data/containers/refusal.js";
import { taskNamedIn } from "../data/storage/recorded-task.js";
import { UsageError } from "../errors.js";

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
