/**
 * Where one trajectory ends and the next begins: turns rows that were recorded one after the other into episodes.
 * The next observation of a row is the observation of the row after it, except where a trajectory ends.
 */

import { DataError } from "../errors.js";
import { STATE } from "./columns.js";
import type { Episode } from "./episode.js";

/** Rows as recorded; arrays are row-major. */
export interface RecordedRows {
  readonly count: number;
  readonly observationSize: number;
  readonly actionSize: number;
  /** [count, observationSize] */
  readonly observations: Float32Array;
  /** [count, actionSize] */
  readonly actions: Float32Array;
  /** [count] */
  readonly rewards: Float32Array;
  /** [count], 1 where the task ended. */
  readonly terminals: Uint8Array;
  /** [count], 1 where the clock ended the episode. */
  readonly timeouts?: Uint8Array;
  /** [count, observationSize] */
  readonly nextObservations?: Float32Array;
  /** [count], the number of the demonstration that a row belongs to. */
  readonly demonstrations?: Float32Array | Float64Array;
  /** [count], a counter of steps or the time within an episode: where it falls back, another one has begun. */
  readonly counters?: Float32Array | Float64Array;
  /** [count], 1 where the task was solved; only where rewards are made of it. */
  readonly success?: Uint8Array;
}

/** How row `row` stands to the one after it. */
type Ending =
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
const reasons: Readonly<Partial<Record<Ending, string>>> = {
  dropped: "because an episode ends there and what was observed next is not stored",
  reset: "because an episode ends there and what was observed next is not stored",
  repeated: "because they repeat the end of the task in the row before, and the clock ended the recording there",
};

/** How rows are split. */
export interface SplitRules {
  /** Steps after which the clock ends an episode, where no mark of the clock is there. */
  readonly horizon?: number | undefined;
  /** Whether a mark of the task's end is the clock's in an episode that is as long as the horizon. */
  readonly doneMayBeClock?: boolean | undefined;
  /** Whether the row before the first one is terminal, and the recording went on after it. */
  readonly afterTerminal?: boolean | undefined;
  /** The reward of the row before the first one. */
  readonly rewardBefore?: number | undefined;
  /** Whether a row of zeros at an end may be one that only holds the last observation. */
  readonly closingRows?: boolean | undefined;
  /** Where rewards are made: whether an episode succeeded, by its number in the stretch and its rows. */
  readonly succeeded?: ((episode: number, first: number, last: number) => boolean) | undefined;
  /** Whether the rows end where the recording does; else the last row's ending is not known yet. */
  readonly complete: boolean;
}

/**
 * Splits rows into episodes as D4RL's own tools do, but for what these lose.
 *
 * - A terminal ends an episode with its row. Consecutive terminal rows, which AntMaze data hold after a success, are
 *   episodes of length 1 each, and the rows after the last of them are an episode of their own.
 * - A timeout drops its row, because the row after it belongs to another episode; its observation is the last one of
 *   the episode, which is `truncated`. If its own next observation is stored, the row is kept.
 * - A row that is terminal as well is the task's end, which D4RL's tools drop; only where it repeats the terminal row
 *   before it, after which the recording went on, it is dropped.
 * - Without timeouts, the horizon counts rows. A change of the demonstration's number always ends an episode, and so does
 *   a counter that falls back.
 * - A stored next observation that differs from the next row's observation ends an episode; the row is kept.
 * - The end of the file is such an end too: its last row is kept only if terminal or if its next observation is stored.
 *
 * Where rows follow each other, observations and actions of an episode are views into the rows, not copies.
 *
 * @param source the file's name for messages
 * @throws DataError if nothing tells where an episode ends
 */
export function splitTrajectories(rows: RecordedRows, source: string, horizon?: number): Episode[] {
  const told = rows.timeouts ?? rows.nextObservations ?? rows.demonstrations ?? horizon;
  if (told === undefined && !rows.terminals.includes(1)) throw endlessError(source);
  return splitStretch(rows, { horizon, complete: true }).episodes;
}

/** Splits a stretch of a longer recording, as `splitTrajectories` does; it begins where an episode does. */
export function splitStretch(rows: RecordedRows, rules: SplitRules): SplitRows {
  const episodes: Episode[] = [];
  const leftOut: SplitRows["leftOut"][number][] = [];
  const known = rules.complete ? rows.count : rows.count - 1;
  const firstRows: number[] = [];
  let met = 0;
  let jumps = 0;
  let resets = 0;
  let cut = 0;
  let start = 0;
  for (let row = 0; row < known; row++) {
    const recorded = endingOf(rows, row, row - start, rules);
    if (recorded === "none") continue;
    const solved = rules.succeeded?.(met++, start, row);
    const ending = solved ? "terminal" : recorded;
    if (ending === "jump") jumps++;
    if (ending === "reset") resets++;
    if (isCut(rows, row, row - start, rules)) cut++;
    const reason = reasons[ending];
    const closes =
      rules.closingRows !== false && (row > start || followsTerminal(rows, row, rules)) && onlyCloses(rows, row, rules);
    if (reason !== undefined && !closes) leftOut.push({ row, reason });
    const end = reason !== undefined ? row : row + 1;
    if (end > start) {
      const episode = episodeOf(rows, start, end, ending);
      episodes.push(solved === undefined ? episode : rewarded(episode, solved));
      firstRows.push(start);
    }
    start = row + 1;
  }
  return { episodes, firstRows, met, used: start, jumps, resets, cut, leftOut };
}

