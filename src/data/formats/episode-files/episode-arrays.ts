/**
 * Which array of an episode's .npz is what: the action, the reward, the marks, and the observations. An array that is
 * none of them by its name is an observation only where the layout has no array `observation`; else it is refused by
 * name, because it may mark where an episode ends.
 */

import { DataError, UsageError } from "../../../errors.js";
import type { DataFiles } from "../../containers/files.js";
import { NpzArray } from "../../containers/numpy/npz.js";
import { checkRows, listed, quoted } from "../../containers/refusal.js";
import { zipEntries } from "../../containers/zip/zip.js";
import { counted } from "../../figures.js";
import type { ReadOptions } from "../format.js";
import { pictureName } from "../pictures/picture-choice.js";
import { floatPictureNote } from "../pictures/picture-form.js";

/** The arrays of one file, all of as many rows, from their first row on. */
export interface EpisodeArrays {
  /** The file, to stand at the beginning of messages. */
  readonly where: string;
  readonly fileBytes: number;
  readonly rows: number;
  readonly action: NpzArray;
  readonly reward: NpzArray;
  readonly marks: readonly { readonly key: string; readonly array: NpzArray }[];
  readonly observations: readonly ObservationArray[];
  /** What was assumed of the arrays, to be told. */
  readonly assumed: readonly string[];
}

export interface ObservationArray {
  readonly key: string;
  readonly array: NpzArray;
  /** The name of the part, where it is a picture. */
  readonly picture: string | undefined;
}

const MARKS = ["is_first", "is_last", "is_terminal", "discount"];
/** The simulator's state, and whether the agent was reset, which is_first says too. */
const HARMLESS = ["physics", "reset"];
/** Of DreamerV3's chunks, which cut episodes and store the action that follows an observation. */
const CHUNK_KEYS = ["stepid", "consec"];
const STORED_REWARDS =
  'rewards are those that are stored; ExORL\'s own loader computes them anew from "physics", for the task at hand';

/** The files of episodes, sorted: their names begin with a number or a time. @throws DataError where they are in several folders */
export function episodePaths(files: DataFiles): string[] {
  const paths = files.paths.filter((path) => path.endsWith(".npz"));
  const folders = [...new Set(paths.map((path) => path.slice(0, path.lastIndexOf("/") + 1)))];
  if (folders.length <= 1) return paths;
  throw new DataError(
    `"${files.name}" has files of episodes in ${folders.length} folders (${listed(folders, 4)}); give one of them, and merge what belongs together with "calql data merge".`,
  );
}

/** @throws DataError for arrays that are missing, unknown or of other rows; UsageError for keys that are not there */
export function openEpisodeFile(files: DataFiles, path: string, options: ReadOptions): EpisodeArrays {
  const where = `"${files.name}": ${quoted(path)}`;
  const file = files.open(path);
  const entries = new Map(Array.from(zipEntries(file, where), ([name, entry]) => [name.replace(/\.npy$/, ""), entry]));
  const ignored = options.ignore ?? [];
  const keys = [...entries.keys()].filter((key) => !ignored.includes(key));
  for (const key of ["action", "reward"])
    if (!keys.includes(key)) throw new DataError(`${where} lacks ${quoted(key)}; there: ${listed(keys)}.`);
  if (CHUNK_KEYS.some((key) => keys.includes(key)))
    throw new DataError(
      `${where} is a chunk of DreamerV3's replay, which cuts episodes; write one file an episode, with the action that led to each observation.`,
    );
  const open = (key: string) => new NpzArray(file, entries.get(key)!, `${where}, ${quoted(key)},`);
  const { chosen, assumed } = observationKeys(where, keys, options.observationKeys);
  const rewards = keys.includes("physics") ? [STORED_REWARDS] : [];
  const arrays = {
    action: open("action"),
    reward: open("reward"),
    marks: keys.filter((key) => MARKS.includes(key)).map((key) => ({ key, array: open(key) })),
    observations: chosen.map((key) => observationArray(where, key, open(key))),
  };
  refuseTwice(where, arrays.observations);
  const vectors = arrays.observations.filter(({ picture }) => picture === undefined);
  const floats = vectors.flatMap(({ key, array }) => floatPictureNote(key, array.shape.slice(1)) ?? []);
  const { rows } = arrays.action;
  const single = [{ key: "reward", array: arrays.reward }, ...arrays.marks];
  for (const { key, array } of [...single, ...arrays.observations])
    checkRows(`${where}, ${quoted(key)},`, array.rows, rows);
  for (const { key, array } of single)
    if (array.columns !== 1)
      throw new DataError(
        `${where}, ${quoted(key)}, has ${counted(array.columns, "number")} a row, where one is expected.`,
      );
  if (arrays.action.columns === 0) throw new DataError(`${where}, "action", has no numbers; record actions.`);
  return { where, fileBytes: file.size, rows, assumed: [...assumed, ...rewards, ...floats], ...arrays };
}

function observationKeys(where: string, keys: readonly string[], wanted: readonly string[] | undefined) {
  const known = ["action", "reward", ...MARKS, ...HARMLESS];
  const others = keys.filter((key) => !known.includes(key) && !key.startsWith("log_")).sort();
  const missing = wanted?.find((key) => !others.includes(key));
  if (missing !== undefined)
    throw new UsageError(
      `${where} has no observation ${quoted(missing)}; there: ${listed(others)}. Name those to take.`,
    );
  if (wanted) return { chosen: wanted, assumed: [] };
  if (!others.includes("observation")) {
    if (others.length === 0) throw new DataError(`${where} has no observations; there: ${listed(keys)}.`);
    const assumed = `observations are ${listed(others)}, all arrays that are no marks; choose among them with --observation-keys`;
    return { chosen: others, assumed: [assumed] };
  }
  const unknown = others.find((key) => key !== "observation");
  if (unknown === undefined) return { chosen: others, assumed: [] };
  throw new DataError(
    `${where}, ${quoted(unknown)}, is an array beside "observation" of which it is not known what it means; leave it aside with --ignore ${quoted(unknown)}, or take it into the observations with --observation-keys.`,
  );
}

/** Bytes of three dimensions are a picture, in whichever order. */
function observationArray(where: string, key: string, array: NpzArray): ObservationArray {
  const { shape, holdsBytes } = array;
  if (array.columns === 0)
    throw new DataError(`${where}, ${quoted(key)}, has no numbers; leave it aside with --ignore.`);
  return { key, array, picture: holdsBytes && shape.length === 4 ? pictureName(key) : undefined };
}

/** @throws DataError where two pictures would be the same part */
function refuseTwice(where: string, observations: readonly ObservationArray[]): void {
  const names = observations.flatMap(({ picture }) => picture ?? []);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return;
  throw new DataError(
    `${where} has two pictures that both become the part ${quoted(twice)}; take one of them with --observation-keys.`,
  );
}
