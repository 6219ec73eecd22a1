/**
 * A stretch of rows, each value checked, and its marks made out: which rows the task ended, and after which the clock
 * ended the recording of an episode.
 *
 * - `terminals` (or `masks`, inverted) say where the task ended, `timeouts` where the clock did.
 * - `ends` and `dones` are set in the last row of an episode, however it ended: where another array says which rows the
 *   task ended, or which the clock, the others are the clock's, or the task's. `dones` alone cannot tell: the task's, or
 *   what the caller says (`doneMeans`). `ends` alone are the clock's: nothing says that any task ended.
 * - `starts` and `episodes` tell which rows follow each other.
 */
import { DataError } from "../../../errors.js";
import { checkFinite, flagsOf } from "../../containers/refusal.js";
import { findWrongIndex } from "../../discrete-actions.js";
import type { RecordedRows } from "../../trajectories.js";
import { checkedIn } from "../faulty-episode.js";
import { columnsOf, type FlatArray, type FlatFile } from "./flat-file.js";
import { type FlatOptions, type FlatTables, placeOf } from "./flat-tables.js";
import type { RowRole } from "./row-names.js";

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
      checkedIn({ where: "", place: "", steps: 0 }, "", () =>
        checkFinite(values, columnsOf(array), placeOf(file, array), first, complete),
      );
    return values;
  };
  const { nextObservations, marks } = tables;
  const demonstrations = marks.starts ?? marks.episodes;
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
    ...endings(file, tables, first, count, options),
    ...(demonstrations && { demonstrations: episodeNumbers(demonstrations.read(first, count), marks.starts) }),
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
    const { terminals, timeouts } = endings(file, tables, first, Math.min(blockRows, count - first), options);
    if (terminals.includes(1) || timeouts?.includes(1)) return true;
  }
  return false;
}

function endings(
  file: FlatFile,
  { marks }: FlatTables,
  first: number,
  count: number,
  { doneMeans }: FlatOptions,
): Pick<RecordedRows, "terminals"> & { readonly timeouts?: Uint8Array } {
  const flags = (role: RowRole) => {
    const array = marks[role];
    return array && flagsOf(array.read(first, count), placeOf(file, array), first);
  };
  const masks = flags("masks")?.map((flag) => 1 - flag);
  const told = sameEnds(file, marks, flags("terminals"), masks, first);
  const timeouts = flags("timeouts");
  const dones = flags("dones");
  const ends = flags("ends");
  const none = new Uint8Array(count);
  const doneIsTask = told === undefined && doneMeans !== "clock";
  const terminals = told ?? (dones && doneIsTask ? dones.map((flag, row) => (timeouts?.[row] === 1 ? 0 : flag)) : none);
  const clocks = [timeouts, ends, doneIsTask ? undefined : dones].filter((marked) => marked !== undefined);
  if (clocks.length === 0) return { terminals };
  // A row that both arrays mark stays marked twice; one that ends an episode by task is no clock's.
  const clock = none.map((_, row) =>
    timeouts?.[row] === 1 || (terminals[row] === 0 && clocks.some((marked) => marked[row] === 1)) ? 1 : 0,
  );
  return { terminals, timeouts: clock };
}

/** Where the task ended, by one array or two. @throws DataError where two contradict each other */
function sameEnds(
  file: FlatFile,
  marks: FlatTables["marks"],
  terminals: Uint8Array | undefined,
  masks: Uint8Array | undefined,
  first: number,
): Uint8Array | undefined {
  if (terminals === undefined || masks === undefined) return terminals ?? masks;
  const row = terminals.findIndex((flag, i) => flag !== masks[i]);
  if (row < 0) return terminals;
  throw new DataError(
    `${placeOf(file, marks.terminals!)} and "${marks.masks!.key}" contradict each other about the task's end in row ${first + row}; leave one aside with --ignore ${marks.masks!.key}.`,
  );
}

/** Numbers that change where an episode begins. */
function episodeNumbers(values: Float32Array, starts: FlatArray | undefined): Float32Array {
  if (starts === undefined) return values;
  let episode = 0;
  return values.map((flag) => (flag === 0 ? episode : ++episode));
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
