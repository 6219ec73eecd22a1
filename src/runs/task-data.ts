/**
 * Datasets that are written here: a caller's, and a task's own, which are collected once and kept in a cache folder
 * (CALQL_CACHE, else .calql in the working folder).
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { datasetOf } from "../data/check-header.js";
import { countSteps, type Dataset, type Episode } from "../data/episode.js";
import { createD4RL, type Metadata } from "../data/formats/d4rl/d4rl-writer.js";
import type { EpisodeSink } from "../data/formats/format.js";
import { d4rlFormat } from "../data/formats/formats.js";
import { formatFor, refuseTarget } from "../data/storage/convert-dataset.js";
import { diskTarget } from "../data/storage/disk-target.js";
import { cacheFolder } from "../data/storage/get/public-sets.js";
import { readDataset } from "../data/storage/open-dataset.js";
import {
  collectTask,
  hasEpisodePlayers,
  needsWalkingPolicy,
  ownDataEnding,
  ownDataOf,
  type TaskCollection,
} from "../environments/collect-task.js";
import { taskSlug } from "../environments/task-name.js";
import { UsageError } from "../errors.js";
import { playersFor } from "./collection/collection-thread.js";
import { loadWalkingPolicy } from "./walking-policy.js";

/**
 * Writes a dataset in the format that the path's ending stands for, as `calql data convert` does. An existing dataset
 * of that format is replaced when the new one is complete.
 * @param metadata scalars about the data, which D4RL files alone hold
 * @throws UsageError for an ending that stands for no format, or data that it cannot tell; RunFailure for a full disk
 */
export async function writeDataset(path: string, given: Dataset, metadata: Metadata = {}): Promise<void> {
  const dataset = datasetOf(given, "writeDataset()");
  const { format, kind } = formatFor(path, undefined, "");
  if (format !== d4rlFormat && Object.keys(metadata).length > 0)
    throw new UsageError(`The dataset ${path} has no place for metadata, which D4RL files hold; end it in .hdf5.`);
  await refuseTarget(undefined, path, format, true);
  const target = diskTarget(path, { kind, replace: true });
  try {
    const header = { ...dataset, steps: countSteps(dataset) };
    const sink = await (format === d4rlFormat
      ? createD4RL(target.create(path), header, metadata)
      : format.create!(target, header));
    await writeAll(sink, dataset.episodes);
    target.commit();
  } finally {
    target.discard();
  }
}

async function writeAll(sink: EpisodeSink, episodes: readonly Episode[]): Promise<void> {
  try {
    for (const episode of episodes) await sink.write(episode);
    await sink.finish();
  } catch (error) {
    sink.abandon?.();
    throw error;
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

/** Whether a task's own data were collected before, so that they need not be now. */
export function hasTaskData(task: string): boolean {
  const recipe = ownDataOf(task);
  return recipe !== undefined && existsSync(cachedFile(task, recipe));
}

/** The refusal of a task that collects none. */
export function withoutOwnData(task: string): UsageError {
  return new UsageError(`The task ${task} has no data of its own to collect; name recorded data with --dataset FILE.`);
}

/** Named by everything that the data follow from, so that other collection settings never meet old data. */
function cachedFile(task: string, recipe: object): string {
  const words = Object.entries(recipe).map(([name, value]) => `${name}${value}`);
  return join(cacheFolder(), `${[taskSlug(task), ...words].join("-")}${ownDataEnding(task)}`);
}

/**
 * Collects a task's own data as `collectTask` does, in threads where that helps; ants walk with the policy in the file `policy`, or with the shipped one.
 * @throws UsageError for settings that do not fit; DataError for a file that holds no walking policy
 */
export async function collectOwnData(settings: TaskCollection, policy?: string): Promise<Dataset> {
  if (hasEpisodePlayers(settings.task)) return collectTask({ ...settings, startPlayers: playersFor() });
  if (!needsWalkingPolicy(settings.task)) return collectTask(settings);
  const walker = await loadWalkingPolicy(policy);
  try {
    return await collectTask({ ...settings, policy: walker });
  } finally {
    await walker.release();
  }
}
