/**
 * The arrays that the observations of an episode consist of, in the order in which their numbers become one vector: by
 * the codes of their keys' characters from the outside in, or as the user names them. Pictures, bytes in two or three
 * dimensions a row, are parts of their own; floats of such a shape and packed pictures are refused.
 */
import { DataError, unknownName } from "../../../errors.js";
import { arrayMetadata, isTable, listKeys, shapeOf } from "../../containers/hdf5/hdf5-listing.js";
import { hdf5Class, type OpenHdf5 } from "../../containers/hdf5/hdf5-module.js";
import { numbersPerRow, readHeader } from "../../containers/hdf5/hdf5-table.js";
import { listed, printable, quoted } from "../../containers/refusal.js";
import type { ReadOptions } from "../format.js";
import { chosenPictures, pictureName } from "../pictures/picture-choice.js";
import { PictureForm } from "../pictures/picture-form.js";
import { refuseWithoutPictures } from "../pictures/with-pictures.js";
import type { EpisodeGroup } from "./layout.js";

/** One array of observations. */
export interface ObservationArray {
  /** Below the observations, "agent/qpos"; "" where these are one array. */
  readonly name: string;
  readonly columns: number;
  /** Set where it is a picture. */
  readonly picture?: { readonly part: string; readonly shape: readonly number[]; readonly form: PictureForm };
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
      for (const part of [...listKeys(file, `/${path}`)].sort())
        walk(name === "" ? part : `${name}/${part}`, `${path}/${part}`, depth + 1);
  };
  for (const [name, path] of group.paths)
    if (name === key) walk("", path, 0);
    else if (name.startsWith(`${key}/`)) walk(name.slice(key.length + 1), path, 0);
  return found;
}

/**
 * The arrays to read, as the first episode has them.
 * @throws DataError for pictures that cannot be read; UsageError for a key or a picture that is not there
 */
export function observationArrays(
  file: OpenHdf5,
  group: EpisodeGroup,
  key: string,
  options: Pick<ReadOptions, "observationKeys" | "images" | "imageSize">,
): ObservationArray[] {
  const paths = arraysBelow(file, group, key);
  const wanted = options.observationKeys;
  const names = wanted ? chosen([...paths.keys()], wanted, file.name) : [...paths.keys()];
  const kinds = new Map(names.map((name) => [name, pictureKind(file, paths.get(name)!)]));
  const pictures = names.filter((name) => kinds.get(name) !== undefined);
  const readable = pictures.filter((name) => kinds.get(name) === "bytes");
  refuseWithoutPictures(readable, options, file.name);
  const taken = options.images ? chosenPictures(readable, options, file.name) : pictures;
  const unreadable = taken.find((name) => kinds.get(name) !== "bytes");
  if (unreadable !== undefined)
    throw new DataError(
      `"${file.name}": ${quoted(paths.get(unreadable)!)} ${reasons[kinds.get(unreadable)!]}; ${withoutPictures(
        readable,
        names.filter((name) => !pictures.includes(name)),
      )}.`,
    );
  return [...names.filter((name) => !pictures.includes(name)), ...taken].map((name) => {
    const columns = numbersPerRow(readHeader(file, paths.get(name)!));
    if (!taken.includes(name)) return { name, columns };
    const place = `"${file.name}": ${quoted(paths.get(name)!)}`;
    const shape = shapeOf(file, paths.get(name)!).slice(1);
    return { name, columns, picture: { part: pictureName(name), shape, form: new PictureForm(shape, options, place) } };
  });
}

/** Why a picture of a kind is not read, and what would be. */
const reasons: Readonly<Record<PictureKind, string>> = {
  bytes: "",
  packed:
    "holds packed pictures or texts, which are not read from such files; store [rows, height, width, channels] as uint8",
  numbers:
    "holds pictures whose numbers are no bytes, and which numbers are black and white is not known; store them as uint8, 0 to 255",
};

/** The next step, ready to be copied as long as it is not too long. */
function withoutPictures(pictures: readonly string[], others: readonly string[]): string {
  if (pictures.length > 0)
    return `or take others with --images ${printable(pictures.map(pictureName).join(",")).slice(0, longestList)}`;
  if (others.length === 0) return "or store a vector of numbers beside them";
  const keys = printable(others.join(","));
  return `or leave them out with --observation-keys ${keys.length <= longestList ? keys : `and some of ${listed(others)}`}`;
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

type PictureKind = "bytes" | "packed" | "numbers";

/** Bytes in two or three dimensions a row, packed ones, or other numbers in three; undefined for what is no picture. */
function pictureKind(file: OpenHdf5, path: string): PictureKind | undefined {
  const { type, shape, size, signed } = arrayMetadata(file, path);
  if (type === hdf5Class.string || type === hdf5Class.variableLength) return "packed";
  const dimensions = (shape?.length ?? 1) - 1;
  const bytes = type === hdf5Class.integer && size === 1 && !signed;
  if (bytes && (dimensions === 2 || dimensions === 3)) return "bytes";
  return dimensions >= 3 || (dimensions === 2 && size === 1) ? "numbers" : undefined;
}

/** What an episode has instead of something that it lacks. */
export function keysOf(group: EpisodeGroup): string {
  return listed(group.paths.keys());
}
