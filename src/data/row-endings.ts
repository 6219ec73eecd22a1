/**
 * Where one trajectory ends: what the marks of a row say, and what the rows beside it say where nothing marks it.
 */
import type { RecordedRows, SplitRules } from "./recorded-rows.js";

/** How row `row` stands to the one after it. */
export type Ending =
  | "none"
  /** The task ended in this row. */
  | "terminal"
  /** The recording ended with this row, whose next observation is unknown: it gives only the last observation. */
  | "dropped"
  /** A row that is marked as the task's end and the clock's, after a terminal row: AntMaze data repeat a success so. */
  | "repeated"
  /** The recording ended with this row, whose next observation is stored. */
  | "cut"
  /** As "cut", but nothing marks it: only the observations do not continue. */
  | "jump"
  /** As "dropped", but nothing marks it: only the counter of steps falls back. */
  | "reset";

const SAME_OBSERVATION = 1e-6;

/** Why a row gives no step, to follow a count of rows. */
export const reasons: Readonly<Partial<Record<Ending, string>>> = {
  dropped: "because an episode ends there and what was observed next is not stored",
  reset: "because an episode ends there and what was observed next is not stored",
  repeated: "because they repeat the end of the task in the row before, and the clock ended the recording there",
};

/** Whether only the horizon ended an episode in the middle of the rows. */
export function isCut(rows: RecordedRows, row: number, step: number, rules: SplitRules): boolean {
  return isAtHorizon(rows, step, rules) && rows.terminals[row] === 0 && row + 1 < rows.count;
}

/** Whether the horizon ends the episode, as nothing marks where the clock did. */
function isAtHorizon({ timeouts }: RecordedRows, step: number, { horizon, clockFrom = never }: SplitRules): boolean {
  return step + 1 === horizon && timeouts === undefined && clockFrom === never;
}

const never = Number.POSITIVE_INFINITY;

/** How a row stands to the one after it. @param step of its episode, from 0 */
export function endingOf(rows: RecordedRows, row: number, step: number, rules: SplitRules): Ending {
  const { timeouts, terminals } = rows;
  const byClock = terminals[row] === 1 && step + 1 >= (rules.clockFrom ?? never);
  if (terminals[row] === 1 && !byClock) {
    if (timeouts?.[row] !== 1) return "terminal";
    return followsTerminal(rows, row, rules) ? "repeated" : "terminal";
  }
  if (byClock || timeouts?.[row] === 1 || isAtHorizon(rows, step, rules))
    return knowsNext(rows, row) ? "cut" : "dropped";
  return unmarkedEnding(rows, row);
}

/** Whether the task ended in the row before, and the recording went on. */
export function followsTerminal({ terminals, timeouts }: RecordedRows, row: number, rules: SplitRules): boolean {
  return row > 0 ? terminals[row - 1] === 1 && timeouts?.[row - 1] !== 1 : rules.afterTerminal === true;
}

/**
 * Writers close an episode with a row of no action and the reward before it, which only holds its last observation: no
 * step is lost with it.
 */
export function onlyCloses({ actions, actionSize, rewards }: RecordedRows, row: number, rules: SplitRules): boolean {
  const before = row > 0 ? rewards[row - 1] : rules.rewardBefore;
  if (rewards[row] !== 0 && rewards[row] !== before) return false;
  return actions.subarray(row * actionSize, (row + 1) * actionSize).every((value) => value === 0);
}

/** Whether what was observed after the last row of an episode is stored, and not just the first of the next episode. */
function knowsNext(rows: RecordedRows, row: number): boolean {
  if (rows.nextObservations === undefined) return false;
  return row + 1 === rows.count || !goesOn(rows, row);
}

function unmarkedEnding(rows: RecordedRows, row: number): Ending {
  const { nextObservations, demonstrations, counters } = rows;
  const last = row + 1 === rows.count;
  if (last || (demonstrations !== undefined && demonstrations[row] !== demonstrations[row + 1]))
    return knowsNext(rows, row) ? "cut" : "dropped";
  if (nextObservations !== undefined && !goesOn(rows, row)) return "jump";
  return counters !== undefined && counters[row + 1]! < counters[row]! ? "reset" : "none";
}

/** Whether the stored next observation of a row is that of the row after it. */
function goesOn({ nextObservations, observations, observationSize: size }: RecordedRows, row: number): boolean {
  return sameObservation(nextObservations!, row * size, observations, (row + 1) * size, size);
}

/**
 * Whether a stored next observation is the one that follows: closer than the field's tolerance (Euclidean). Numbers that
 * are not finite are there only for inspection and count as the same.
 * @param at where the stored one begins; @param followingAt where the other does
 */
export function sameObservation(
  stored: Float32Array,
  at: number,
  following: Float32Array,
  followingAt: number,
  size: number,
): boolean {
  let squares = 0;
  for (let i = 0; i < size; i++) {
    const difference = stored[at + i]! - following[followingAt + i]!;
    if (Number.isFinite(difference)) squares += difference * difference;
  }
  return Math.sqrt(squares) <= SAME_OBSERVATION;
}
