/**
 * An unpickled dictionary as a file of flat rows. What pickles have of their own is put right here: observations that are
 * dictionaries, one mark for a whole trajectory, a reward or an observation more than there are actions, and the time
 * limits that Gym notes in env_infos.
 */

import { DataError, UsageError } from "../../../errors.js";
import { type Allowance, type NumberTable, tableOf } from "../../containers/numpy/pickle-table.js";
import { kindOf, NumpyArray, type PickleDictionary, type PickleValue } from "../../containers/numpy/pickle-values.js";
import { listed, printable, quoted } from "../../containers/refusal.js";
import { columnsOf, type FlatArray, type FlatFile } from "../flat/flat-file.js";
import { type RowRole, rowRole } from "../flat/row-names.js";
import { sideBySide } from "../row-blocks.js";
import { listArray, pickledArray } from "./pickled-array.js";

/** Where the rows stand and how they are wanted. */
export interface PickledPlace {
  /** For messages: the file, and the trajectory where there are several. */
  readonly name: string;
  /** Bytes of the file. */
  readonly size: number;
  /** Bytes of the pickle in it, which may be packed. */
  readonly unpackedSize: number;
  /** Whether they are one trajectory and not a whole recording. */
  readonly trajectory: boolean;
  readonly observationKeys: readonly string[] | undefined;
}

/** AWAC's, which stands for the observation in data of the binary Adroit tasks. */
const DEFAULT_KEYS = ["state_observation"];
/** What D4RL calls the extras of a file, and what robots and simulators began with. */
const NO_ROWS = /^(infos\/|metadata\/|init_)/;

/** @throws DataError where observations are no numbers; UsageError for keys that mean nothing to them */
export function pickledRows(place: PickledPlace, entries: PickleDictionary, allowance: Allowance): FlatFile {
  const arrays = new Map<string, FlatArray>();
  for (const [key, value] of entries) {
    const name = String(key);
    const array = NO_ROWS.test(name) ? undefined : arrayOf(place, name, value, allowance);
    if (array) arrays.set(name, array);
  }
  const count = shapeOfRole(arrays, "actions")?.[0] ?? 0;
  if (place.trajectory) for (const [key, value] of entries) addSingleMark(arrays, String(key), value, count);
  addTimeLimits(arrays, entries.get("env_infos"), count);
  alignRows(arrays, count);
  return {
    name: place.name,
    size: place.size,
    names: Array.from(entries.keys(), String),
    shapes: new Map(Array.from(arrays, ([key, { shape }]) => [key, shape])),
    array: (key) => arrays.get(key)!,
    scalar(key) {
      const value = entries.get(key);
      return typeof value === "number" || typeof value === "boolean" ? Number(value) : undefined;
    },
  };
}

function arrayOf(place: PickledPlace, key: string, value: PickleValue, allowance: Allowance): FlatArray | undefined {
  const where = `"${place.name}": ${quoted(key)}`;
  const role = rowRole(key);
  if (role !== "observations" && role !== "nextObservations") return pickledArray(key, value, where, allowance);
  const rows = value instanceof NumpyArray ? value.data : value;
  if (value instanceof Map || (Array.isArray(rows) && rows[0] instanceof Map))
    return chosenParts(key, value instanceof Map ? value : (rows as PickleValue[]), where, place, allowance);
  if (place.observationKeys === undefined)
    return unrepeated(pickledArray(key, value, where, allowance), where, place, allowance);
  throw new UsageError(
    `"${place.name}" has plain observations, to which observation keys mean nothing; leave them out.`,
  );
}

/** A list can name a picture that is stored once as often as it likes. @throws DataError where there are too many */
function unrepeated(
  array: FlatArray | undefined,
  where: string,
  { unpackedSize }: PickledPlace,
  allowance: Allowance,
): FlatArray | undefined {
  const repeats = array?.bytes === true && (array.shape[0] ?? 0) * columnsOf(array) > unpackedSize;
  if (!repeats || !Number.isFinite(allowance.bytes)) return array;
  throw new DataError(
    `${where} names pictures again and again, so that they are more than the file holds; if you trust the file, read it with "calql data convert --trusted".`,
  );
}

/** Of a dictionary of arrays, or of one dictionary a row, the chosen entries side by side, or the one that is a picture. */
function chosenParts(
  key: string,
  value: PickleDictionary | readonly PickleValue[],
  where: string,
  place: PickledPlace,
  allowance: Allowance,
): FlatArray {
  const { observationKeys = DEFAULT_KEYS } = place;
  const chosen = observationKeys.map((part) => {
    const entry =
      value instanceof Map
        ? partOf(value, part, where)
        : value.map((row, step) => partOf(row, part, `${where}, step ${step},`));
    return { part, entry, where: `${where}, ${quoted(part)},` };
  });
  for (const { part, entry, where: wherePart } of chosen) {
    const array = unrepeated(pickledArray(key, entry, wherePart, allowance), wherePart, place, allowance);
    // Of more than one axis a row, bytes are pictures; others would be, if they were bytes.
    if (array === undefined || array.shape.length < (array.bytes ? 3 : 4)) continue;
    if (chosen.length === 1) return array;
    throw new DataError(
      `${wherePart} has the shape [${array.shape.join(", ")}], as pictures have, which are read only where they are the whole observation; name this key alone, or the others, with --observation-keys ${printable(part)}.`,
    );
  }
  const parts = chosen.map(({ entry, where: wherePart }) => tableOf(entry, wherePart, allowance));
  const table = joined(parts, where, allowance);
  return listArray(key, [table.rows, table.columns], () => table, where, allowance);
}

