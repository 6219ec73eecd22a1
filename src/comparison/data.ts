/**
 * The data of a comparison: collected once for each task and written beside its runs, so that all of them, in whatever
 * process and whenever they run, learn from the same file.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readD4RLMetadata } from "../data/formats/d4rl/d4rl-metadata.js";
import { diskFiles } from "../data/storage/disk-files.js";
import { collectsOwnData, ownDataOf, type TaskCollection } from "../environments/collect-task.js";
import { taskSlug } from "../environments/task-name.js";
import { UsageError } from "../errors.js";
import { collectOwnData, withoutOwnData, writeDataset } from "../runs/task-data.js";
import type { Collection } from "./comparison.js";
import type { PlannedRun } from "./plan.js";

/** Where a comparison keeps the data of a task. */
export function dataFile(out: string, task: string): string {
  return join(out, taskSlug(task), "data.hdf5");
}

/**
 * Checks that every run has its data, or that they can be collected, before anything is written.
 * @throws UsageError or DataError naming the task or file
 */
export async function checkData(runs: readonly PlannedRun[], collection: Collection | undefined): Promise<void> {
  for (const { task, file, collects } of filesOf(runs)) {
    if (!collects) diskFiles(file).close();
    else if (!collectsOwnData(task)) throw withoutOwnData(task);
    else if (existsSync(file)) await refuseOtherData(file, recipeOf(task, collection));
  }
}

/** Collects what is missing; a file that is there is whole, because it was written in one piece. */
export async function makeData(
  runs: readonly PlannedRun[],
  collection: Collection | undefined,
  onCollected?: (task: string, file: string) => void,
): Promise<void> {
  for (const { task, file } of filesOf(runs.filter((run) => run.collects))) {
    if (existsSync(file)) continue;
    const recipe = recipeOf(task, collection);
    const collected = await collectOwnData(recipe);
    await writeDataset(file, collected, { recipe: JSON.stringify(recipe) });
    onCollected?.(task, file);
  }
}

/** The files that runs learn from, each once; a run that learns from none has none. */
function filesOf(runs: readonly PlannedRun[]) {
  const files = runs.flatMap(({ task, settings: { dataset: file }, collects }) =>
    file ? [{ task, file, collects }] : [],
  );
  return new Map(files.map((each) => [each.file, each])).values();
}

/** In one order of names, because the recipe is compared as text. */
function recipeOf(task: string, collection: Collection | undefined): TaskCollection {
  const sorted = Object.entries(collection ?? ownDataOf(task)!).sort(([a], [b]) => (a < b ? -1 : 1));
  return { task, ...Object.fromEntries(sorted) } as TaskCollection;
}

async function refuseOtherData(file: string, recipe: TaskCollection): Promise<void> {
  const { recipe: recorded } = await readD4RLMetadata(readFileSync(file), file);
  if (recorded === JSON.stringify(recipe)) return;
  throw new UsageError(
    `The dataset ${file} was collected in another way than is asked for; name another folder with --out.`,
  );
}
