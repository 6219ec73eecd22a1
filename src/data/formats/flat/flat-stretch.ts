/**
 * A stretch of rows, each value checked, and its marks made out: which rows the task ended, and after which the clock
 * ended the recording of an episode.
 *
 * - `terminals` (or `masks`, inverted) say where the task ended, `timeouts` where the clock did. Beside masks, terminals
 *   may mark the last row of every episode, as OGBench's do.
 * - `ends` and `dones` are set in the last row of an episode, however it ended: where another array says which rows the
 *   task ended, or which the clock, the others are the clock's, or the task's. `dones` alone cannot tell: `DoneMeaning`
 *   says it. `ends` alone are the clock's: nothing says that any task ended.
 * - `starts` and `episodes` tell which rows follow each other.
 */
import { DataError } from "../../../errors.js";
import { checkFinite, flagsOf, printable } from "../../containers/refusal.js";
import { findWrongIndex } from "../../discrete-actions.js";
import type { RecordedRows } from "../../recorded-rows.js";
import { checkedRows } from "../faulty-episode.js";
import { columnsOf, type FlatArray, type FlatFile } from "./flat-file.js";
import { type FlatOptions, type FlatTables, placeOf } from "./flat-tables.js";
import { type RowRole, rowRole } from "./row-names.js";

/**
 * The rows from `first` on, checked.
 * @throws DataError naming the row of a value that is wrong
 */
export function readStretch(
  file: FlatFile,
  tables: FlatTables,
  first: number,
  count: number,
  options: FlatOptions,
): RecordedRows {
  const numbers = (array: FlatArray) => {
    const values = array.read(first, count);
    const complete = count === array.shape[0];
    if (options.allowNonFinite !== true && options.dropFaulty !== true)
      checkedRows(() => checkFinite(values, columnsOf(array), placeOf(file, array), first, complete));
    return values;
  };
  const { nextObservations, marks } = tables;
  const demonstrations = episodeNumbers(file, marks, first, count);
  const rows = {
    count,
    observationSize: tables.observationSize,
    actionSize: tables.actionSize,
    observations: numbers(tables.observations),
    actions: numbers(tables.actions),
    rewards: tables.rewards ? numbers(tables.rewards) : new Float32Array(count),
    ...(tables.rewards === undefined &&
      marks.success && {
        success: flagsOf(marks.success.read(first, count), placeOf(file, marks.success), first),
      }),
    ...(nextObservations && { nextObservations: numbers(nextObservations) }),
    ...endings(file, tables, first, count),
    ...(demonstrations && { demonstrations }),
    ...(marks.counters && { counters: exactly(file, marks.counters, first, count) }),
  };
  refuseWrongActions(file, tables, rows.actions, first, options);
  return rows;
}

/** Whether the file can tell where any episode ends: by marks that are there, or a mark of the task that is ever set. */
export function tellsEnds(file: FlatFile, tables: FlatTables, blockRows: number, options: FlatOptions): boolean {
  const { marks, nextObservations, count } = tables;
  if (nextObservations ?? marks.timeouts ?? marks.ends ?? marks.starts ?? marks.episodes ?? options.horizon)
    return true;
  for (let first = 0; first < count; first += blockRows) {
    const { terminals, timeouts } = endings(file, tables, first, Math.min(blockRows, count - first));
    if (terminals.includes(1) || timeouts?.includes(1)) return true;
  }
  return false;
}

