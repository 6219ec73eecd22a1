/**
 * Where the recorded data of a run come from: the file that the caller names, or the task's own data, which are
 * collected once and kept in a cache folder (CALQL_CACHE, else .calql in the working folder).
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readD4RL } from "../data/d4rl.js";
import { writeD4RL } from "../data/d4rl-writer.js";
import type { Dataset } from "../data/episode.js";
import { collectPointMaze, type PointMazeCollection } from "../environments/collect-pointmaze.js";
import { DataError, RunFailure, UsageError } from "../errors.js";
import { pointMazeData } from "./presets.js";

/** Reads a D4RL HDF5 file. @throws DataError if it cannot be read or is not what it claims to be */
export async function readDataset(path: string, options: Parameters<typeof readD4RL>[2] = {}): Promise<Dataset> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : `${code}`;
    throw new DataError(`The data set ${path} cannot be read: ${reason}. Give the path of a D4RL HDF5 file.`);
  }
  return readD4RL(bytes, path, options);
}

/** Writes a data set in D4RL's layout; an existing file is replaced only when the new one is complete. */
export async function writeDataset(path: string, dataset: Dataset): Promise<void> {
  const bytes = await writeD4RL(dataset);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.partial`, bytes);
    renameSync(`${path}.partial`, path);
  } catch (error) {
    throw new RunFailure(
      `The data set could not be written to ${path}: ${(error as Error).message}. Name another place.`,
    );
  }
}

/**
 * The recorded data for a task.
 * @param file the caller's file, or null for the task's own data
 */
export async function taskData(
  task: string,
  file: string | null,
  onProgress?: PointMazeCollection["onProgress"],
): Promise<Dataset> {
  if (file !== null) return readDataset(file);
  if (!task.startsWith("pointmaze-")) {
    throw new UsageError(`The task ${task} has no data of its own to collect; name recorded data with --dataset FILE.`);
  }
  const path = join(process.env.CALQL_CACHE ?? ".calql", `${task}-diverse-${pointMazeData.steps}.hdf5`);
  if (!existsSync(path)) {
    const collected = collectPointMaze({
      ...pointMazeData,
      task,

      ...(onProgress && { onProgress }),
    });
    await writeDataset(path, collected);
  }
  return readDataset(path);
}
