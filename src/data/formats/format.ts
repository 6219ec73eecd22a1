/**
 * What a dataset format is to the rest of calql: something that recognises its own files, hands out their episodes one
 * after the other (a dataset may be larger than memory), and, where it can be written, takes episodes in the same way.
 * A reader knows its layout and nothing else; rewards are neither scaled nor shifted here.
 */

import { UsageError } from "../../errors.js";
import type { DataFiles, TargetFile } from "../containers/files.js";
import type { Episode } from "../episode.js";
import type { DatasetHeader, EpisodeSource } from "../episode-source.js";

/** How to read a dataset; what means nothing to a format is refused by it. */
export interface ReadOptions {
  /**
   * Steps after which the environment's clock ends an episode; for files that do not say where episodes end. An episode
   * of that length then ends as if its last row had a timeout.
   */
  readonly horizon?: number;
  /** A horizon for the same files, which every other format ignores: the environment's, where the user named none. */
  readonly fallbackHorizon?: number;
  /** Accept NaN and infinite values, in order to inspect them; default false: they are refused. */
  readonly allowNonFinite?: boolean;
  /** Of observations that are dictionaries: the keys to take, in this order; default: all, in the format's documented order. */
  readonly observationKeys?: readonly string[];
  /** Of recordings with pictures: those to take, by the names of their parts, in this order; default: all. */
  readonly images?: readonly string[];
  /** The size to which pictures are brought when they are read; default: as they are. */
  readonly imageSize?: ImageSize;
  /** Of application logs: the mapping file's content, already parsed as JSON or YAML; see `log-mapping.ts`. */
  readonly mapping?: unknown;
  /** Of data without rewards (OGBench): the goal [x, y] from which rewards are computed; see the format's file. */
  readonly goal?: readonly [number, number];
  /** The bounds of every action in the units of the data, for datasets that do not say them, or others than theirs. */
  readonly actionBounds?: readonly [low: number, high: number];
  /** How many actions there are to choose from, for datasets of such numbers that do not say it. */
  readonly discreteActions?: number;
  /** The word for the format, for files that fit two of them or none by their content. */
  readonly from?: string;
  /** Arrays or columns to leave aside, where the user knows that they say nothing about steps and episodes. */
  readonly ignore?: readonly string[];
  /**
   * What a mark such as `done` stands for, in files that cannot tell: the task ended, the clock ended the episode, or
   * either of them, the clock where the episode is as long as the horizon.
   */
  readonly doneMeans?: "task" | "clock" | "either";
  /** Leave episodes out that are faulty, and count them; default false: they are refused. */
  readonly dropFaulty?: boolean;
  /** Of recordings without rewards: 1 at the last step of each episode that succeeded, 0 elsewhere. */
  readonly successReward?: SuccessReward;
  /** Read an episode also where it takes far more memory than the file's size lets expect; see `episode-memory.ts`. */
  readonly trusted?: boolean;
}

/** The size of pictures in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Which episodes succeeded: as the recording says, where a column is true in some row, or those of these numbers. */
export type SuccessReward = "recorded" | { readonly column: string } | { readonly episodes: readonly number[] };

/** Where a writer puts its bytes; nothing appears under the final name before `finish`. */
export interface DataTarget {
  /** The path that the user gave, for messages. */
  readonly name: string;
  /** Starts a file; `path` as in `DataFile.path`, ignored by a dataset of one file. */
  create(path: string): TargetFile;
}

/** Takes episodes one after the other. */
export interface EpisodeSink {
  write(episode: Episode): Promise<void>;
  /** Completes the dataset; without it the target holds nothing. */
  finish(): Promise<void>;
  /** Gives up before `finish`, or after it has failed; for what a format holds besides the target. */
  abandon?(): void;
}

/** One format of datasets. */
export interface DatasetFormat {
  /** The word for it on the command line, e.g. "d4rl". */
  readonly id: string;
  /** One line for help and documents, e.g. "D4RL HDF5: flat arrays over all rows". */
  readonly description: string;
  /** Ending of a single file (".hdf5") or of a folder ("/") that `convert` writes in this format. */
  readonly extensions: readonly string[];
  /** Set where the format has no place for the bounds of actions. */
  readonly losesActionBounds?: true;
  /** Set where the format has a place for the propensities of actions. */
  readonly keepsPropensities?: true;
  /**
   * Whether the files are in this format: something in their names, first bytes or outline speaks for it and nothing
   * against it. Cheap, and it never throws.
   */
  recognises(files: DataFiles): boolean | Promise<boolean>;
  /** @throws DataError where the files are not what they claim; UsageError for an option that means nothing here */
  open(files: DataFiles, options: ReadOptions): Promise<EpisodeSource>;
  /** Absent where the format is only read. */
  create?(target: DataTarget, header: DatasetHeader): Promise<EpisodeSink>;
}

/** Writes one of a dataset's files as JSON. */
export function writeJson(target: DataTarget, path: string, value: unknown): void {
  const file = target.create(path);
  file.append(new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`));
  file.close();
}

/** What is said of an option that means nothing to a format. */
const sayings: Partial<Record<keyof ReadOptions, string>> = {
  horizon: "a horizon",
  observationKeys: "a choice of observation keys",
  images: "a choice of pictures",
  imageSize: "a size of pictures",
  mapping: "a mapping of columns",
  goal: "a goal",
  ignore: "a list of arrays to ignore",
  doneMeans: "the meaning of done",
  successReward: "a reward from successes",
  dropFaulty: "leaving faulty episodes out",
};

/** @throws UsageError for a given option that is not among those which mean something to the format */
export function refuseOptions(
  name: string,
  format: string,
  options: ReadOptions,
  meaningful: readonly (keyof ReadOptions)[],
): void {
  for (const key of Object.keys(sayings) as (keyof ReadOptions)[])
    if (options[key] !== undefined && !meaningful.includes(key))
      throw new UsageError(`"${name}" is ${format}, to which ${sayings[key]} means nothing; leave it out.`);
  const needed = options.ignore?.find((key) => isNeeded(key, options));
  if (needed !== undefined)
    throw new UsageError(
      `The ${needed} of "${name}" cannot be left aside, because nothing is learned without them; leave --ignore ${needed} out${needed === "rewards" ? ", or make others with --reward success" : ""}.`,
    );
}

/** Rewards are not where others are made. */
function isNeeded(key: string, { successReward }: ReadOptions): boolean {
  return key === "observations" || key === "actions" || (key === "rewards" && successReward === undefined);
}
