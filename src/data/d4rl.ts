/**
 * Reads the D4RL layout: flat arrays over all rows of an HDF5 file, episodes one after the other. This file knows the
 * keys and what may be wrong with them; `trajectories.ts` knows where one trajectory ends and the next begins.
 *
 * Keys: observations [rows, observationSize], actions [rows, actionSize], rewards [rows] or [rows, 1], terminals
 * [rows] as bool or number; timeouts [rows] and next_observations where they are known. Kitchen data have no timeouts
 * but a data set `infos` [rows] that numbers the demonstrations. Where actions are discrete, their column [rows, 1]
 * holds numbers from 0 on and the scalar `metadata/discrete_actions` says how many there are; without it they are vectors.
 */
import { DataError } from "../errors.js";
import { DISCRETE_ACTIONS, readMetadataOf } from "./d4rl-metadata.js";
import { findWrongIndex, isActionCount } from "./discrete-actions.js";
import type { Dataset } from "./episode.js";
import { type OpenHdf5, withHdf5 } from "./hdf5-module.js";
import { isTable, listKeys, readHeader, readNumbers, type TableHeader } from "./hdf5-table.js";
import { type RecordedRows, splitTrajectories } from "./trajectories.js";

/** How to read a file. */
export interface ReadOptions {
  /**
   * Steps after which the environment's clock ends an episode; used where the file has no timeouts. An episode of
   * that length then ends as if its last row had a timeout.
   */
  readonly horizon?: number;
  /** Accept NaN and infinite values, in order to inspect them; default false: they are refused. */
  readonly allowNonFinite?: boolean;
}

const REQUIRED = ["observations", "actions", "rewards", "terminals"] as const;

/**
 * Reads a D4RL HDF5 file.
 *
 * @param bytes the whole file
 * @param name the file's name, which becomes the data set's `source` and stands in messages
 * @throws DataError where the file is damaged, lacks keys, contradicts itself or holds values that are no numbers
 */
export async function readD4RL(bytes: Uint8Array, name: string, options: ReadOptions = {}): Promise<Dataset> {
  checkHorizon(options.horizon);
  const { rows, discreteActions } = await withHdf5(bytes, name, (file) => {
    const rows = readRows(file, bytes.length, options);
    return { rows, discreteActions: readDiscreteActions(file, rows) };
  });
  const episodes = splitTrajectories(rows, name, options.horizon);
  if (episodes.length === 0) {
    throw new DataError(
      `"${name}" holds ${rows.count} rows but no step whose next observation is known; record longer episodes.`,
    );
  }
  const { observationSize, actionSize } = rows;
  return {
    source: name,
    observationSize,
    actionSize,
    ...(discreteActions !== undefined && { discreteActions }),
    episodes,
  };
}

/** How many discrete actions the file declares, once its actions were held against it. */
function readDiscreteActions(file: OpenHdf5, { actions, actionSize }: RecordedRows): number | undefined {
  const count = readMetadataOf(file, DISCRETE_ACTIONS);
  if (count === undefined) return undefined;
  const key = `metadata/${DISCRETE_ACTIONS}`;
  if (!isActionCount(count))
    throw new DataError(`"${file.name}": "${key}" is ${count}; it must be the number of actions, 1 or more.`);
  if (actionSize !== 1)
    throw new DataError(
      `"${file.name}": "${key}" says that actions are discrete, but "actions" has ${actionSize} columns; store one ` +
        "number a row, or leave the key out.",
    );
  const row = findWrongIndex(actions, count);
  if (row < 0) return count;
  throw new DataError(
    `"${file.name}": "actions" holds ${actions[row]} in row ${row}, which is no whole number from 0 to ${count - 1}, ` +
      `the actions that "${key}" declares; repair the row or the count.`,
  );
}

