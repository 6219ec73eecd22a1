/**
 * Minari's HDF5 storage, the same in all versions: a group per episode, named episode_0, episode_1 ..., in which a Dict
 * is a group and a Tuple a group of _index_0, _index_1 ... The names' order is not relied on. Before 0.5 the attributes
 * of the file's root are the metadata.
 */

import { DataError } from "../../../errors.js";
import type { DataFile, DataFiles } from "../../containers/files.js";
import { arrayMetadata, isTable, listKeys, shapeOf } from "../../containers/hdf5/hdf5-listing.js";
import { isListOfBytes, readLists } from "../../containers/hdf5/hdf5-lists.js";
import { hdf5Class, type OpenHdf5, withHdf5 } from "../../containers/hdf5/hdf5-module.js";
import { readAttributes } from "../../containers/hdf5/hdf5-scalars.js";
import {
  numbersPerRow,
  readByteNumbers,
  readHeader,
  readNumbers,
  type TableHeader,
} from "../../containers/hdf5/hdf5-table.js";
import { watchTexts } from "../../containers/hdf5/hdf5-texts.js";
import { counted } from "../../figures.js";
import { type EpisodeInHand, faulty } from "../faulty-episode.js";
import { bytesFrom, type EpisodeColumns, type MinariStorage } from "./minari-episode.js";
import { episodeName, type MinariMetadata, metadataOf } from "./minari-metadata.js";
import { boxOf, checkKey, groupOf, type Space } from "./minari-space.js";

const tupleName = /^_index_(0|[1-9]\d{0,2})$/;
const deepest = 6;
const mostParts = 100;

/**
 * @param path of main_data.hdf5
 * @param metadata what metadata.json says, where there is one
 */
export async function openHdf5Storage(
  files: DataFiles,
  path: string,
  metadata: MinariMetadata | undefined,
): Promise<MinariStorage> {
  const name = files.kind === "file" ? files.name : `${files.name}/${path}`;
  const file = files.open(path);
  const watched = watchTexts(file, ["observation_space", "action_space"], name);
  const open = <T>(use: (file: OpenHdf5) => T): Promise<T> => withHdf5(watched.file, name, use);
  const found = await open((file) => ({
    episodes: listKeys(file).flatMap((key) => Number(episodeName.exec(key)?.[1] ?? [])),
    numbers: readAttributes(file, "/"),
  }));
  const episodes = found.episodes.sort((a, b) => a - b);
  watched.stop();
  return {
    metadata: metadata ?? metadataOf(new Map<string, unknown>([...found.numbers, ...watched.texts()]), `"${name}"`),
    episodes,
    inferSpace: (column) => open((file) => inferSpace(file, `episode_${episodes[0]}/${column}`, column, 0)),
    withEpisode: (episode, use) => open((hdf5) => use(columnsOf(hdf5, file, `episode_${episode}`))),
  };
}

function columnsOf(file: OpenHdf5, source: DataFile, group: string): EpisodeColumns {
  const keys = groupKeys(file, group);
  const found = { where: `"${file.name}": "${group}"`, place: group, steps: 0 };
  const missing = ["observations", "actions", "rewards", "terminations", "truncations"].find((key) => !keys.has(key));
  if (missing) throw faulty(found, `has no "${missing}"`, `it has no "${missing}"`);
  const episode = { ...found, steps: readHeader(file, `${group}/rewards`).shape[0]! };
  return {
    ...episode,
    fileBytes: file.size,
    read: (path, perRow, rows) => readNumbers(file, headerOf(file, episode, path, perRow, rows)),
    readBytes: (path, perRow, rows) => readBytes(file, headerOf(file, episode, path, perRow, rows)),
    readFiles: (path, perRow, rows) => readFiles(file, source, arrayAt(file, episode, path), perRow, rows),
  };
}

function groupKeys(file: OpenHdf5, path: string): Set<string> {
  if (isTable(file, path))
    throw new DataError(`"${file.name}": "${path}" is an array where a group is expected; copy the dataset again.`);
  return new Set(listKeys(file, `/${path}`));
}

