/** Small data for tests: episodes with numbers that tell where they come from, and HDF5 files with chosen keys. */

import { RandomStream } from "../random.js";
import { vectorParts } from "./columns.js";
import { createHdf5 } from "./containers/hdf5/hdf5.fixture.js";
import type { Dataset, Episode } from "./episode.js";

/** An array to be stored under a key. */
export interface ExampleTable {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
  /** As h5wasm names it; "<f" is float32. */
  readonly dtype?: string;
}

/** An HDF5 file with these keys at its top. */
export function exampleFile(tables: Readonly<Record<string, ExampleTable>>): Promise<Uint8Array> {
  return createHdf5((file) => {
    for (const [name, { shape, values, dtype = "<f" }] of Object.entries(tables)) {
      file.create_dataset({ name, data: Array.from(values), shape: [...shape], dtype });
    }
  });
}

/**
 * The tables of a file in which row i has the observation [i, 10 i], the action [i / 100], and the reward i.
 * @param terminals one 0 or 1 per row; @param timeouts likewise, or undefined to leave the key out
 */
export function countingTables(
  terminals: readonly number[],
  timeouts?: readonly number[],
): Record<string, ExampleTable> {
  const rows = terminals.map((_, row) => row);
  return {
    observations: { shape: [rows.length, 2], values: rows.flatMap((row) => [row, 10 * row]) },
    actions: { shape: [rows.length, 1], values: rows.map((row) => row / 100) },
    rewards: { shape: [rows.length], values: rows },
    terminals: { shape: [rows.length], values: terminals, dtype: "<b" },
    ...(timeouts && { timeouts: { shape: [rows.length], values: timeouts, dtype: "<b" } }),
  };
}

/** An episode of random numbers, ended by the task or by the clock. */
export function randomEpisode(random: RandomStream, length: number, sizes: Sizes, ending: "task" | "clock"): Episode {
  const observations = new Float32Array((length + 1) * sizes.observationSize);
  const actions = new Float32Array(length * sizes.actionSize);
  const rewards = new Float32Array(length);
  random.fillNormal(observations);
  random.fillUniform(actions, -1, 1);
  random.fillUniform(rewards, -1, 1);
  const terminated = new Uint8Array(length);
  terminated[length - 1] = ending === "task" ? 1 : 0;
  return { length, observations: { state: observations }, actions, rewards, terminated, truncated: ending === "clock" };
}

/** Sizes of an observation and an action. */
export interface Sizes {
  readonly observationSize: number;
  readonly actionSize: number;
}

/** Random episodes with these lengths; every other one is ended by the task. */
export function randomDataset(seed: number, lengths: readonly number[], sizes: Sizes): Dataset {
  const random = new RandomStream(seed, "example data");
  const episodes = lengths.map((length, i) => randomEpisode(random, length, sizes, i % 2 === 0 ? "clock" : "task"));
  const { observationSize, actionSize } = sizes;
  return { source: "example", observations: vectorParts(observationSize), actionSize, episodes };
}
