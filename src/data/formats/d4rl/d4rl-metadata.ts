/**
 * Reads the scalars of the group `metadata` in a D4RL file: information about the data, such as the recipe that
 * `writeD4RL` was given. They are optional, so what is not a scalar, or too long to be one, is left out. Some of them
 * have a meaning: `discrete_actions` says that actions are discrete, and how many there are; `action_low` and
 * `action_high` are the bounds of actions, one number for all entries or, as JSON text, a list with one for each.
 */
import { DataError } from "../../../errors.js";
import type { DataFile } from "../../containers/files.js";
import { type OpenHdf5, withHdf5 } from "../../containers/hdf5/hdf5-module.js";
import { isTable, listKeys } from "../../containers/hdf5/hdf5-table.js";
import { type ActionBounds, boundsOf, type GivenBounds } from "../../transform.js";

/** The name under which the number of discrete actions stands. */
export const DISCRETE_ACTIONS = "discrete_actions";

/** The names under which bounds of actions stand. */
export const ACTION_BOUNDS = { low: "action_low", high: "action_high" } as const;

const GROUP = "metadata";
const LONGEST_TEXT = 2 ** 16;
// HDF5's numbers for the classes of values.
const INTEGER = 0;
const FLOAT = 1;
const STRING = 3;

/**
 * The metadata of a file, by name; empty if it has none.
 * @throws DataError where the file is damaged
 */
export async function readD4RLMetadata(
  source: DataFile | Uint8Array,
  name: string,
): Promise<Record<string, string | number>> {
  return withHdf5(source, name, (file) => {
    const found: Record<string, string | number> = {};
    for (const key of metadataKeys(file)) {
      const value = readScalar(file, `${GROUP}/${key}`);
      if (value !== undefined) found[key] = value;
    }
    return found;
  });
}

/** What an open file's metadata say under `key`; undefined where that is nothing. */
export function readMetadataOf(file: OpenHdf5, key: string): string | number | undefined {
  return metadataKeys(file).includes(key) ? readScalar(file, `${GROUP}/${key}`) : undefined;
}

/** The bounds of actions that an open file states. @throws DataError where they are none for actions of this size */
export function readActionBounds(file: OpenHdf5, size: number): ActionBounds | undefined {
  const [low, high] = [ACTION_BOUNDS.low, ACTION_BOUNDS.high].map((key) => readMetadataOf(file, key));
  if (low === undefined && high === undefined) return undefined;
  const [from, to] = [boundIn(low), boundIn(high)];
  if (from !== undefined && to !== undefined) return boundsOf(from, to, size, `"${file.name}"`);
  throw new DataError(
    `"${file.name}": the action_low and action_high of its metadata are ${low} and ${high}; make each a number, or a list such as [0, -5] with one for each entry of an action.`,
  );
}

function boundIn(stored: string | number | undefined): GivenBounds["low"] | undefined {
  if (typeof stored !== "string") return stored;
  const entries = /^\[([^[\]]+)\]$/.exec(stored)?.[1]?.split(",").map(Number);
  return entries?.some(Number.isNaN) ? undefined : entries;
}

function metadataKeys(file: OpenHdf5): string[] {
  return listKeys(file).includes(GROUP) && !isTable(file, GROUP) ? listKeys(file, `/${GROUP}`) : [];
}

function readScalar(file: OpenHdf5, key: string): string | number | undefined {
  if (!isTable(file, key)) return undefined;
  const { library, id } = file;
  const header = file.attempt(`"${key}" cannot be read`, () => library.get_dataset_metadata(id, `/${key}`));
  if (header.total_size !== 1 || header.size > LONGEST_TEXT || header.vlen) return undefined;
  const bytes = readBytes(file, key, header.size);
  const view = new DataView(bytes.buffer);
  if (header.type === STRING) return new TextDecoder().decode(bytes).replace(/\0+$/, "");
  if (header.type === FLOAT && header.size === 8) return view.getFloat64(0, true);
  if (header.type === FLOAT && header.size === 4) return view.getFloat32(0, true);
  if (header.type === INTEGER && header.size === 8) return Number(view.getBigInt64(0, true));
  if (header.type === INTEGER && header.size === 4) return view.getInt32(0, true);
  return undefined;
}

function readBytes(file: OpenHdf5, key: string, size: number): Uint8Array<ArrayBuffer> {
  const { library, id } = file;
  const what = `"${key}" cannot be read`;
  const pointer = library._malloc(size);
  try {
    const status = file.attempt(what, () => library.get_dataset_data(id, `/${key}`, null, null, null, BigInt(pointer)));
    if (status < 0) file.fail(what);
    return Uint8Array.from(library.HEAPU8.subarray(pointer, pointer + size));
  } finally {
    library._free(pointer);
  }
}