function partOf(row: PickleValue, key: string, where: string): PickleValue {
  const entry = row instanceof Map ? row.get(key) : undefined;
  if (entry !== undefined) return entry;
  const there = row instanceof Map ? listed(Array.from(row.keys(), String)) : kindOf(row);
  throw new DataError(`${where} has no ${quoted(key)}; there: ${there}. Name the observation keys to take.`);
}

function joined(parts: readonly NumberTable[], where: string, allowance: Allowance): NumberTable {
  if (parts.length === 1) return parts[0]!;
  const rows = parts[0]?.rows ?? 0;
  const columns = parts.reduce((sum, part) => sum + part.columns, 0);
  allowance.bytes -= 4 * rows * columns;
  if (allowance.bytes < 0 || parts.length === 0 || parts.some((part) => part.rows !== rows))
    throw new DataError(`${where} cannot be put together from ${parts.length} keys; name those to take.`);
  return { rows, columns, values: sideBySide(parts, rows) };
}

/** mjrl writes one `terminated` a trajectory: it is that of the last step. */
function addSingleMark(arrays: Map<string, FlatArray>, key: string, value: PickleValue, count: number): void {
  const role = rowRole(key);
  const flag = role === "success" && (value === 0 || value === 1) ? value === 1 : value;
  if (typeof flag !== "boolean" || count === 0) return;
  if (role === "terminals" || role === "timeouts" || role === "dones" || role === "success")
    arrays.set(
      key,
      flags(key, count, (row) => flag && row === count - 1),
    );
}

/** Gym's time limit sets "done" as well; `TimeLimit.truncated`, in one dictionary a step or in one of lists, tells. */
function addTimeLimits(arrays: Map<string, FlatArray>, infos: PickleValue | undefined, count: number): void {
  const rows = infos instanceof NumpyArray ? infos.data : infos;
  const whole = rows instanceof Map ? rows.get("TimeLimit.truncated") : undefined;
  const limits = Array.from({ length: count }, (_, step) => {
    const info = Array.isArray(rows) ? rows[step] : undefined;
    const limit = info instanceof Map ? info.get("TimeLimit.truncated") : Array.isArray(whole) ? whole[step] : false;
    return limit === true;
  });
  if (!limits.includes(true)) return;
  for (const [key, array] of [...arrays]) {
    const role = rowRole(key);
    if ((role === "terminals" || role === "dones") && array.shape[0] === count && columnsOf(array) === 1)
      arrays.set(key, {
        ...array,
        read: (first, asked) => array.read(first, asked).map((flag, i) => (limits[first + i] ? 0 : flag)),
      });
  }
  const key = keyOfRole(arrays, "timeouts") ?? "timeouts";
  const known = arrays.get(key);
  arrays.set(
    key,
    flags(key, count, (row) => limits[row]! || known?.read(row, 1)[0] === 1),
  );
}

/** The last of T + 1 rewards is none; T + 1 observations are also those after each action. */
function alignRows(arrays: Map<string, FlatArray>, count: number): void {
  const [rewards, observations] = [keyOfRole(arrays, "rewards"), keyOfRole(arrays, "observations")];
  const from = (array: FlatArray, key: string, skipped: number): FlatArray => ({
    ...array,
    key,
    shape: [count, ...array.shape.slice(1)],
    read: (first, rows) => array.read(first + skipped, rows),
  });
  const long = (key: string | undefined): key is string => key !== undefined && arrays.get(key)!.shape[0] === count + 1;
  if (long(rewards)) arrays.set(rewards, from(arrays.get(rewards)!, rewards, 0));
  if (!long(observations) || keyOfRole(arrays, "nextObservations") !== undefined) return;
  const all = arrays.get(observations)!;
  arrays.set(observations, from(all, observations, 0));
  arrays.set("next_observations", from(all, observations, 1));
}

function flags(key: string, count: number, isSet: (row: number) => boolean): FlatArray {
  const read = (first: number, rows: number) => Float32Array.from({ length: rows }, (_, i) => Number(isSet(first + i)));
  return { key, shape: [count], chunkRows: 1, integers: false, read };
}

function keyOfRole(arrays: ReadonlyMap<string, FlatArray>, role: RowRole): string | undefined {
  return [...arrays.keys()].find((key) => rowRole(key) === role);
}

function shapeOfRole(arrays: ReadonlyMap<string, FlatArray>, role: RowRole): readonly number[] | undefined {
  const key = keyOfRole(arrays, role);
  return key === undefined ? undefined : arrays.get(key)!.shape;
}
