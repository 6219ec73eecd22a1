/**
 * The files of `fixtures/formats/numpy`, which NumPy and Python's pickle wrote, and what they must hold.
 */

import { readFileSync } from "node:fs";
import { type DataFiles, filesInMemory } from "../containers/files.js";
import { type Episode, stateOf } from "../episode.js";
import { loadDataset } from "../episode-source.js";
import type { DatasetFormat, ReadOptions } from "./format.js";

const folder = new URL("../../../fixtures/formats/numpy/", import.meta.url);

export interface ExpectedEpisode {
  readonly length: number;
  readonly observations: readonly number[];
  readonly actions: readonly number[];
  readonly rewards: readonly number[];
  readonly terminated: readonly number[];
  readonly truncated: boolean;
}

interface Expected {
  readonly adroit: { readonly expert: readonly ExpectedEpisode[]; readonly cloned: readonly ExpectedEpisode[] };
  readonly ogbench: Record<"maze" | "singletask" | "visual", readonly ExpectedEpisode[]> & {
    readonly goal: readonly [number, number];
  };
}

export const expected = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as Expected;

export function numpyBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, folder)));
}

export function numpyFiles(name: string): DataFiles {
  return filesInMemory(name, numpyBytes(name));
}

/** All episodes of a file, in plain numbers. */
export async function readPlain(
  format: DatasetFormat,
  files: DataFiles,
  options: ReadOptions = {},
): Promise<ExpectedEpisode[]> {
  const { episodes } = await loadDataset(await format.open(files, options));
  return episodes.map(plainEpisode);
}

export function plainEpisode(episode: Episode): ExpectedEpisode {
  const { length, truncated } = episode;
  const [observations, actions, rewards, terminated] = [
    stateOf(episode.observations),
    episode.actions,
    episode.rewards,
    episode.terminated,
  ].map((part) => [...part]) as [number[], number[], number[], number[]];
  return { length, observations, actions, rewards, terminated, truncated };
}
