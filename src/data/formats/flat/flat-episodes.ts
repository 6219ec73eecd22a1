/**
 * The episodes of a file of flat rows. The rows are read a stretch at a time, so that the file may be larger than memory;
 * `trajectories.ts` knows where one trajectory ends and the next begins.
 */
import { DataError, UsageError } from "../../../errors.js";
import { vectorParts } from "../../columns.js";
import type { Episode } from "../../episode.js";
import type { EpisodeSource } from "../../episode-source.js";
import { ReadingNotes } from "../../reading-notes.js";
import { endlessError, type RecordedRows, type SplitRules, splitStretch } from "../../trajectories.js";
import { EpisodeMemory } from "../episode-memory.js";
import { columnsOf, type FlatArray, type FlatFile } from "./flat-file.js";
import { readStretch, tellsEnds } from "./flat-stretch.js";
import { type FlatOptions, type FlatTables, flatTables } from "./flat-tables.js";

/** How stretches are read; for tests. */
export interface StretchOptions extends FlatOptions {
  /** About how many bytes of rows are in memory at once; an episode always is. */
  readonly stretchBytes?: number;
  /** Whether the file may close episodes with rows of zeros that hold no step; default true. */
  readonly closingRows?: boolean;
}

/** A file that is opened for one pass. */
export type OpenFlatFile = () => Promise<{ readonly file: FlatFile; close(): void }>;

/** Large against a chunk, of which one may be read twice at each end. */
const STRETCH_BYTES = 2 ** 22;

/** @throws DataError where the arrays do not fit together, or nothing tells where an episode ends */
export async function openFlat(open: OpenFlatFile, name: string, options: StretchOptions): Promise<EpisodeSource> {
  checkHorizon(options);
  const tables = await passOver(open, (file) => {
    const tables = flatTables(file, options);
    if (!tellsEnds(file, tables, stretchRows(tables, options), options)) throw endlessError(name);
    return tables;
  });
  const notes = new ReadingNotes();
  return {
    source: name,
    observations: vectorParts(tables.observationSize),
    actionSize: tables.actionSize,
    discreteActions: options.discreteActions,
    steps: tables.count,
    notes,
    async *episodes() {
      notes.begin();
      const { file, close } = await open();
      try {
        yield* episodesOf(file, flatTables(file, options), options, notes);
      } finally {
        close();
      }
    },
  };
}

async function passOver<T>(open: OpenFlatFile, use: (file: FlatFile) => T): Promise<T> {
  const { file, close } = await open();
  try {
    return use(file);
  } finally {
    close();
  }
}

/** Each stretch begins where an episode does, and is read again with more rows if it does not hold a whole one. */
function* episodesOf(
  file: FlatFile,
  tables: FlatTables,
  options: StretchOptions,
  notes: ReadingNotes,
): Generator<Episode> {
  const { count } = tables;
  const usual = stretchRows(tables, options);
  const memory = new EpisodeMemory(`"${file.name}"`, options).addFile(file.size);
  // The stretch before it, of half the rows, may not have been given back yet.
  const most = memory.mostRows(1.5 * bytesPerRow(tables));
  const rules = {
    horizon: options.horizon,
    doneMayBeClock: tables.marks.dones !== undefined && options.doneMeans === "either",
    closingRows: options.closingRows !== false,
  };
  let found = 0;
  let jumps = 0;
  let resets = 0;
  let first = 0;
  let before: Pick<SplitRules, "afterTerminal" | "rewardBefore"> = {};
  for (let wanted = usual; first < count; ) {
    const rows = Math.min(wanted, count - first, most);
    const stretch = readStretch(file, tables, first, rows, options);
    const split = splitStretch(stretch, { ...rules, ...before, complete: first + rows === count });
    yield* split.episodes;
    found += split.episodes.length;
    jumps += split.jumps;
    resets += split.resets;
    for (const { row, reason } of split.leftOut) notes.leaveOut(1, reason, `row ${first + row}`);
    if (first + rows === count) break;
    if (split.used === 0 && rows === most) throw memory.tooLong(`the episode from row ${first} on`);
    first += split.used;
    if (split.used > 0) before = rowBefore(stretch, split.used - 1);
    // Twice what is left over, so that the rows of a long episode are not read more than twice on average.
    wanted = Math.max(usual, 2 * (rows - split.used));
  }
  sayWhatWasAssumed(tables, jumps, options, notes);
  if (resets > 0)
    notes.say(
      `${resets} episodes end where "${tables.marks.counters!.key}" falls back, without a mark; the clock is taken to have ended them.`,
    );
  if (found > 0) return;
  throw new DataError(
    `"${file.name}" holds ${count} rows but no step whose next observation is known; record longer episodes.`,
  );
}

/** What the rows that follow need to know of the last one before them. */
function rowBefore(
  { terminals, timeouts, rewards }: RecordedRows,
  row: number,
): Pick<SplitRules, "afterTerminal" | "rewardBefore"> {
  return { afterTerminal: terminals[row] === 1 && timeouts?.[row] !== 1, rewardBefore: rewards[row] };
}

export function sayWhatWasAssumed(
  { marks }: FlatTables,
  jumps: number,
  options: FlatOptions,
  notes: ReadingNotes,
): void {
  if (jumps > 0)
    notes.say(
      `${jumps} episodes end where the stored next observation is not that of the next row, without a mark; the clock is taken to have ended them.`,
    );
  const { terminals, masks, timeouts, dones, ends } = marks;
  if (dones && !terminals && !masks && !timeouts && options.doneMeans === undefined)
    notes.say(
      `"${dones.key}" cannot tell whether the task or the clock ended an episode; it is taken for the task's end. Where the clock sets it too, say --done-means clock or either.`,
    );
  if (!terminals && !masks && !dones)
    notes.say(
      `Nothing marks where the task ended${ends || timeouts ? ", so the clock is taken to have ended all episodes" : ""}.`,
    );
}

/** The arrays that take the memory. */
function largeArrays({ observations, actions, rewards, nextObservations }: FlatTables): FlatArray[] {
  return [observations, actions, rewards, nextObservations].filter((array) => array !== undefined);
}

function bytesPerRow(tables: FlatTables): number {
  return largeArrays(tables).reduce((sum, array) => sum + 4 * columnsOf(array), 0);
}

function stretchRows(tables: FlatTables, { stretchBytes = STRETCH_BYTES }: StretchOptions): number {
  const chunkRows = Math.max(...largeArrays(tables).map((array) => array.chunkRows));
  const usual = Math.max(2, Math.ceil(stretchBytes / bytesPerRow(tables)));
  // Longer where chunks are, but not by much: in memory count the rows and not how well they are packed.
  return Math.max(usual, Math.min(4 * chunkRows, 2 * usual, tables.count));
}

export function checkHorizon({ horizon, doneMeans }: FlatOptions): void {
  if (horizon !== undefined && !(Number.isInteger(horizon) && horizon >= 1))
    throw new RangeError(`The horizon must be a whole number of steps from 1 on, not ${horizon}.`);
  if (doneMeans === "either" && horizon === undefined)
    throw new UsageError(
      "Done can mean either the task's end or the clock's only where the horizon is known; give it with --horizon STEPS.",
    );
}
