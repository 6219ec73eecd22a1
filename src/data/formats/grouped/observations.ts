/**
 * The arrays that the observations of an episode consist of, in the order in which their numbers become one vector: by
 * the codes of their keys' characters from the outside in, or as the user names them. Pictures are not read.
 */
import { DataError, unknownName } from "../../../errors.js";
import { hdf5Class, type OpenHdf5 } from "../../containers/hdf5/hdf5-module.js";
import { isTable, listKeys, numbersPerRow, readHeader } from "../../containers/hdf5/hdf5-table.js";
import { listed, printable, quoted } from "../../containers/refusal.js";
import type { EpisodeGroup } from "./layout.js";

/** One array of observations. */
export interface ObservationArray {
  /** Below the observations, "agent/qpos"; "" where these are one array. */
  readonly name: string;
  readonly columns: number;
}

const deepest = 6;
const mostParts = 1_000;
const longestList = 500;

/** The paths of all arrays below a key, by their names; empty where there is none. */
export function arraysBelow(file: OpenHdf5, group: EpisodeGroup, key: string): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (name: string, path: string, depth: number): void => {
    if (isTable(file, path)) found.set(name, path);
    else if (depth > deepest || found.size > mostParts)
      throw new DataError(
        `"${file.name}": "${path}" is nested deeper than ${deepest} or has more than ${mostParts} arrays; store fewer.`,
      );
    else
      for (const part of listKeys(file, `/${path}`).sort())
        walk(name === "" ? part : `${name}/${part}`, `${path}/${part}`, depth + 1);
  };
  for (const [name, path] of group.paths)
    if (name === key) walk("", path, 0);
    else if (name.startsWith(`${key}/`)) walk(name.slice(key.length + 1), path, 0);
  return found;
}

/**
 * The arrays to read, as the first episode has them.
 * @param wanted keys of the user, of arrays or of groups, in this order
 * @throws DataError for pictures; UsageError for a key that is not there
 */
export function observationArrays(
  file: OpenHdf5,
  group: EpisodeGroup,
  key: string,
  wanted: readonly string[] | undefined,
): ObservationArray[] {
  const paths = arraysBelow(file, group, key);
  const names = wanted ? chosen([...paths.keys()], wanted, file.name) : [...paths.keys()];
  const picture = names.find((name) => isPicture(file, paths.get(name)!));
  if (picture !== undefined) {
    const others = [...paths].filter(([, path]) => !isPicture(file, path)).map(([name]) => name);
    throw new DataError(
      `"${file.name}": ${quoted(paths.get(picture)!)} holds pictures, which are not read from such files; ${withoutPictures(others)}.`,
    );
  }
  return names.map((name) => ({ name, columns: numbersPerRow(readHeader(file, paths.get(name)!)) }));
}

/** The next step, ready to be copied as long as it is not too long. */
function withoutPictures(others: readonly string[]): string {
  if (others.length === 0) return "store a vector of numbers beside them";
  const keys = printable(others.join(","));
  return `leave them out with --observation-keys ${keys.length <= longestList ? keys : `and some of ${listed(others)}`}`;
}

function chosen(names: readonly string[], wanted: readonly string[], file: string): string[] {
  if (names.length === 1 && names[0] === "")
    throw new DataError(`"${file}" has observations that are one array; leave the observation keys out.`);
  return wanted.flatMap((key) => {
    const found = names.filter((name) => name === key || name.startsWith(`${key}/`));
    if (found.length === 0) throw unknownName(`observation key of "${file}"`, key, names);
    return found;
  });
}

/** Bytes or packed bytes in at least two dimensions a row, or any numbers in three. */
function isPicture(file: OpenHdf5, path: string): boolean {
  const what = `the header of "${path}" cannot be read`;
  const { type, shape, size } = file.attempt(what, () => file.library.get_dataset_metadata(file.id, `/${path}`));
  if (type === hdf5Class.string || type === hdf5Class.variableLength) return true;
  const dimensions = (shape?.length ?? 1) - 1;
  return dimensions >= 3 || (dimensions === 2 && size === 1);
}

/** What an episode has instead of something that it lacks. */
export function keysOf(group: EpisodeGroup): string {
  return listed(group.paths.keys());
}
