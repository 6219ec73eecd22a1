/**
 * The tables that fixtures/formats/write_tables.py wrote with pyarrow and Python's json, and what it says is in them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Episode } from "../episode.js";
import { type DataFiles, filesInMemory } from "./files.js";

const root = fileURLToPath(new URL("../../../fixtures/formats/tables/", import.meta.url));

/** An episode as the script tells it. */
export interface ExpectedEpisode {
  readonly observations: readonly (readonly number[])[];
  readonly actions: readonly (readonly number[])[];
  readonly rewards: readonly number[];
  readonly terminated: boolean;
}

/** What stands in one column of the packed-*.parquet files, in a few numbers; see `summary` in the script. */
export interface ExpectedColumn {
  readonly lengths: readonly number[];
  readonly count: number;
  readonly nulls: number;
  readonly weighted: number;
  readonly some: Readonly<Record<string, number | string | boolean | null>>;
}

export const expected = JSON.parse(readFileSync(join(root, "expected.json"), "utf8")) as {
  readonly episodes: readonly ExpectedEpisode[];
  readonly shop: readonly ExpectedEpisode[];
  readonly packed: Readonly<Record<string, ExpectedColumn>>;
};

/** A file of the fixtures. */
export function tableFile(name: string): DataFiles {
  return filesInMemory(name, new Uint8Array(readFileSync(join(root, name))));
}

/** A folder of the fixtures. */
export function tableFolder(name: string): DataFiles {
  const contents = new Map<string, Uint8Array>();
  for (const entry of readdirSync(join(root, name), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) contents.set(relative(join(root, name), path), new Uint8Array(readFileSync(path)));
  }
  return filesInMemory(name, contents);
}

export function tableJson(name: string): unknown {
  return JSON.parse(readFileSync(join(root, name), "utf8"));
}

/** What the script says, as an episode: in float32, as the readers give it. */
export function episodeOf({ observations, actions, rewards, terminated }: ExpectedEpisode): Episode {
  const ends = new Uint8Array(rewards.length);
  if (terminated) ends[rewards.length - 1] = 1;
  return {
    length: rewards.length,
    observations: { state: Float32Array.from(observations.flat()) },
    actions: Float32Array.from(actions.flat()),
    rewards: Float32Array.from(rewards),
    terminated: ends,
    truncated: !terminated,
  };
}
