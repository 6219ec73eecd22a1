/**
 * One episode from the columns that Minari stores: observations of T + 1 rows; actions, rewards, terminations and
 * truncations of T rows. Dictionaries and tuples are flattened (see minari-space.ts), float64 becomes float32.
 *
 * Terminations are taken as recorded, also in the middle of an episode: no value is bootstrapped there, and the episode
 * goes on, since it is one piece in Minari too. A truncation in the middle changes nothing: the next row is what
 * followed. An episode that does not end terminated ends truncated, said or not: the recording stopped there.
 */

import { DataError } from "../../../errors.js";
import { type Observations, STATE } from "../../columns.js";
import { decodeAt } from "../../containers/damaged.js";
import { decodePicture } from "../../containers/pictures/picture.js";
import { checkFinite, flagsOf } from "../../containers/refusal.js";
import type { Episode } from "../../episode.js";
import { EpisodeMemory } from "../episode-memory.js";
import { checkedIn, type EpisodeInHand, faulty } from "../faulty-episode.js";
import type { PictureForm } from "../pictures/picture-form.js";
import { sideBySide } from "../row-blocks.js";
import type { MinariMetadata } from "./minari-metadata.js";
import { type ChoiceSpace, type Leaf, type Space, storedWidthOf, widthOf } from "./minari-space.js";

/** The columns of one episode, wherever they are stored. */
export interface EpisodeColumns extends EpisodeInHand {
  /** Bytes of the file that holds them. */
  readonly fileBytes: number;
  /**
   * The first `rows` rows of one array.
   * @param path the column, then the keys below it: ["observations", "goal"]
   * @param perRow the numbers of a row
   * @returns [rows * perRow]
   * @throws DataError where there is no such array, or not of these sizes
   */
  read(path: readonly string[], perRow: number, rows: number): Float32Array;
  /**
   * The first `rows` rows of an array of pictures that are each a file, or undefined where they are stored as numbers.
   * @param perRow the numbers of a picture
   */
  readFiles(path: readonly string[], perRow: number, rows: number): readonly Uint8Array[] | undefined;
  /** The same of an array of bytes, as bytes. @throws DataError also where a number is not a byte */
  readBytes(path: readonly string[], perRow: number, rows: number): Uint8Array;
}

/** A stored dataset whose list of episodes was read, but no episode yet. */
export interface MinariStorage {
  readonly metadata: MinariMetadata;
  /** The numbers of the episodes, ascending. */
  readonly episodes: readonly number[];
  /** The space of a column ("observations", "actions") as far as the stored arrays tell it. */
  inferSpace(column: string): Promise<Space>;
  /** Hands the columns of an episode to `use`, and closes them afterwards. */
  withEpisode<T>(episode: number, use: (columns: EpisodeColumns) => T): Promise<T>;
}

/** Numbers that are bytes, as bytes. @throws DataError for one that is not */
export function bytesFrom(values: Float32Array, where: string): Uint8Array {
  const wrong = values.findIndex((value) => !Number.isInteger(value) || value < 0 || value > 255);
  if (wrong < 0) return Uint8Array.from(values);
  throw new DataError(`${where} holds ${values[wrong]}, which is no byte of a picture; repair the value or the space.`);
}

/** A picture that is read, and what becomes of it. */
export interface PictureLeaf {
  readonly leaf: Leaf;
  /** Of its part of observations. */
  readonly part: string;
  /** Where it is stored as numbers, and where as JPEG files. */
  readonly form: PictureForm;
  readonly filed: PictureForm;
}

/** What observations and actions consist of. */
export interface EpisodeLayout {
  /** Without the pictures. */
  readonly observations: readonly Leaf[];
  readonly pictures: readonly PictureLeaf[];
  readonly actions: readonly Leaf[];
  /** Where actions are one discrete choice: the number of the first one and how many there are. */
  readonly choice?: { readonly start: number; readonly count: number } | undefined;
  readonly allowNonFinite: boolean;
  /** Whether episodes may take far more memory than the file's size lets expect. */
  readonly trusted: boolean;
}

/** @throws DataError where the columns do not fit together or hold what they cannot hold */
export function assembleEpisode(columns: EpisodeColumns, layout: EpisodeLayout): Episode {
  const { steps, where } = columns;
  if (steps < 1) throw faulty(columns, "has no steps", "it has no steps");
  const files = picturesInFiles(columns, layout);
  refuseTooLong(columns, layout, files.size > 0);
  const observations = observationsOf(columns, layout, files);
  const actions = layout.choice
    ? chosen(columns, layout.choice)
    : flattened(columns, "actions", layout.actions, steps, layout.allowNonFinite);
  const rewards = columns.read(["rewards"], 1, steps);
  if (!layout.allowNonFinite) refuseNonFinite(columns, rewards, 1, `${where}, "rewards",`);
  const flags = (key: string) =>
    checkedIn(columns, "its marks are neither 0 nor 1", () =>
      flagsOf(columns.read([key], 1, steps), `${where}, "${key}",`),
    );
  const terminated = flags("terminations");
  flags("truncations");
  return { length: steps, observations, actions, rewards, terminated, truncated: terminated[steps - 1] === 0 };
}

