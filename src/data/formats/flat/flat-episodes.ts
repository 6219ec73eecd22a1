/**
 * The episodes of a file of flat rows. The rows are read a stretch at a time, so that the file may be larger than memory;
 * `trajectories.ts` knows where one trajectory ends and the next begins.
 */

import { vectorParts } from "../../columns.js";
import type { Episode } from "../../episode.js";
import type { EpisodeSource } from "../../episode-source.js";
import { ReadingNotes } from "../../reading-notes.js";
import type { RecordedRows, SplitRules } from "../../recorded-rows.js";
import { endlessError, splitStretch } from "../../trajectories.js";
import { EpisodeMemory } from "../episode-memory.js";
import type { ReadOptions } from "../format.js";
import { columnsOf, type FlatArray, type FlatFile } from "./flat-file.js";
import { FlatPass, filledRows } from "./flat-pass.js";
import { pictureShape, picturesAsRows, withFlatPictures } from "./flat-pictures.js";
import { readStretch, tellsEnds } from "./flat-stretch.js";
import { type FlatOptions, type FlatTables, flatTables } from "./flat-tables.js";
import { withoutIdleTimeouts } from "./idle-timeouts.js";
import { recordingsIn } from "./recordings.js";

/** How stretches are read; for tests. */
export interface StretchOptions extends FlatOptions {
  /** About how many bytes of rows are in memory at once; an episode always is. */
  readonly stretchBytes?: number;
}

/** A file that is opened for one pass. */
export type OpenFlatFile = () => Promise<{ readonly file: FlatFile; close(): void }>;

/** Large against a chunk, of which one may be read twice at each end. */
const STRETCH_BYTES = 2 ** 22;

/** @throws DataError where the arrays do not fit together, or nothing tells where an episode ends */
export async function openFlat(
  openFile: OpenFlatFile,
  name: string,
  options: StretchOptions & Pick<ReadOptions, "images" | "imageSize">,
): Promise<EpisodeSource> {
  const shape = await passOver(openFile, pictureShape);
  const open: OpenFlatFile = async () => {
    const { file, close } = await openFile();
    return { file: picturesAsRows(file), close };
  };
  return withFlatPictures(await openRows(open, name, options), shape, options);
}

async function openRows(open: OpenFlatFile, name: string, asked: StretchOptions): Promise<EpisodeSource> {
  const options = await passOver(open, (file) => {
    const recordings = recordingsIn(file, asked.ignore).views.map((view) => view(file));
    flatTables(recordings[0]!, asked);
    return withoutIdleTimeouts(recordings, asked);
  });
  const { tables, views, assumed, steps } = await passOver(open, (opened) => {
    const { views, notes } = recordingsIn(opened, options.ignore);
    const file = views[0]!(opened);
    const tables = flatTables(file, options);
    if (!tellsEnds(file, tables, stretchRows(tables, options), options)) throw endlessError(name);
    const rowsIn = (view: (typeof views)[number]) => view(opened).shapes.get(tables.observations.key)![0]!;
    return { tables, views, assumed: notes, steps: views.reduce((sum, view) => sum + rowsIn(view), 0) };
  });
  const notes = new ReadingNotes();
  return {
    source: name,
    observations: vectorParts(tables.observationSize),
    actionSize: tables.actionSize,
    discreteActions: options.discreteActions,
    steps,
    notes,
    async *episodes() {
      notes.begin();
      for (const sentence of assumed) notes.say(sentence);
      const seen = new FlatPass(name, tables, options, notes);
      for (const view of views) {
        const { file, close } = await open();
        try {
          const own = view(file);
          yield* episodesOf(own, flatTables(own, options), options, seen);
        } finally {
          close();
        }
      }
      seen.end();
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
function* episodesOf(file: FlatFile, tables: FlatTables, options: StretchOptions, seen: FlatPass): Generator<Episode> {
  const { count } = tables;
  const usual = stretchRows(tables, options);
  const memory = new EpisodeMemory(`"${file.name}"`, options).addFile(file.size);
  // The stretch before it, of half the rows, may not have been given back yet.
  const most = memory.mostRows(1.5 * bytesPerRow(tables));
  let first = 0;
  let filled = 0;
  let before: RowBefore = {};
  for (let wanted = usual; first < count; ) {
    const rows = Math.min(wanted, count - first, most);
    const stretch = readStretch(file, tables, first, rows, options);
    const split = splitStretch(stretch, {
      ...seen.rules(stretch),
      ...before,
      complete: first + rows === count,
    });
    const at = first;
    yield* seen.handOut(stretch, split, (row) => `row ${at + row}`);
    filled = Math.max(filled, first + filledRows(stretch));
    if (first + rows === count) break;
    if (split.used === 0 && rows === most) throw memory.tooLong(`the episode from row ${first} on`);
    first += split.used;
    if (split.used > 0) before = rowBefore(stretch, split.used - 1);
    // Twice what is left over, so that the rows of a long episode are not read more than twice on average.
    wanted = Math.max(usual, 2 * (rows - split.used));
  }
  if (filled > 0 && count - filled >= 2) seen.sayEmpty(filled, count - filled);
}

/** What the rows that follow need to know of the last one before them. */
type RowBefore = Pick<SplitRules, "afterTerminal" | "rewardBefore">;

function rowBefore({ terminals, timeouts, rewards }: RecordedRows, row: number): RowBefore {
  return { afterTerminal: terminals[row] === 1 && timeouts?.[row] !== 1, rewardBefore: rewards[row] };
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
