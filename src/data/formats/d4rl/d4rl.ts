/**
 * Reads the D4RL layout: flat arrays over all rows of an HDF5 file, episodes one after the other.
 *
 * Keys: observations [rows, observationSize], actions [rows, actionSize], rewards [rows] or [rows, 1], terminals
 * [rows] as bool or number; timeouts [rows] and next_observations where they are known. Kitchen data have no timeouts
 * but a dataset `infos` [rows] that numbers the demonstrations. Where actions are discrete, their column [rows, 1]
 * holds numbers from 0 on and the scalar `metadata/discrete_actions` says how many there are. Files of d3rlpy 1
 * (`MDPDataset.dump`: `episode_terminals`, `discrete_action`) and of Tianshou (`obs`, `act`, `rew`, `terminated`,
 * `truncated`, `obs_next`) are the same layout under other names, which `flat/row-names.ts` lists.
 */
import { DataError } from "../../../errors.js";
import { type DataFile, fileInMemory } from "../../containers/files.js";
import { listKeys } from "../../containers/hdf5/hdf5-listing.js";
import { type OpenHdf5, withHdf5 } from "../../containers/hdf5/hdf5-module.js";
import { readScalar } from "../../containers/hdf5/hdf5-scalars.js";
import { isActionCount } from "../../discrete-actions.js";
import type { Dataset } from "../../episode.js";
import { type EpisodeSource, loadDataset } from "../../episode-source.js";
import { openFlat, type StretchOptions } from "../flat/flat-episodes.js";
import { picturesAsRows } from "../flat/flat-pictures.js";
import { flatTables } from "../flat/flat-tables.js";
import { recordingsIn } from "../flat/recordings.js";
import type { ReadOptions } from "../format.js";
import { readActionBounds } from "./d4rl-bounds.js";
import { flatFile, openFlatHdf5 } from "./d4rl-file.js";
import { DISCRETE_ACTIONS, readMetadataOf } from "./d4rl-metadata.js";

/** What a D4RL file can be asked for. */
export type D4RLOptions = StretchOptions & Pick<ReadOptions, "images" | "imageSize">;

/**
 * Reads a whole D4RL HDF5 file.
 *
 * @param bytes the whole file
 * @param name the file's name, which becomes the dataset's `source` and stands in messages
 * @throws DataError where the file is damaged, lacks keys, contradicts itself or holds values that are not numbers
 */
export async function readD4RL(bytes: Uint8Array, name: string, options: D4RLOptions = {}): Promise<Dataset> {
  return loadDataset(await openD4RL(bytes, name, options));
}

/** Opens a D4RL HDF5 file; the parameters and errors are those of `readD4RL`. */
export async function openD4RL(
  source: DataFile | Uint8Array,
  name: string,
  options: D4RLOptions = {},
): Promise<EpisodeSource> {
  const data = source instanceof Uint8Array ? fileInMemory(name, source) : source;
  const { discreteActions, isDeclared, actionBounds } = await withHdf5(data, name, (file) => declared(file, options));
  // Only files that declare the number of choices themselves come from a writer that closes episodes with a row of zeros.
  const told = { ...options, ...(discreteActions !== undefined && { discreteActions, closingRows: isDeclared }) };
  const opened = await openFlat(() => openFlatHdf5(data, name), name, told);
  return { ...opened, ...(actionBounds && { actionBounds }) };
}

/** What the file says about actions beside them. */
function declared(file: OpenHdf5, options: D4RLOptions) {
  const counted = readMetadataOf(file, DISCRETE_ACTIONS);
  const discreteActions = counted === undefined ? flaggedActions(file, options) : checkedCount(file, counted);
  const opened = picturesAsRows(flatFile(file));
  const [view] = recordingsIn(opened, options.ignore).views;
  const { actionSize } = flatTables(view!(opened), { ...options, discreteActions: discreteActions ?? 1 });
  if (counted !== undefined && actionSize !== 1)
    throw new DataError(
      `"${file.name}": "metadata/${DISCRETE_ACTIONS}" says that actions are discrete, but "actions" has ${actionSize} columns; store one ` +
        "number a row, or leave the key out.",
    );
  const actionBounds = discreteActions === undefined ? readActionBounds(file, actionSize) : undefined;
  return { discreteActions, isDeclared: counted !== undefined, actionBounds };
}

function checkedCount(file: OpenHdf5, count: string | number): number {
  if (isActionCount(count)) return count;
  throw new DataError(
    `"${file.name}": "metadata/${DISCRETE_ACTIONS}" is ${count}; it must be the number of actions, 1 or more.`,
  );
}

/** d3rlpy 1 says that actions are discrete, and not how many there are. */
function flaggedActions(file: OpenHdf5, { discreteActions }: D4RLOptions): number | undefined {
  const flag = listKeys(file).includes("discrete_action") ? readScalar(file, "discrete_action") : undefined;
  if (discreteActions !== undefined || flag === undefined || flag === 0) return discreteActions;
  throw new DataError(
    `"${file.name}" says that its actions are discrete ("discrete_action"), but not how many there are; give --discrete-actions N.`,
  );
}
