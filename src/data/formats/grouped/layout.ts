/**
 * HDF5 files in which each episode is a group (or a set of numbered arrays): what one such layout says about itself.
 * The reader of them all is `grouped.ts`; robomimic, ManiSkill and d3rlpy differ by no more than what stands here.
 */
import type { DataError } from "../../../errors.js";
import { listKeys } from "../../containers/hdf5/hdf5-listing.js";
import type { OpenHdf5 } from "../../containers/hdf5/hdf5-module.js";
import type { ReadingNotes } from "../../reading-notes.js";
import type { ReadOptions } from "../format.js";

/** Where the arrays of one episode are. */
export interface EpisodeGroup {
  /** Its name in messages: "demo_3". */
  readonly name: string;
  readonly number: number;
  /** Of the group in the file; absent where there is none. */
  readonly path?: string;
  /** Paths in the file by key: "actions" -> "data/demo_3/actions"; parts of a tuple as "observations/0". */
  readonly paths: ReadonlyMap<string, string>;
}

/** What the reader asks a layout about the end marks of an episode. */
export interface EndMarks {
  /** Steps of the episode. */
  readonly steps: number;
  has(key: string): boolean;
  /** The flags under a key, one a step. */
  flags(key: string): Uint8Array;
  /** The one flag that a key is. */
  flag(key: string): boolean;
}

export interface GroupedLayout {
  /** The key of observations: an array, or a group of them as deep as it goes. */
  readonly observations: string;
  /** Rows of observations beyond those of actions. */
  readonly rowsBeyond: 0 | 1;
  /** The key under which the next observation of every row is stored, where it is. */
  readonly nextObservations?: string;
  /** The array that says in which rows the task was done, for rewards that are made from it. */
  readonly success?: string;
  /** The attribute of a group that says how many rows it has. */
  readonly declaredRows?: string;
  /** Keys that say nothing about steps and ends, besides those that are read. */
  readonly harmless: ReadonlySet<string>;
  /** The episodes in order. */
  episodes(file: OpenHdf5): Iterable<EpisodeGroup>;
  /** [steps], 1 where the task ended. @throws DataError where nothing tells it */
  terminated(marks: EndMarks, options: ReadOptions, where: string): Uint8Array;
  /** The error for an episode without observations or rewards: what to do about it. */
  missing(key: "observations" | "rewards", group: EpisodeGroup, where: string): DataError;
}

/** One reading of a file. */
export interface Reading {
  readonly name: string;
  readonly layout: GroupedLayout;
  readonly options: ReadOptions;
  readonly notes: ReadingNotes;
}

/**
 * The groups of a folder in the order of their numbers.
 * @param parent of the groups: "" for the root, or "data/"
 * @param pattern of their names, whose first part in brackets is the number
 */
export function* numberedGroups(file: OpenHdf5, parent: string, pattern: RegExp): Generator<EpisodeGroup> {
  const found = listKeys(file, `/${parent}`).flatMap((name) => {
    const number = pattern.exec(name)?.[1];
    return number === undefined ? [] : [{ name, number: Number(number) }];
  });
  for (const { name, number } of found.sort((a, b) => a.number - b.number)) {
    const group = `${parent}${name}`;
    const paths = new Map(listKeys(file, `/${group}`).map((key) => [key, `${group}/${key}`]));
    yield { name, number, path: group, paths };
  }
}
