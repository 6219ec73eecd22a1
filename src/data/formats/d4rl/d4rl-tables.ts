/**
 * The arrays of a D4RL file (see d4rl.ts): which there are, whether their shapes fit together, and their rows, a stretch
 * at a time and each value checked.
 */

import { DataError } from "../../../errors.js";
import type { OpenHdf5 } from "../../containers/hdf5/hdf5-module.js";
import {
  isTable,
  listKeys,
  numbersPerRow,
  readHeader,
  readRows,
  type TableHeader,
} from "../../containers/hdf5/hdf5-table.js";
import { listed } from "../../containers/refusal.js";
import { findWrongIndex, isActionCount } from "../../discrete-actions.js";
import type { RecordedRows } from "../../trajectories.js";
import type { ActionBounds } from "../../transform.js";
import { DISCRETE_ACTIONS, readActionBounds, readMetadataOf } from "./d4rl-metadata.js";

/** The headers of a D4RL file's arrays, checked. */
export interface D4RLTables {
  /** The number of rows. */
  readonly count: number;
  readonly observationSize: number;
  readonly actionSize: number;
  readonly discreteActions: number | undefined;
  readonly actionBounds: ActionBounds | undefined;
  readonly observations: TableHeader;
  readonly actions: TableHeader;
  readonly rewards: TableHeader;
  readonly terminals: TableHeader;
  readonly timeouts: TableHeader | undefined;
  readonly nextObservations: TableHeader | undefined;
  readonly demonstrations: TableHeader | undefined;
}

const REQUIRED = ["observations", "actions", "rewards", "terminals"] as const;

/** Checks all shapes before the first number is read: a wrong file is refused at once. @throws DataError */
export function readTables(file: OpenHdf5): D4RLTables {
  const keys = listKeys(file);
  const missing = REQUIRED.filter((key) => !keys.includes(key));
  if (missing.length > 0) {
    throw new DataError(
      `"${file.name}" lacks ${listed(missing)}; the D4RL layout needs ${REQUIRED.join(", ")} at the top ` +
        `of the file. There: ${listed(keys, 12)}.`,
    );
  }
  const header = (key: string) => readHeader(file, key, file.size);
  const observations = header("observations");
  const count = observations.shape[0] ?? 0;
  if (count === 0) throw new DataError(`"${file.name}" has the D4RL layout but no rows; record some steps first.`);
  const timeouts = keys.includes("timeouts") ? column(file, header("timeouts"), count) : undefined;
  const tables = {
    observations: matrix(file, observations, count),
    actions: matrix(file, header("actions"), count),
    rewards: column(file, header("rewards"), count),
    terminals: column(file, header("terminals"), count),
    timeouts,
    nextObservations: keys.includes("next_observations") ? matrix(file, header("next_observations"), count) : undefined,
    demonstrations: demonstrationsHeader(file, keys, count, timeouts),
  };
  const observationSize = numbersPerRow(tables.observations);
  const actionSize = numbersPerRow(tables.actions);
  const nextSize = tables.nextObservations === undefined ? observationSize : numbersPerRow(tables.nextObservations);
  if (nextSize !== observationSize) {
    throw new DataError(
      `"${file.name}": next_observations have ${nextSize} columns but observations ${observationSize}; store both alike.`,
    );
  }
  const actionBounds = readActionBounds(file, actionSize);
  const discreteActions = discreteActionsOf(file, actionSize);
  return { count, observationSize, actionSize, discreteActions, actionBounds, ...tables };
}

/**
 * The rows from `first` on, checked.
 * @param allowNonFinite accept NaN and infinite values
 * @throws DataError naming the row of a value that is wrong
 */
export function readStretch(
  file: OpenHdf5,
  tables: D4RLTables,
  first: number,
  count: number,
  allowNonFinite: boolean,
): RecordedRows {
  const { timeouts, nextObservations, demonstrations } = tables;
  const numbers = (header: TableHeader) => {
    const values = readRows(file, header, first, count);
    if (!allowNonFinite) refuseNonFinite(file, header, values, first);
    return values;
  };
  const flags = (header: TableHeader) => flagsOf(file, header, readRows(file, header, first, count), first);
  const rows = {
    count,
    observationSize: tables.observationSize,
    actionSize: tables.actionSize,
    observations: numbers(tables.observations),
    actions: numbers(tables.actions),
    rewards: numbers(tables.rewards),
    terminals: flags(tables.terminals),
    ...(timeouts && { timeouts: flags(timeouts) }),
    ...(nextObservations && { nextObservations: numbers(nextObservations) }),
    ...(demonstrations && { demonstrations: readRows(file, demonstrations, first, count) }),
  };
  refuseWrongActions(file, tables, rows.actions, first);
  return rows;
}

/** Whether any row is terminal. */
export function hasTerminal(file: OpenHdf5, { terminals, count }: D4RLTables, blockRows: number): boolean {
  for (let first = 0; first < count; first += blockRows)
    if (readRows(file, terminals, first, Math.min(blockRows, count - first)).includes(1)) return true;
  return false;
}

/** How many discrete actions the file declares. */
function discreteActionsOf(file: OpenHdf5, actionSize: number): number | undefined {
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
  return count;
}

function refuseWrongActions(
  file: OpenHdf5,
  { discreteActions }: D4RLTables,
  actions: Float32Array,
  first: number,
): void {
  if (discreteActions === undefined) return;
  const row = findWrongIndex(actions, discreteActions);
  if (row < 0) return;
  throw new DataError(
    `"${file.name}": "actions" holds ${actions[row]} in row ${first + row}, which is no whole number from 0 to ` +
      `${discreteActions - 1}, the actions that "metadata/${DISCRETE_ACTIONS}" declares; repair the row or the count.`,
  );
}

/** In most files `infos` is a group of extras; only as a data set with one number a row does it number episodes. */
function demonstrationsHeader(
  file: OpenHdf5,
  keys: string[],
  count: number,
  timeouts: TableHeader | undefined,
): TableHeader | undefined {
  if (!keys.includes("infos") || !isTable(file, "infos")) return undefined;
  const header = column(file, readHeader(file, "infos", file.size), count);
  return timeouts === undefined ? header : undefined;
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

/** Refuses values that are no numbers with the first place where one stands. */
function refuseNonFinite(file: OpenHdf5, header: TableHeader, values: Float32Array, firstRow: number): void {
  const first = values.findIndex((value) => !Number.isFinite(value));
  if (first < 0) return;
  const columns = numbersPerRow(header);
  const place = `row ${firstRow + Math.floor(first / columns)}${header.shape.length > 1 ? `, column ${first % columns}` : ""}`;
  const others = values.reduce((total, value) => total + (Number.isFinite(value) ? 0 : 1), 0) - 1;
  const more = values.length < columns * header.shape[0]! ? "at least " : "";
  throw new DataError(
    `"${file.name}": "${header.key}" holds ${values[first]} in ${place}` +
      `${others > 0 ? ` (and ${more}${others} more such values)` : ""}; repair or remove these rows.`,
  );
}

function flagsOf(file: OpenHdf5, header: TableHeader, values: Float32Array, firstRow: number): Uint8Array {
  const first = values.findIndex((value) => value !== 0 && value !== 1);
  if (first < 0) return Uint8Array.from(values);
  throw new DataError(
    `"${file.name}": "${header.key}" holds ${values[first]} in row ${firstRow + first}; it must be 0 or 1, so store it as a boolean.`,
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