/** The path of an array, found step by step, because a part of it may be missing or be an array itself. */
function arrayAt(file: OpenHdf5, episode: EpisodeInHand, path: readonly string[]): string {
  let place = episode.place;
  for (const part of path) {
    const keys = groupKeys(file, place);
    const key = keys.has(part) ? part : `_index_${part}`;
    if (!keys.has(key))
      throw faulty(
        { ...episode, where: `"${file.name}": "${place}"` },
        `has no "${part}", which its space has`,
        "it lacks a part that its space has",
      );
    place = `${place}/${key}`;
  }
  return place;
}

/** Pictures as JPEG files: lists of bytes, or a table of them where all have as many. */
function readFiles(
  file: OpenHdf5,
  source: DataFile,
  key: string,
  perRow: number,
  rows: number,
): readonly Uint8Array[] | undefined {
  const lists = () => {
    if (isListOfBytes(file, key)) return readLists(file, source, key);
    const header = isTable(file, key) && shapeOf(file, key).length === 2 ? readHeader(file, key) : undefined;
    const width = header?.shape[1] ?? 0;
    if (!header?.bytes || width === perRow || width === 0) return undefined;
    const table = readByteNumbers(file, header);
    return Array.from({ length: header.shape[0]! }, (_, row) => table.subarray(row * width, (row + 1) * width));
  };
  const found = lists();
  if (found === undefined || found.length === rows) return found;
  throw new DataError(
    `"${file.name}": "${key}" has ${counted(found.length, "picture")} where ${rows} are expected; copy it again.`,
  );
}

/** One array. */
function headerOf(
  file: OpenHdf5,
  episode: EpisodeInHand,
  path: readonly string[],
  perRow: number,
  rows: number,
): TableHeader {
  const place = arrayAt(file, episode, path);
  const header = readHeader(file, place);
  if (header.shape[0] !== rows || numbersPerRow(header) !== perRow)
    throw faulty(
      { ...episode, where: `"${file.name}": "${place}"` },
      `has the shape [${header.shape.slice(0, 8).join(", ")}] where ${counted(rows, "row")} of ${perRow} are expected`,
      "its arrays do not have the rows and columns that its rewards and spaces need",
    );
  return header;
}

function readBytes(file: OpenHdf5, header: TableHeader): Uint8Array {
  return header.bytes
    ? readByteNumbers(file, header)
    : bytesFrom(readNumbers(file, header), `"${file.name}": "${header.key}"`);
}

/** The space that the arrays of an episode have, where no metadata say it: whole numbers alone do not tell one. */
function inferSpace(file: OpenHdf5, path: string, column: string, depth: number): Space {
  const where = `"${file.name}"`;
  if (isTable(file, path)) {
    const header = arrayMetadata(file, path);
    const shape = header.shape?.slice(1) ?? [];
    if (header.type === hdf5Class.variableLength || header.type === hdf5Class.string)
      return { kind: "other", type: "texts or pictures" };
    if (header.type === hdf5Class.integer && shape.length === 0)
      throw new DataError(
        `${where}: "${column}" is one whole number a row, and no space tells how many there are to choose from; give the dataset's folder, whose metadata.json tells it.`,
      );
    return boxOf(shape, header.size === 1, `${where}, "${column}",`);
  }
  if (depth > deepest) throw new DataError(`${where}: "${column}" is nested deeper than ${deepest}; copy it again.`);
  const keys = [...groupKeys(file, path)];
  if (keys.length > mostParts)
    throw new DataError(`${where}: "${column}" has ${keys.length} parts, more than ${mostParts}; copy it again.`);
  for (const key of keys) checkKey(key, where);
  const isTuple = keys.every((key) => tupleName.test(key));
  if (isTuple) keys.sort((a, b) => Number(a.slice(7)) - Number(b.slice(7)));
  const parts = keys.map((key) => [key, inferSpace(file, `${path}/${key}`, column, depth + 1)] as const);
  return groupOf(isTuple ? "tuple" : "dict", parts, `${where}, "${column}",`);
}
