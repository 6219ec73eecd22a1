/**
 * An HDF5 file of flat rows.
 */
import type { DataFile } from "../../containers/files.js";
import { isTable, listKeys, shapeOf } from "../../containers/hdf5/hdf5-listing.js";
import { type OpenHdf5, openHdf5 } from "../../containers/hdf5/hdf5-module.js";
import { readAttributes, readScalar } from "../../containers/hdf5/hdf5-scalars.js";
import { readHeader, readRows, readRowsExactly } from "../../containers/hdf5/hdf5-table.js";
import type { FlatArray, FlatFile } from "../flat/flat-file.js";
import { rowRole } from "../flat/row-names.js";
import { tianshouOrder } from "./tianshou-buffers.js";

/** @throws DataError where it is no HDF5 file, or damaged */
export async function openFlatHdf5(
  source: DataFile | Uint8Array,
  name: string,
): Promise<{ readonly file: FlatFile; close(): void }> {
  const { file, close } = await openHdf5(source, name);
  try {
    return { file: flatFile(file), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Tianshou keeps the arrays of its replay buffers in a group, and their size and position beside it. */
export const TIANSHOU = "_meta";

/** What an open HDF5 file holds at its top, or Tianshou's buffer in its group. */
export function flatFile(file: OpenHdf5): FlatFile {
  const top = listKeys(file);
  const inGroup = top.includes(TIANSHOU) && !isTable(file, TIANSHOU);
  const names = inGroup ? listKeys(file, `/${TIANSHOU}`) : top;
  const pathOf = (key: string) => (inGroup ? `${TIANSHOU}/${key}` : key);
  const tables = [...names.filter((key) => isTable(file, pathOf(key))), ...(inGroup ? [] : marksInInfos(file, names))];
  const observations = tables.find((key) => rowRole(key) === "observations");
  const order = inGroup && observations ? tianshouOrder(file, shapeOf(file, pathOf(observations))[0] ?? 0) : undefined;
  return {
    name: file.name,
    size: file.size,
    names,
    shapes: new Map(tables.map((key) => [key, shapeOf(file, pathOf(key))])),
    ...(order && { order }),
    array: (key) => arrayOf(file, key, pathOf(key)),
    scalar(key) {
      const value = top.includes(key) ? readScalar(file, key) : readAttributes(file, "/").get(key);
      return typeof value === "number" ? value : undefined;
    },
  };
}

/**
 * Marks of the clock that stand among the extras of the steps, where recorders put what Gym's time limit tells: they are
 * read where the file has none at its top.
 */
function marksInInfos(file: OpenHdf5, names: readonly string[]): string[] {
  if (names.some((name) => rowRole(name) === "timeouts")) return [];
  const groups = names.filter((name) => /^infos?$/.test(name) && !isTable(file, name));
  const keys = groups.flatMap((group) => listKeys(file, `/${group}`).map((key) => `${group}/${key}`));
  return keys.filter((key) => rowRole(key) === "timeouts" && isTable(file, key)).slice(0, 1);
}

function arrayOf(file: OpenHdf5, key: string, path: string): FlatArray {
  const header = readHeader(file, path);
  const { shape, chunkRows, integers, bytes } = header;
  return {
    ...{ key, shape, chunkRows, integers, bytes },
    read: (first, rows) => readRows(file, header, first, rows),
    readExactly: (first, rows) => readRowsExactly(file, header, first, rows),
  };
}
