/**
 * Reads the D4RL layout: flat arrays over all rows of an HDF5 file, episodes one after the other. The rows are read a
 * stretch at a time, so that the file may be larger than memory. `d4rl-tables.ts` knows what may be wrong with the
 * arrays, `trajectories.ts` where one trajectory ends and the next begins.
 *
 * Keys: observations [rows, observationSize], actions [rows, actionSize], rewards [rows] or [rows, 1], terminals
 * [rows] as bool or number; timeouts [rows] and next_observations where they are known. Kitchen data have no timeouts
 * but a dataset `infos` [rows] that numbers the demonstrations. Where actions are discrete, their column [rows, 1]
 * holds numbers from 0 on and the scalar `metadata/discrete_actions` says how many there are; without it they are
 * vectors.
 */

import { DataError } from "../../../errors.js";
import { vectorParts } from "../../columns.js";
import type { DataFile } from "../../containers/files.js";
import { type OpenHdf5, openHdf5, withHdf5 } from "../../containers/hdf5/hdf5-module.js";
import { numbersPerRow, type TableHeader } from "../../containers/hdf5/hdf5-table.js";
import type { Dataset, Episode } from "../../episode.js";
import { type EpisodeSource, loadDataset } from "../../episode-source.js";
import { endlessError, splitStretch } from "../../trajectories.js";
import { EpisodeMemory } from "../episode-memory.js";
import type { ReadOptions } from "../format.js";
import { type D4RLTables, hasTerminal, readStretch, readTables } from "./d4rl-tables.js";

/** What a D4RL file can be asked for. */
export type D4RLOptions = Pick<ReadOptions, "horizon" | "allowNonFinite" | "trusted"> & {
  /** About how many bytes of rows are in memory at once; an episode always is. */
  readonly stretchBytes?: number;
};

/** Large against a chunk, of which one may be read twice at each end. */
const STRETCH_BYTES = 2 ** 22;

/**
 * Reads a whole D4RL HDF5 file.
 *
 * @param bytes the whole file
 * @param name the file's name, which becomes the data set's `source` and stands in messages
 * @throws DataError where the file is damaged, lacks keys, contradicts itself or holds values that are no numbers
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
  const { horizon } = options;
  checkHorizon(horizon);
  const tables = await withHdf5(source, name, (file) => {
    const tables = readTables(file);
    checkBoundaries(file, tables, options);
    return tables;
  });
  const { observationSize, actionSize, discreteActions, actionBounds, count } = tables;
  return {
    source: name,
    observations: vectorParts(observationSize),
    actionSize,
    ...(discreteActions !== undefined && { discreteActions }),
    ...(actionBounds && { actionBounds }),
    steps: count,
    async *episodes() {
      const { file, close } = await openHdf5(source, name);
      try {
        yield* episodesOf(file, tables, options);
      } finally {
        close();
      }
    },
  };
}

/** Each stretch begins where an episode does, and is read again with more rows if it holds no whole one. */
function* episodesOf(file: OpenHdf5, tables: D4RLTables, options: D4RLOptions): Generator<Episode> {
  const { count } = tables;
  const usual = stretchRows(tables, options);
  const memory = new EpisodeMemory(`"${file.name}"`, options).addFile(file.size);
  // The stretch before it, of half the rows, may not have been given back yet.
  const most = memory.mostRows(1.5 * bytesPerRow(tables));
  let found = 0;
  let first = 0;
  for (let wanted = usual; first < count; ) {
    const rows = Math.min(wanted, count - first, most);
    const stretch = readStretch(file, tables, first, rows, options.allowNonFinite === true);
    const { episodes, used } = splitStretch(stretch, options.horizon, first + rows === count);
    yield* episodes;
    found += episodes.length;
    if (first + rows === count) break;
    if (used === 0 && rows === most) throw memory.tooLong(`the episode from row ${first} on`);
    first += used;
    // Twice what is left over, so that the rows of a long episode are not read more than twice on average.
    wanted = Math.max(usual, 2 * (rows - used));
  }
  if (found > 0) return;
  throw new DataError(
    `"${file.name}" holds ${count} rows but no step whose next observation is known; record longer episodes.`,
  );
}

/** The arrays that take the memory. */
function largeHeaders(tables: D4RLTables): TableHeader[] {
  const headers = [tables.observations, tables.actions, tables.rewards, tables.nextObservations];
  return headers.filter((header): header is TableHeader => header !== undefined);
}

function bytesPerRow(tables: D4RLTables): number {
  return largeHeaders(tables).reduce((sum, header) => sum + 4 * numbersPerRow(header), 0);
}

function stretchRows(tables: D4RLTables, { stretchBytes = STRETCH_BYTES }: D4RLOptions): number {
  const chunkRows = Math.max(...largeHeaders(tables).map((header) => header.chunkRows));
  const usual = Math.max(2, Math.ceil(stretchBytes / bytesPerRow(tables)));
  // Longer where chunks are, but not by much: in memory count the rows and not how well they are packed.
  return Math.max(usual, Math.min(4 * chunkRows, 2 * usual, tables.count));
}

function checkHorizon(horizon: number | undefined): void {
  if (horizon === undefined || (Number.isInteger(horizon) && horizon >= 1)) return;
  throw new RangeError(`readD4RL: the horizon must be a whole number of steps from 1 on, not ${horizon}.`);
}

function checkBoundaries(file: OpenHdf5, tables: D4RLTables, options: D4RLOptions): void {
  const told = tables.timeouts ?? tables.nextObservations ?? tables.demonstrations ?? options.horizon;
  if (told === undefined && !hasTerminal(file, tables, stretchRows(tables, options))) throw endlessError(file.name);
}
