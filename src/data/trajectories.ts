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
  readonly demonstrations?: Float32Array;
}

/** How row `row` stands to the one after it. */
type Ending =
  | "none"
  /** The task ended in this row. */
  | "terminal"
  /** The recording ended with this row, whose next observation is unknown: it gives only the last observation. */
  | "dropped"
  /** The recording ended with this row, whose next observation is stored. */
  | "cut";

const SAME_OBSERVATION = 1e-6;

/**
 * Splits rows into episodes as D4RL's own tools do.
 *
 * - A terminal ends an episode with its row. Consecutive terminal rows, which AntMaze data hold after a success, are
 *   episodes of length 1 each, and the rows after the last of them are an episode of their own.
 * - A timeout drops its row, because the row after it belongs to another episode; its observation is the last one of
 *   the episode, which is `truncated`. That holds for a row that is terminal as well.
 * - Without timeouts, the horizon counts rows, or else a change of the demonstration's number ends an episode.
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
  return splitStretch(rows, horizon, true).episodes;
}

/**
 * Splits a stretch of a longer recording, as `splitTrajectories` does; it begins where an episode does.
 * @param complete whether the rows end where the recording does; else the last row's ending is not known yet
 */
export function splitStretch(rows: RecordedRows, horizon: number | undefined, complete: boolean): SplitRows {
  const episodes: Episode[] = [];
  const known = complete ? rows.count : rows.count - 1;
  let start = 0;
  for (let row = 0; row < known; row++) {
    const ending = endingOf(rows, row, row - start, horizon);
    if (ending === "none") continue;
    const end = ending === "dropped" ? row : row + 1;
    if (end > start) episodes.push(episodeOf(rows, start, end, ending));
    start = row + 1;
  }
  return { episodes, used: start };
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
  readonly used: number;
}

function endingOf(rows: RecordedRows, row: number, step: number, horizon: number | undefined): Ending {
  const { timeouts, terminals, nextObservations, demonstrations } = rows;
  if (timeouts?.[row] === 1) return "dropped";
  if (timeouts === undefined && step + 1 === horizon) return "dropped";
  if (terminals[row] === 1) return "terminal";
  const last = row + 1 === rows.count;
  const { observations, observationSize: size } = rows;
  if (nextObservations !== undefined)
    return !last && sameObservation(nextObservations, row * size, observations, (row + 1) * size, size)
      ? "none"
      : "cut";
  if (last) return "dropped";
  if (timeouts !== undefined || horizon !== undefined || demonstrations === undefined) return "none";
  return demonstrations[row] === demonstrations[row + 1] ? "none" : "dropped";
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
    terminated: rows.terminals.subarray(start, end),
    truncated: ending !== "terminal",
  };
}

/** The observations of rows start .. end - 1 and the one after them. */
function observationsOf(rows: RecordedRows, start: number, end: number, ending: Ending): Float32Array {
  const { observations, nextObservations, observationSize: size } = rows;
  const stored = ending === "dropped" ? undefined : nextObservations;
  if (stored === undefined && end < rows.count) return observations.subarray(start * size, (end + 1) * size);
  const own = new Float32Array((end - start + 1) * size);
  own.set(observations.subarray(start * size, end * size));
  // A terminal row that closes the file has no next observation: its own stands in, and no bootstrap will use it.
  own.set((stored ?? observations).subarray((end - 1) * size, end * size), (end - start) * size);
  return own;
}