function readRows(file: OpenHdf5, fileBytes: number, options: ReadOptions): RecordedRows {
  const keys = listKeys(file);
  const missing = REQUIRED.filter((key) => !keys.includes(key));
  if (missing.length > 0) {
    throw new DataError(
      `"${file.name}" lacks ${missing.map(quote).join(", ")}; the D4RL layout needs ${REQUIRED.join(", ")} at the top ` +
        `of the file. There: ${keys.length > 0 ? listed(keys) : "nothing"}.`,
    );
  }
  const header = (key: string) => readHeader(file, key, fileBytes);
  const observations = header("observations");
  const count = observations.shape[0] ?? 0;
  if (count === 0) throw new DataError(`"${file.name}" has the D4RL layout but no rows; record some steps first.`);
  // All shapes are checked before the first number is read: a wrong file is refused at once.
  const present = {
    observations: matrix(file, observations, count),
    actions: matrix(file, header("actions"), count),
    rewards: column(file, header("rewards"), count),
    terminals: column(file, header("terminals"), count),
    timeouts: keys.includes("timeouts") ? column(file, header("timeouts"), count) : undefined,
    nextObservations: keys.includes("next_observations") ? matrix(file, header("next_observations"), count) : undefined,
    demonstrations: demonstrationsHeader(file, keys, count, fileBytes),
  };
  const observationSize = columnsOf(present.observations);
  const nextSize = present.nextObservations === undefined ? observationSize : columnsOf(present.nextObservations);
  if (nextSize !== observationSize) {
    throw new DataError(
      `"${file.name}": next_observations have ${nextSize} columns but observations ${observationSize}; store both alike.`,
    );
  }
  const numbers = (table: TableHeader) =>
    finite(file, table, readNumbers(file, table), options.allowNonFinite === true);
  const { timeouts, nextObservations, demonstrations } = present;
  return {
    count,
    observationSize,
    actionSize: columnsOf(present.actions),
    observations: numbers(present.observations),
    actions: numbers(present.actions),
    rewards: numbers(present.rewards),
    terminals: flags(file, present.terminals),
    ...(timeouts && { timeouts: flags(file, timeouts) }),
    ...(nextObservations && { nextObservations: numbers(nextObservations) }),
    ...(demonstrations && timeouts === undefined && { demonstrations: readNumbers(file, demonstrations) }),
  };
}

/** In most files `infos` is a group of extras; only as a data set with one number a row does it number episodes. */
function demonstrationsHeader(
  file: OpenHdf5,
  keys: string[],
  count: number,
  fileBytes: number,
): TableHeader | undefined {
  if (!keys.includes("infos") || !isTable(file, "infos")) return undefined;
  return column(file, readHeader(file, "infos", fileBytes), count);
}

function matrix(file: OpenHdf5, header: TableHeader, count: number): TableHeader {
  const [rows, columns] = header.shape;
  if (header.shape.length !== 2 || columns === 0) throw shapeError(file, header, "[rows, columns]");
  if (rows !== count) throw lengthError(file, header, count);
  return header;
}

/** One number a row; a column [rows, 1] counts as such. */
function column(file: OpenHdf5, header: TableHeader, count: number): TableHeader {
  const { shape } = header;
  if (shape.length > 2 || (shape.length === 2 && shape[1] !== 1)) throw shapeError(file, header, "[rows] or [rows, 1]");
  if (shape[0] !== count) throw lengthError(file, header, count);
  return header;
}

function columnsOf(header: TableHeader): number {
  return header.shape[1] ?? 1;
}

/** Refuses values that are no numbers, unless they are wanted, with the first place where one stands. */
function finite(file: OpenHdf5, header: TableHeader, values: Float32Array, allow: boolean): Float32Array {
  if (allow) return values;
  const first = values.findIndex((value) => !Number.isFinite(value));
  if (first < 0) return values;
  const columns = columnsOf(header);
  const place = `row ${Math.floor(first / columns)}${header.shape.length > 1 ? `, column ${first % columns}` : ""}`;
  const others = values.reduce((total, value) => total + (Number.isFinite(value) ? 0 : 1), 0) - 1;
  throw new DataError(
    `"${file.name}": "${header.key}" holds ${values[first]} in ${place}${others > 0 ? ` (and ${others} more such values)` : ""}; ` +
      "repair or remove these rows.",
  );
}

function flags(file: OpenHdf5, header: TableHeader): Uint8Array {
  const values = readNumbers(file, header);
  const first = values.findIndex((value) => value !== 0 && value !== 1);
  if (first < 0) return Uint8Array.from(values);
  throw new DataError(
    `"${file.name}": "${header.key}" holds ${values[first]} in row ${first}; it must be 0 or 1, so store it as a boolean.`,
  );
}

function shapeError(file: OpenHdf5, header: TableHeader, expected: string): DataError {
  return new DataError(
    `"${file.name}": "${header.key}" has the shape [${header.shape.join(", ")}] where ${expected} is expected; reshape it.`,
  );
}

function lengthError(file: OpenHdf5, header: TableHeader, count: number): DataError {
  return new DataError(
    `"${file.name}": "${header.key}" has ${header.shape[0]} rows but observations have ${count}; every key needs one row per step.`,
  );
}

function checkHorizon(horizon: number | undefined): void {
  if (horizon === undefined || (Number.isInteger(horizon) && horizon >= 1)) return;
  throw new RangeError(`readD4RL: the horizon must be a whole number of steps from 1 on, not ${horizon}.`);
}

/** A damaged file may name its keys in bytes that would upset a terminal. */
function quote(key: string): string {
  const shown = key.replace(/\p{C}/gu, "?");
  return `"${shown.length > 40 ? `${shown.slice(0, 40)}...` : shown}"`;
}

/** Some names and the number of the rest: Minari files have thousands of keys. */
function listed(keys: readonly string[]): string {
  const shown = keys.slice(0, 12).map(quote).join(", ");
  return keys.length > 12 ? `${shown} and ${keys.length - 12} more` : shown;
}
