/**
 * Recorded data belong to a task: if data are named, the task must be too, because observations of another task may
 * have the same sizes, and training on them would only appear to work.
 */

import { readD4RLMetadata } from "../data/formats/d4rl/d4rl-metadata.js";
import { d4rlFormat } from "../data/formats/formats.js";
import { diskFiles } from "../data/storage/disk-files.js";
import { UsageError } from "../errors.js";

/** @throws UsageError where data are named and no task; it names the task that the file itself names */
export async function refuseDataWithoutTask(dataset: string | null | undefined, task: unknown): Promise<void> {
  if (!dataset || task !== undefined) return;
  const named = await taskNamedIn(dataset);
  throw new UsageError(
    `The dataset ${dataset} is given without the task that it was recorded in; ` +
      (named === undefined
        ? "name it with --task, such as --task antmaze-umaze."
        : `by its metadata that is --task ${named}.`),
  );
}

/** What D4RL files from "calql data collect" say; undefined where it is nothing, or the file cannot be read. */
async function taskNamedIn(path: string): Promise<string | undefined> {
  try {
    const files = diskFiles(path);
    try {
      if (!(await d4rlFormat.recognises(files))) return undefined;
      const { task } = await readD4RLMetadata(files.open(files.paths[0]!), path);
      return typeof task === "string" ? task : undefined;
    } finally {
      files.close();
    }
  } catch {
    return undefined; // what is wrong with the file is reported where it is read
  }
}
