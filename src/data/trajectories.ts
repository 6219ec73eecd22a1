/**
 * Where one trajectory ends and the next begins: turns rows that were recorded one after the other into episodes.
 * The next observation of a row is the observation of the row after it, except where a trajectory ends.
 */

import { DataError } from "../errors.js";
import { STATE } from "./columns.js";
import type { Episode } from "./episode.js";
import type { RecordedRows, SplitRules } from "./recorded-rows.js";
import { type Ending, endingOf, followsTerminal, isCut, onlyCloses, reasons } from "./row-endings.js";

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
  const solvedOnes: boolean[] = [];
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
      episodes.push(solved ? endedByTask(episode) : episode);
      solvedOnes.push(solved === true);
      firstRows.push(start);
    }
    start = row + 1;
  }
  return { episodes, firstRows, solved: solvedOnes, met, used: start, jumps, resets, cut, leftOut };
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
  /** Whether each was solved, as the rules say. */
  readonly solved: readonly boolean[];
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

/** A success ends the task, whatever the marks say. */
function endedByTask(episode: Episode): Episode {
  const terminated = episode.terminated.slice();
  terminated[episode.length - 1] = 1;
  return { ...episode, terminated };
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
