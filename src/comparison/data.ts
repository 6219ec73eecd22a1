/**
 * The data of a comparison: collected once for each task and written beside its runs, so that all of them, whatever their
 * seed and process and whenever they run, learn from the same file.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Dataset } from "../data/episode.js";
import { readD4RLMetadata } from "../data/formats/d4rl/d4rl-metadata.js";
import { diskFiles } from "../data/storage/disk-files.js";
import { collectsOwnData, ownDataEnding, ownDataOf, type TaskCollection } from "../environments/collect-task.js";
import { taskSlug } from "../environments/task-name.js";
import { UsageError } from "../errors.js";
import { collectOwnData, withoutOwnData, writeDataset } from "../runs/task-data.js";
import type { Collection } from "./comparison.js";
import type { PlannedRun } from "./plan.js";

/** Where a comparison keeps the data of a task. */
export function dataFile(out: string, task: string): string {
  return join(out, taskSlug(task), `data${ownDataEnding(task)}`);
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
    await writeWithRecipe(file, collected, JSON.stringify(recipe));
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
  if ((await recordedRecipe(file)) === JSON.stringify(recipe)) return;
  throw new UsageError(
    `The dataset ${file} was collected in another way than is asked for; name another folder with --out.`,
  );
}

/** D4RL's layout holds the recipe among its metadata; ours, which pictures need, has it in a file beside. */
async function writeWithRecipe(file: string, collected: Dataset, recipe: string): Promise<void> {
  if (isD4RL(file)) return writeDataset(file, collected, { recipe });
  writeFileSync(besides(file), recipe); // before the data, whose presence says that all is there
  return writeDataset(file, collected);
}

async function recordedRecipe(file: string): Promise<unknown> {
  if (isD4RL(file)) return (await readD4RLMetadata(readFileSync(file), file)).recipe;
  return existsSync(besides(file)) ? readFileSync(besides(file), "utf8") : undefined;
}

const isD4RL = (file: string) => file.endsWith(".hdf5");
const besides = (file: string) => `${file}.recipe.json`;
