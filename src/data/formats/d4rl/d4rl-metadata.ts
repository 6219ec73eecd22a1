/**
 * Reads the scalars of the group `metadata` in a D4RL file: information about the data, such as the recipe that
 * `writeD4RL` was given. They are optional, so what is not a scalar, or too long to be one, is left out. One of them
 * has a meaning: `discrete_actions` says that actions are discrete, and how many there are.
 */
import { type DataFile, fileInMemory } from "../../containers/files.js";
import { isTable, listKeys } from "../../containers/hdf5/hdf5-listing.js";
import { type OpenHdf5, withHdf5 } from "../../containers/hdf5/hdf5-module.js";
import { readScalar } from "../../containers/hdf5/hdf5-scalars.js";
import { readLongText } from "../../containers/hdf5/hdf5-texts.js";

/** The name under which the number of discrete actions stands. */
export const DISCRETE_ACTIONS = "discrete_actions";

/** The name of the group. */
export const GROUP = "metadata";

/**
 * The metadata of a file, by name; empty if it has none.
 * @throws DataError where the file is damaged
 */
export async function readD4RLMetadata(
  source: DataFile | Uint8Array,
  name: string,
): Promise<Record<string, string | number>> {
  const bytes = source instanceof Uint8Array ? fileInMemory(name, source) : source;
  return withHdf5(bytes, name, (file) => {
    const found: Record<string, string | number> = {};
    for (const key of metadataKeys(file)) {
      const path = `${GROUP}/${key}`;
      const value = readScalar(file, path) ?? (isTable(file, path) ? readLongText(file, bytes, path) : undefined);
      if (value !== undefined) found[key] = value;
    }
    return found;
  });
}

/** What an open file's metadata say under `key`; undefined where that is nothing. */
export function readMetadataOf(file: OpenHdf5, key: string): string | number | undefined {
  return metadataKeys(file).includes(key) ? readScalar(file, `${GROUP}/${key}`) : undefined;
}

export function metadataKeys(file: OpenHdf5): readonly string[] {
  return listKeys(file).includes(GROUP) && !isTable(file, GROUP) ? listKeys(file, `/${GROUP}`) : [];
}
