/**
 * Where the recorded data of a run come from: the file that the caller names, or the task's own data, which are
 * collected once and kept in a cache folder (CALQL_CACHE, else .calql in the working folder).
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readD4RL } from "../data/d4rl.js";
import { type Metadata, writeD4RL } from "../data/d4rl-writer.js";
import type { Dataset } from "../data/episode.js";
import { collectTask, type TaskCollection } from "../environments/collect-task.js";
import type { Environment } from "../environments/environment.js";
import { DataError, fileReason, RunFailure, UsageError } from "../errors.js";
import { writeWholeFile } from "../runs/whole-file.js";
import { sizesOf } from "./fitting-agents.js";
import { ownDataOf } from "./presets.js";

/** Reads a D4RL HDF5 file. @throws DataError if it cannot be read or is not what it claims to be */
export async function readDataset(path: string, options: Parameters<typeof readD4RL>[2] = {}): Promise<Dataset> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new DataError(
      `The data set ${path} cannot be read: ${fileReason(error)}. Give the path of a D4RL HDF5 file.`,
    );
  }
  return readD4RL(bytes, path, options);
}

/** Writes a data set in D4RL's layout; an existing file is replaced only when the new one is complete. */
export async function writeDataset(path: string, dataset: Dataset, metadata: Metadata = {}): Promise<void> {
  const bytes = await writeD4RL(dataset, metadata);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeWholeFile(path, bytes);
  } catch (error) {
    throw new RunFailure(`The data set could not be written to ${path}: ${fileReason(error)}. Name another place.`);
  }
}

/** What a caller says about a run's data. */
export interface DataRequest {
  readonly task: string;
  /** The caller's file, or null for the task's own data. */
  readonly file: string | null;
  /** Steps after which the clock ended an episode, for files without timeouts. */
  readonly horizon?: number | null;
  readonly onProgress?: TaskCollection["onProgress"];
}

/** The recorded data for a task. @throws UsageError if the task has none of its own; DataError for a wrong file */
export async function taskData({ task, file, horizon, onProgress }: DataRequest): Promise<Dataset> {
  if (file !== null) return readDataset(file, typeof horizon === "number" ? { horizon } : {});
  const recipe = ownDataOf(task);
  if (!recipe) {
    throw new UsageError(`The task ${task} has no data of its own to collect; name recorded data with --dataset FILE.`);
  }
  const path = cachedFile(task, recipe);
  if (!existsSync(path)) {
    const collected = collectTask({ ...recipe, task, ...(onProgress && { onProgress }) });
    await writeDataset(path, collected);
  }
  return readDataset(path);
}

/** The data of a run that learns from none. */
export function noData(environment: Environment): Dataset {
  return { source: "none", ...sizesOf(environment), episodes: [] };
}

/** Named by everything that the data follow from, so that other collection settings never meet old data. */
function cachedFile(task: string, recipe: object): string {
  const words = Object.entries(recipe).map(([name, value]) => `${name}${value}`);
  return join(process.env.CALQL_CACHE ?? ".calql", `${[task, ...words].join("-")}.hdf5`);
}