/** Whether only the horizon ended an episode in the middle of the rows. */
function isCut({ timeouts, terminals, count }: RecordedRows, row: number, step: number, rules: SplitRules): boolean {
  return step + 1 === rules.horizon && timeouts === undefined && terminals[row] === 0 && row + 1 < count;
}

/** One endless episode would hide the seams between its parts as if they were transitions. */
export function endlessError(source: string): DataError {
  return new DataError(
    `"${source}" has no "timeouts" and no terminal row, so nothing tells where an episode ends; ` +
      "give the environment's horizon, or store timeouts.",
  );
}

/** Episodes, and how many rows they and what was dropped between them took. */
export interface SplitRows {
  readonly episodes: Episode[];
  /** The first row of each episode. */
  readonly firstRows: readonly number[];
  /** Episodes that were counted for their success, those without a step too. */
  readonly met: number;
  readonly used: number;
  /** Episodes that end where the observations do not continue, without a mark. */
  readonly jumps: number;
  /** Episodes that end where the counter of steps falls back, without a mark. */
  readonly resets: number;
  /** Episodes that end at the horizon, without a mark. */
  readonly cut: number;
  /** Rows whose step is lost, and why. */
  readonly leftOut: readonly { readonly row: number; readonly reason: string }[];
}

function endingOf(rows: RecordedRows, row: number, step: number, rules: SplitRules): Ending {
  const { timeouts, terminals } = rows;
  const { horizon = Number.POSITIVE_INFINITY, doneMayBeClock = false } = rules;
  const byClock = doneMayBeClock && step + 1 >= horizon;
  if (terminals[row] === 1 && !byClock) {
    if (timeouts?.[row] !== 1) return "terminal";
    return followsTerminal(rows, row, rules) ? "repeated" : "terminal";
  }
  // Where done means either, only its marks end an episode.
  const atHorizon = doneMayBeClock ? terminals[row] === 1 : step + 1 === horizon;
  const clock = timeouts === undefined ? atHorizon : timeouts[row] === 1;
  if (clock) return knowsNext(rows, row) ? "cut" : "dropped";
  return unmarkedEnding(rows, row);
}

/** Whether the task ended in the row before, and the recording went on. */
function followsTerminal({ terminals, timeouts }: RecordedRows, row: number, rules: SplitRules): boolean {
  return row > 0 ? terminals[row - 1] === 1 && timeouts?.[row - 1] !== 1 : rules.afterTerminal === true;
}

/**
 * Writers close an episode with a row of no action and the reward before it, which only holds its last observation: no
 * step is lost with it.
 */
function onlyCloses({ actions, actionSize, rewards }: RecordedRows, row: number, rules: SplitRules): boolean {
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

function episodeOf(rows: RecordedRows, start: number, end: number, ending: Ending): Episode {
  return {
    length: end - start,
    observations: { [STATE]: observationsOf(rows, start, end, ending) },
    actions: rows.actions.subarray(start * rows.actionSize, end * rows.actionSize),
    rewards: rows.rewards.subarray(start, end),
    terminated: terminatedOf(rows.terminals.subarray(start, end), ending),
    truncated: ending !== "terminal",
  };
}

/** With 1 as the last reward where the task was solved, which ends it, and 0 as all others. */
function rewarded(episode: Episode, solved: boolean): Episode {
  const rewards = new Float32Array(episode.length);
  if (!solved) return { ...episode, rewards };
  rewards[episode.length - 1] = 1;
  const terminated = episode.terminated.slice();
  terminated[episode.length - 1] = 1;
  return { ...episode, rewards, terminated, truncated: false };
}

/** A mark of done that the horizon explains is the clock's, and the last step keeps its bootstrap. */
function terminatedOf(terminals: Uint8Array, ending: Ending): Uint8Array {
  if (ending === "terminal" || terminals.at(-1) !== 1) return terminals;
  const own = terminals.slice();
  own[own.length - 1] = 0;
  return own;
}

/** The observations of rows start .. end - 1 and the one after them. */
function observationsOf(rows: RecordedRows, start: number, end: number, ending: Ending): Float32Array {
  const { observations, nextObservations, observationSize: size, timeouts } = rows;
  const stored = reasons[ending] === undefined ? nextObservations : undefined;
  // Where the clock ended the recording with the task, the row after it belongs to another one.
  const parted = ending === "terminal" && timeouts?.[end - 1] === 1;
  if (stored === undefined && end < rows.count && !parted) return observations.subarray(start * size, (end + 1) * size);
  const own = new Float32Array((end - start + 1) * size);
  own.set(observations.subarray(start * size, end * size));
  // A terminal row that closes a recording has no next observation: its own stands in, and no bootstrap will use it.
  own.set((stored ?? observations).subarray((end - 1) * size, end * size), (end - start) * size);
  return own;
}
