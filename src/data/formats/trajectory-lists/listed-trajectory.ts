/**
 * One trajectory of a pickled list, from its unpickled dictionary to tables of numbers of equal length, in any of the
 * layouts that `trajectory-list.ts` describes.
 */
import { DataError, UsageError } from "../../../errors.js";
import { type Allowance, type NumberTable, tableOf } from "../../containers/numpy/pickle-table.js";
import { kindOf, NumpyArray, type PickleDictionary, type PickleValue } from "../../containers/numpy/pickle-values.js";
import { checkRows, listed, quoted } from "../../containers/refusal.js";
import { sideBySide } from "../row-blocks.js";
import { type EndMarks, endMarks, refuseUnknownKeys } from "./trajectory-marks.js";
import { type TrajectoryPlace, textOf } from "./trajectory-place.js";

const DEFAULT_KEYS = ["state_observation"];

/** One trajectory's tables, all of as many rows. */
export interface Trajectory extends EndMarks {
  readonly observations: NumberTable;
  /** Absent where they are not stored. */
  readonly nextObservations: NumberTable | undefined;
  readonly actions: NumberTable;
  readonly rewards: Float32Array;
}

/** @throws DataError where keys are missing, do not hold numbers or do not fit together */
export function readTrajectory(place: TrajectoryPlace, entries: PickleDictionary, allowance: Allowance): Trajectory {
  const actions = tableOf(entryOf(place, entries, "actions"), textOf(place, "actions"), allowance);
  const count = actions.rows;
  const { observations, nextObservations } = bothStates(place, entries, count, allowance);
  const rewards = column(place, "rewards", entryOf(place, entries, "rewards"), allowance);
  if (rewards.length !== count + 1) checkRows(textOf(place, "rewards"), rewards.length, count);
  refuseUnknownKeys(place, entries, count);
  const marks = endMarks(place, entries, count, (key, value) => column(place, key, value, allowance));
  return { observations, nextObservations, actions, rewards: rewards.subarray(0, count), ...marks };
}

/** Observations, and those after each action: stored, or the same ones a row later where there is one row more. */
function bothStates(place: TrajectoryPlace, entries: PickleDictionary, count: number, allowance: Allowance) {
  const observations = states(place, entries, "observations", allowance);
  if (!entries.has("next_observations") && observations.rows === count + 1) {
    const { columns, values } = observations;
    const part = (from: number) => ({
      rows: count,
      columns,
      values: values.subarray(from * columns, (from + count) * columns),
    });
    return { observations: part(0), nextObservations: part(1) };
  }
  checkRows(textOf(place, "actions"), count, observations.rows);
  if (!entries.has("next_observations")) return { observations, nextObservations: undefined };
  const nextObservations = states(place, entries, "next_observations", allowance);
  checkRows(textOf(place, "next_observations"), nextObservations.rows, count);
  return { observations, nextObservations };
}

/** Plain numbers, or of dictionaries the chosen entries side by side. */
function states(place: TrajectoryPlace, entries: PickleDictionary, key: string, allowance: Allowance): NumberTable {
  const value = entryOf(place, entries, key);
  const rows = value instanceof NumpyArray ? value.data : value;
  const { observationKeys } = place.options;
  if (value instanceof Map || (Array.isArray(rows) && rows[0] instanceof Map)) {
    const parts = (observationKeys ?? DEFAULT_KEYS).map((part) => {
      const chosen = Array.isArray(rows)
        ? rows.map((row, step) => stateOf(row, part, `${textOf(place, key)}, step ${step},`))
        : stateOf(value, part, `${textOf(place, key)}`);
      return tableOf(chosen, `${textOf(place, key)}, ${quoted(part)},`, allowance);
    });
    return parts.length === 1 ? parts[0]! : joined(parts, textOf(place, key), allowance);
  }
  if (observationKeys === undefined) return tableOf(value, textOf(place, key), allowance);
  throw new UsageError(
    `"${place.name}" has plain observations, to which observation keys mean nothing; leave them out.`,
  );
}

function joined(parts: readonly NumberTable[], text: string, allowance: Allowance): NumberTable {
  const rows = parts[0]?.rows ?? 0;
  const columns = parts.reduce((sum, part) => sum + part.columns, 0);
  allowance.bytes -= 4 * rows * columns;
  if (allowance.bytes < 0 || parts.length === 0 || parts.some((part) => part.rows !== rows))
    throw new DataError(`${text} cannot be put together from ${parts.length} keys; name those to take.`);
  return { rows, columns, values: sideBySide(parts, rows) };
}

/** [rows] or [rows, 1] */
function column(place: TrajectoryPlace, key: string, value: PickleValue, allowance: Allowance): Float32Array {
  const { rows, columns, values } = tableOf(value, textOf(place, key), allowance);
  if (rows === 0 || columns === 1) return values;
  throw new DataError(`${textOf(place, key)} has ${columns} columns, where one number a step is expected; reshape it.`);
}

function entryOf(place: TrajectoryPlace, entries: PickleDictionary, key: string): PickleValue {
  const entry = entries.get(key);
  if (entry !== undefined) return entry;
  const whose = place.flat ? "" : `, trajectory ${place.index},`;
  throw new DataError(
    `"${place.name}"${whose} lacks ${quoted(key)}; there: ${keysOf(entries)}. Name its arrays observations, actions and rewards, each with one row per step.`,
  );
}

function stateOf(row: PickleValue, key: string, text: string): PickleValue {
  const entry = row instanceof Map ? row.get(key) : undefined;
  if (entry !== undefined) return entry;
  throw new DataError(
    `${text} has no ${quoted(key)}; there: ${row instanceof Map ? keysOf(row) : kindOf(row)}. Name the observation keys to take.`,
  );
}

function keysOf(dictionary: PickleDictionary): string {
  return listed(Array.from(dictionary.keys(), String));
}
