/**
 * Datasets that are written here: a caller's, and a task's own, which are collected once and kept in a cache folder
 * (CALQL_CACHE, else .calql in the working folder).
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { datasetOf } from "../data/check-header.js";
import type { Dataset } from "../data/episode.js";
import { type Metadata, writeD4RL } from "../data/formats/d4rl/d4rl-writer.js";
import { cacheFolder } from "../data/storage/cache.js";
import { readDataset } from "../data/storage/open-dataset.js";
import { collectTask, needsWalkingPolicy, ownDataOf, type TaskCollection } from "../environments/collect-task.js";
import { taskSlug } from "../environments/task-name.js";
import { fileReason, RunFailure, UsageError } from "../errors.js";
import { makeFolder } from "../files/make-folder.js";
import { writeWholeFile } from "../files/whole-file.js";
import { loadWalkingPolicy } from "./walking-policy.js";

/**
 * Writes a data set in D4RL's layout; an existing file is replaced only when the new one is complete.
 * @throws UsageError for what is no data set, or cannot be told in this layout; RunFailure where the disk refuses
 */
export async function writeDataset(path: string, dataset: Dataset, metadata: Metadata = {}): Promise<void> {
  const bytes = await writeD4RL(datasetOf(dataset, "writeDataset()"), metadata);
  try {
    makeFolder(dirname(path));
    writeWholeFile(path, bytes);
  } catch (error) {
    throw new RunFailure(`The data set could not be written to ${path}: ${fileReason(error)}. Name another place.`);
  }
}

/** Whose data are wanted. */
export interface DataRequest {
  readonly task: string;
  readonly onProgress?: TaskCollection["onProgress"];
}

/** A task's own data. @throws UsageError if it has none */
export async function taskData({ task, onProgress }: DataRequest): Promise<Dataset> {
  const recipe = ownDataOf(task);
  if (!recipe) throw withoutOwnData(task);
  const path = cachedFile(task, recipe);
  if (!existsSync(path)) {
    const collected = await collectOwnData({ ...recipe, task, ...(onProgress && { onProgress }) });
    await writeDataset(path, collected);
  }
  return readDataset(path);
}

/** The refusal of a task that collects none. */
export function withoutOwnData(task: string): UsageError {
  return new UsageError(`The task ${task} has no data of its own to collect; name recorded data with --dataset FILE.`);
}

/** Named by everything that the data follow from, so that other collection settings never meet old data. */
function cachedFile(task: string, recipe: object): string {
  const words = Object.entries(recipe).map(([name, value]) => `${name}${value}`);
  return join(cacheFolder(), `${[taskSlug(task), ...words].join("-")}.hdf5`);
}

/**
 * Collects a task's own data as `collectTask` does; ants walk with the policy in the file `policy`, or with the shipped one.
 * @throws UsageError for settings that do not fit; DataError for a file that holds no walking policy
 */
export async function collectOwnData(settings: TaskCollection, policy?: string): Promise<Dataset> {
  if (!needsWalkingPolicy(settings.task)) return collectTask(settings);
  const walker = await loadWalkingPolicy(policy);
  try {
    return await collectTask({ ...settings, policy: walker });
  } finally {
    await walker.release();
  }
}