function refuseNonFinite(columns: EpisodeColumns, values: Float32Array, perRow: number, where: string): void {
  checkedIn(columns, "it holds what is no finite number", () => checkFinite(values, perRow, where));
}

/** Pictures stay bytes, each a part of its own; all other numbers are flattened into one vector. */
function observationsOf(
  columns: EpisodeColumns,
  { observations, pictures, allowNonFinite }: EpisodeLayout,
  files: PictureFiles,
): Observations {
  const rows = columns.steps + 1;
  const parts = pictures.map((picture) => {
    const found = files.get(picture);
    const { leaf, part, form } = picture;
    const path = ["observations", ...leaf.path];
    if (found) return [part, decoded(found, picture, `${columns.where}, "${path.join("/")}",`)] as const;
    return [part, form.writeAll(columns.readBytes(path, storedWidthOf(leaf), rows))] as const;
  });
  return {
    ...(observations.length > 0 && {
      [STATE]: flattened(columns, "observations", observations, rows, allowNonFinite),
    }),
    ...Object.fromEntries(parts),
  };
}

/** The JPEG files of those pictures that are stored so. */
type PictureFiles = ReadonlyMap<PictureLeaf, readonly Uint8Array[]>;

function picturesInFiles(columns: EpisodeColumns, { pictures }: EpisodeLayout): PictureFiles {
  return new Map(
    pictures.flatMap((picture) => {
      const { leaf } = picture;
      const files = columns.readFiles(["observations", ...leaf.path], storedWidthOf(leaf), columns.steps + 1);
      return files ? [[picture, files] as const] : [];
    }),
  );
}

function decoded(files: readonly Uint8Array[], { filed }: PictureLeaf, where: string): Uint8Array {
  const rows = new Uint8Array(files.length * filed.bytes);
  const grey = filed.part.shape[2] === 1 ? new Uint8Array(filed.storedBytes) : undefined;
  for (const [row, file] of files.entries()) {
    const { pixels } = decodeAt(`${where} row ${row}`, () => decodePicture(file, filed.size));
    if (grey) for (let i = 0; i < grey.length; i++) grey[i] = pixels[3 * i]!;
    filed.write(grey ?? pixels, rows, row * filed.bytes);
  }
  return rows;
}

/** Counted are the numbers as stored and as they become, of which one-hot vectors may be far larger. */
function refuseTooLong({ where, steps, fileBytes }: EpisodeColumns, layout: EpisodeLayout, inFiles: boolean): void {
  const numbers = [...layout.observations, ...layout.actions].reduce(
    (sum, leaf) => sum + storedWidthOf(leaf) + widthOf(leaf),
    3,
  );
  const pictures = layout.pictures.reduce(
    (sum, { leaf, form }) => sum + (inFiles ? 0 : storedWidthOf(leaf)) + form.bytes,
    0,
  );
  const memory = new EpisodeMemory(where, layout).addFile(fileBytes, inFiles);
  if (steps + 1 > memory.mostRows(4 * numbers + pictures)) throw memory.tooLong("the episode");
}

function flattened(
  columns: EpisodeColumns,
  column: string,
  leaves: readonly Leaf[],
  rows: number,
  allowNonFinite: boolean,
): Float32Array {
  const tables = leaves.map((leaf) => {
    const width = widthOf(leaf);
    const path = [column, ...leaf.path];
    const values = columns.read(path, storedWidthOf(leaf), rows);
    const place = `${columns.where}, "${path.join("/")}",`;
    if (leaf.space.kind === "choice") return { values: oneHot(values, leaf.space, width, place), columns: width };
    if (!allowNonFinite) refuseNonFinite(columns, values, leaf.space.size, place);
    return { values, columns: width };
  });
  return tables.length === 1 ? tables[0]!.values : sideBySide(tables, rows);
}

function oneHot(values: Float32Array, { counts, starts }: ChoiceSpace, width: number, where: string): Float32Array {
  const rows = values.length / counts.length;
  const vectors = new Float32Array(rows * width);
  let left = 0;
  for (const [i, count] of counts.entries()) {
    for (let row = 0; row < rows; row++)
      vectors[row * width + left + indexOf(values[row * counts.length + i]!, starts[i]!, count, row, where)] = 1;
    left += count;
  }
  return vectors;
}

/** Discrete actions: their numbers from 0 on, [steps]. */
function chosen(columns: EpisodeColumns, { start, count }: { readonly start: number; readonly count: number }) {
  const actions = columns.read(["actions"], 1, columns.steps);
  const where = `${columns.where}, "actions",`;
  for (let row = 0; row < actions.length; row++) actions[row] = indexOf(actions[row]!, start, count, row, where);
  return actions;
}

function indexOf(value: number, start: number, count: number, row: number, where: string): number {
  const index = value - start;
  if (Number.isInteger(index) && index >= 0 && index < count) return index;
  throw new DataError(
    `${where} holds ${value} in row ${row}, where its space has whole numbers from ${start} to ${start + count - 1}; repair the row or the space.`,
  );
}
