/** Recorded data that name a task of calql's own, where a command names none. */
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
