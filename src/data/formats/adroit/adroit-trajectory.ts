/**
 * One trajectory of the binary Adroit tasks, from its unpickled dictionary to tables of numbers of equal length, in
 * either of the two layouts that `adroit-npy.ts` describes.
 */
import { DataError, UsageError } from "../../../errors.js";
import { type Allowance, type NumberTable, tableOf } from "../../containers/numpy/pickle-table.js";
import { kindOf, NumpyArray, type PickleDictionary, type PickleValue } from "../../containers/numpy/pickle-values.js";
import { checkRows, flagsOf, listed, quoted } from "../../containers/refusal.js";
import { sideBySide } from "../row-blocks.js";

const DEFAULT_KEYS = ["state_observation"];

/** Where a trajectory stands and how it is wanted. */
export interface TrajectoryPlace {
  /** The file's name. */
  readonly name: string;
  readonly index: number;
  readonly observationKeys: readonly string[] | undefined;
}

/** One trajectory's tables, all of as many rows. */
export interface Trajectory {
  readonly observations: NumberTable;
  readonly nextObservations: NumberTable;
  readonly actions: NumberTable;
  readonly rewards: Float32Array;
  /** 1 where the task ended; a step that only the clock ended keeps its bootstrap. */
  readonly terminals: Uint8Array;
}

/** @throws DataError where keys are missing, do not hold numbers or do not fit together */
export function readTrajectory(place: TrajectoryPlace, entries: PickleDictionary, allowance: Allowance): Trajectory {
  const observations = states(place, entries, "observations", allowance);
  const count = observations.rows;
  const nextObservations = states(place, entries, "next_observations", allowance);
  checkRows(textOf(place, "next_observations"), nextObservations.rows, count);
  const actions = tableOf(entryOf(place, entries, "actions"), textOf(place, "actions"), allowance);
  checkRows(textOf(place, "actions"), actions.rows, count);
  const rewards = column(place, entries, "rewards", allowance);
  if (rewards.length !== count + 1) checkRows(textOf(place, "rewards"), rewards.length, count);
  const terminals = column(place, entries, "terminals", allowance);
  checkRows(textOf(place, "terminals"), terminals.length, count);
  return {
    observations,
    nextObservations,
    actions,
    rewards: rewards.subarray(0, count),
    terminals: clearTimeLimits(flagsOf(terminals, textOf(place, "terminals")), entries.get("env_infos")),
  };
}

/** How messages name a key of a trajectory. */
export function textOf({ name, index }: TrajectoryPlace, key: string): string {
  return `"${name}", trajectory ${index}, ${quoted(key)}`;
}

/** Plain numbers, or of dictionaries the chosen entries side by side. */
function states(place: TrajectoryPlace, entries: PickleDictionary, key: string, allowance: Allowance): NumberTable {
  const value = entryOf(place, entries, key);
  const rows = value instanceof NumpyArray ? value.data : value;
  if (Array.isArray(rows) && rows[0] instanceof Map) {
    const keys = place.observationKeys ?? DEFAULT_KEYS;
    const parts = keys.map((part) => {
      const entryPlace = `${textOf(place, key)}, ${quoted(part)},`;
      return tableOf(
        rows.map((row, step) => stateOf(row, part, `${textOf(place, key)}, step ${step},`)),
        entryPlace,
        allowance,
      );
    });
    return parts.length === 1 ? parts[0]! : joined(parts, textOf(place, key), allowance);
  }
  if (place.observationKeys === undefined) return tableOf(value, textOf(place, key), allowance);
  throw new UsageError(
    `"${place.name}" has plain observations, to which observation keys mean nothing; leave them out.`,
  );
}

function joined(parts: readonly NumberTable[], text: string, allowance: Allowance): NumberTable {
  const rows = parts[0]?.rows ?? 0;
  const columns = parts.reduce((sum, part) => sum + part.columns, 0);
  allowance.bytes -= 4 * rows * columns;
  if (allowance.bytes < 0 || parts.length === 0)
    throw new DataError(`${text} cannot be put together from ${parts.length} keys; name those to take.`);
  return { rows, columns, values: sideBySide(parts, rows) };
}

/** [rows] or [rows, 1] */
function column(place: TrajectoryPlace, entries: PickleDictionary, key: string, allowance: Allowance): Float32Array {
  const { rows, columns, values } = tableOf(entryOf(place, entries, key), textOf(place, key), allowance);
  if (rows === 0 || columns === 1) return values;
  throw new DataError(`${textOf(place, key)} has ${columns} columns, where one number a step is expected; reshape it.`);
}

function entryOf(place: TrajectoryPlace, entries: PickleDictionary, key: string): PickleValue {
  const entry = entries.get(key);
  if (entry !== undefined) return entry;
  throw new DataError(
    `"${place.name}", trajectory ${place.index}, lacks ${quoted(key)}; there: ${keysOf(entries)}. Is it another kind of .npy file?`,
  );
}

function stateOf(row: PickleValue, key: string, text: string): PickleValue {
  const entry = row instanceof Map ? row.get(key) : undefined;
  if (entry !== undefined) return entry;
  throw new DataError(
    `${text} has no ${quoted(key)}; there: ${row instanceof Map ? keysOf(row) : kindOf(row)}. Name the observation keys to take.`,
  );
}

/** Gym's time limit sets "done" as well; env_infos tell it apart. */
function clearTimeLimits(terminals: Uint8Array, infos: PickleValue | undefined): Uint8Array {
  const rows = infos instanceof NumpyArray ? infos.data : infos;
  if (!Array.isArray(rows)) return terminals;
  return terminals.map((flag, step) => {
    const info = rows[step];
    return info instanceof Map && info.get("TimeLimit.truncated") === true ? 0 : flag;
  });
}

function keysOf(dictionary: PickleDictionary): string {
  return listed(Array.from(dictionary.keys(), String));
}