function endings(
  file: FlatFile,
  { marks, done }: FlatTables,
  first: number,
  count: number,
): Pick<RecordedRows, "terminals"> & { readonly timeouts?: Uint8Array } {
  const flags = (role: RowRole) => {
    const array = marks[role];
    return array && flagsOf(array.read(first, count), placeOf(file, array), first);
  };
  const masks = flags("masks")?.map((flag) => 1 - flag);
  const terminalsOrEnds = flags("terminals");
  refuseContradiction(file, marks, terminalsOrEnds, masks, first);
  const told = masks ?? terminalsOrEnds;
  const timeouts = flags("timeouts");
  const dones = flags("dones");
  // Beside masks, which say where the task ended, terminals may mark the last row of every episode.
  const ends = masks ? bothOf(flags("ends"), terminalsOrEnds) : flags("ends");
  const none = new Uint8Array(count);
  const doneIsTask = told === undefined && done.clockFrom > 0;
  const terminals = told ?? (dones && doneIsTask ? dones.map((flag, row) => (timeouts?.[row] === 1 ? 0 : flag)) : none);
  const clocks = [timeouts, ends, doneIsTask ? undefined : dones].filter((marked) => marked !== undefined);
  if (clocks.length === 0) return { terminals };
  // A row that both arrays mark stays marked twice; one that ends an episode by task is no clock's.
  const clock = none.map((_, row) =>
    timeouts?.[row] === 1 || (terminals[row] === 0 && clocks.some((marked) => marked[row] === 1)) ? 1 : 0,
  );
  return { terminals, timeouts: clock };
}

/** Rows that either of two arrays marks. */
function bothOf(one: Uint8Array | undefined, other: Uint8Array | undefined): Uint8Array | undefined {
  return one && other ? one.map((flag, row) => flag | other[row]!) : (one ?? other);
}

/** @throws DataError where masks say that the task ended, and terminals do not */
function refuseContradiction(
  file: FlatFile,
  marks: FlatTables["marks"],
  terminals: Uint8Array | undefined,
  masks: Uint8Array | undefined,
  first: number,
): void {
  const row = terminals === undefined || masks === undefined ? -1 : masks.findIndex((flag, i) => flag > terminals[i]!);
  if (row < 0) return;
  throw new DataError(
    `${placeOf(file, marks.terminals!)} and "${marks.masks!.key}" contradict each other about the task's end in row ${first + row}; leave one aside with --ignore ${marks.masks!.key}, if it marks padding or something else.`,
  );
}

/** Numbers that change where an episode begins: where one is marked, and where the episode's own number changes. */
function episodeNumbers(
  file: FlatFile,
  { starts, episodes }: FlatTables["marks"],
  first: number,
  count: number,
): Float64Array | undefined {
  if (starts === undefined && episodes === undefined) return undefined;
  const begins = starts && flagsOf(starts.read(first, count), placeOf(file, starts), first);
  const own = episodes && exactly(file, episodes, first, count);
  let number = 0;
  return Float64Array.from({ length: count }, (_, row) => {
    if (row > 0 && (begins?.[row] === 1 || own?.[row] !== own?.[row - 1])) number++;
    return number;
  });
}

/** Numbers of which order and equality count. @throws DataError for one that could not be told from its neighbours */
function exactly(file: FlatFile, array: FlatArray, first: number, count: number): Float32Array | Float64Array {
  const values = array.readExactly?.(first, count) ?? array.read(first, count);
  const largest = values instanceof Float64Array ? 2 ** 53 : 2 ** 24;
  const row = values.findIndex((value) => !(Math.abs(value) < largest));
  if (row < 0) return values;
  // Without the ids, episodes that nothing else parts would be joined.
  const remedy =
    rowRole(array.key) === "counters"
      ? `count each episode's steps from 0 on, or leave it aside with --ignore ${printable(array.key)}`
      : `number the episodes from 0 on (numpy.unique(ids, return_inverse=True)[1])`;
  throw new DataError(
    `${placeOf(file, array)} holds ${values[row]} in row ${first + row}, beyond the numbers that can be told apart here; ${remedy}.`,
  );
}

function refuseWrongActions(
  file: FlatFile,
  tables: FlatTables,
  actions: Float32Array,
  first: number,
  { discreteActions }: FlatOptions,
): void {
  if (discreteActions === undefined) return;
  const row = findWrongIndex(actions, discreteActions);
  if (row < 0) return;
  throw new DataError(
    `${placeOf(file, tables.actions)} holds ${actions[row]} in row ${first + row}, which is no whole number from 0 to ${discreteActions - 1}, the actions that are declared; repair the row or the count.`,
  );
}
