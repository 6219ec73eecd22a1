/**
 * The episodes of trajectories that are read one after the other, each from rows of its own: its end ends an episode, and
 * marks may end others within.
 */

import { DataError } from "../../../errors.js";
import { vectorParts } from "../../columns.js";
import { damaged } from "../../containers/numpy/pickle-cursor.js";
import { quoted } from "../../containers/refusal.js";
import type { Episode } from "../../episode.js";
import type { EpisodeSource } from "../../episode-source.js";
import { counted } from "../../figures.js";
import { ReadingNotes } from "../../reading-notes.js";
import type { RecordedRows } from "../../recorded-rows.js";
import { splitStretch } from "../../trajectories.js";
import { EpisodeMemory } from "../episode-memory.js";
import { checkedIn, type EpisodeInHand, FaultyEpisode, faulty, nothingLeft, unlessFaulty } from "../faulty-episode.js";
import { columnsOf, type FlatFile } from "../flat/flat-file.js";
import { FlatPass } from "../flat/flat-pass.js";
import { pictureShape, picturesAsRows, withFlatPictures } from "../flat/flat-pictures.js";
import { readStretch } from "../flat/flat-stretch.js";
import { type FlatOptions, type FlatTables, flatTables } from "../flat/flat-tables.js";
import { withoutIdleTimeouts } from "../flat/idle-timeouts.js";
import { type RowRole, rowRole } from "../flat/row-names.js";
import type { ReadOptions } from "../format.js";

/**
 * @param trajectories open the rows of each
 * @param mostBytes of all episodes together: a file can name a trajectory often
 * @throws DataError where the rows do not fit together
 */
export function openTrajectories(
  name: string,
  trajectories: readonly (() => FlatFile)[],
  options: FlatOptions & Pick<ReadOptions, "images" | "imageSize">,
  mostBytes: number,
): EpisodeSource {
  const pictures = pictureShape(trajectories[0]!());
  const rows = trajectories.map((open) => () => {
    const file = open();
    refuseOtherPictures(file, pictures);
    return picturesAsRows(file);
  });
  return withFlatPictures(openRows(name, rows, options, mostBytes, pictures !== undefined), pictures, options);
}

/** @param pictures whether observations are some, which may be packed well */
function openRows(
  name: string,
  trajectories: readonly (() => FlatFile)[],
  asked: FlatOptions,
  mostBytes: number,
  pictures: boolean,
): EpisodeSource {
  const alike = firstSound(trajectories, asked);
  const options = withoutIdleTimeouts(withSteps(trajectories), asked);
  const { observationSize, actionSize } = flatTables(alike, options);
  const notes = new ReadingNotes();
  return {
    source: name,
    observations: vectorParts(observationSize),
    actionSize,
    discreteActions: options.discreteActions,
    notes,
    async *episodes() {
      notes.begin();
      let left = mostBytes;
      let pass: FlatPass | undefined;
      for (const [index, read] of trajectories.entries()) {
        const file = read();
        if (actionsIn(file) === 0) continue;
        const tables = await unlessFaulty(options, notes, () => {
          refuseMisfit(file, index, alike, options);
          return flatTables(file, options);
        });
        left -= 4 * (tables?.count ?? 0) * (observationSize + actionSize + 2);
        if (left < 0) throw damaged(`"${file.name}"`, "repeats what is stored once");
        if (tables) pass ??= new FlatPass(name, tables, options, notes);
        const rows =
          tables && (await unlessFaulty(options, notes, () => rowsOf(file, tables, options, index, pictures)));
        if (rows) yield* episodesOf(rows, index, pass!);
        else pass?.passOver();
      }
      if (pass === undefined) throw nothingLeft(name, notes);
      pass.end();
    },
  };
}

function* withSteps(trajectories: readonly (() => FlatFile)[]): Generator<FlatFile> {
  for (const read of trajectories) {
    const file = read();
    if (actionsIn(file) !== 0) yield file;
  }
}

/** The rows of one trajectory. @throws FaultyEpisode for values that are not what they should be */
function rowsOf(
  file: FlatFile,
  tables: FlatTables,
  options: FlatOptions,
  index: number,
  pictures: boolean,
): RecordedRows {
  const memory = new EpisodeMemory(`"${file.name}"`, options).addFile(file.size, pictures);
  const numbers = 2 * tables.observationSize + tables.actionSize + Object.keys(tables.marks).length + 1;
  if (tables.count > memory.mostRows(4 * numbers)) throw memory.tooLong("the trajectory");
  return checkedIn(inHand(file, index), "its values are not what they should be", () => {
    const rows = readStretch(file, tables, 0, tables.count, options);
    if (tables.marks.masks) refusePadding(file.name, tables.marks.masks.key, rows);
    return rows;
  });
}

/** @throws DataError for pictures of another shape than the first, or none: they may have as many numbers */
function refuseOtherPictures(file: FlatFile, shape: readonly number[] | undefined): void {
  const found = pictureShape(file);
  if (found?.join() === shape?.join() || actionsIn(file) === 0) return;
  const words = (sizes: readonly number[] | undefined) =>
    sizes ? `pictures of the shape [${sizes.join(", ")}]` : "no pictures";
  throw new DataError(
    `"${file.name}" has ${words(found)} where the first episode has ${words(shape)}; give episodes of a single task.`,
  );
}

function* episodesOf(rows: RecordedRows, index: number, pass: FlatPass): Generator<Episode> {
  const split = splitStretch(rows, { ...pass.rules(rows), complete: true });
  yield* pass.handOut(rows, split, (row) => `trajectory ${index}, row ${row}`);
}

function inHand(file: FlatFile, index: number): EpisodeInHand {
  return { where: `"${file.name}"`, place: `trajectory ${index}`, steps: actionsIn(file) ?? 0 };
}

/** The first trajectory that may tell what the others should be like. @throws FaultyEpisode where it is none, and wanted */
function firstSound(trajectories: readonly (() => FlatFile)[], options: FlatOptions): FlatFile {
  let first: FlatFile | undefined;
  for (const [index, read] of trajectories.entries()) {
    const file = read();
    first ??= file;
    try {
      refuseMisfit(file, index, file, options);
      if (actionsIn(file) !== 0 || options.dropFaulty !== true) return file;
    } catch (error) {
      if (!(error instanceof FaultyEpisode) || options.dropFaulty !== true) throw error;
    }
  }
  return first!;
}

/**
 * Of a trajectory, the arrays whose meaning is known have as many rows as its actions, and are as wide as those of others.
 * @param alike a trajectory that is as it should be; @throws FaultyEpisode
 */
function refuseMisfit(file: FlatFile, index: number, alike: FlatFile, { ignore = [] }: FlatOptions): void {
  const hand = inHand(file, index);
  const { steps } = hand;
  if (actionsIn(file) === undefined) return; // told with the names that are there
  const hasRole = (role: RowRole) =>
    [...file.shapes.keys()].some((key) => rowRole(key) === role && !ignore.includes(key));
  const lacking = [...alike.shapes.keys()].find((key) => {
    const role = rowRole(key);
    return (role === "observations" || role === "rewards") && !ignore.includes(key) && !hasRole(role);
  });
  if (lacking !== undefined)
    throw faulty(hand, `has no ${quoted(lacking)}, as others have`, `it has no ${quoted(lacking)}`);
  for (const [key, [rows, ...others]] of file.shapes) {
    if ((rowRole(key) ?? "harmless") === "harmless" || ignore.includes(key) || rows === undefined) continue;
    if (rows !== steps)
      throw faulty(
        hand,
        `has ${counted(rows, "row")} of ${quoted(key)} where its ${counted(steps, "action")} need ${steps}`,
        "its arrays do not have as many rows as its actions need",
      );
    const [columns, expected] = [
      columnsOf({ shape: [rows, ...others] }),
      columnsOf({ shape: alike.shapes.get(key) ?? [] }),
    ];
    if (alike.shapes.has(key) && columns !== expected)
      throw faulty(
        hand,
        `has ${counted(columns, "number")} a row of ${quoted(key)} where others have ${expected}; all trajectories must be of one task`,
        "its arrays have other numbers of columns",
      );
  }
}

function actionsIn({ shapes }: FlatFile): number | undefined {
  const key = [...shapes.keys()].find((name) => rowRole(name) === "actions");
  return key === undefined ? undefined : shapes.get(key)![0];
}

/** A mask of 0 in many steps of one trajectory is of another kind: it tells padding from steps. */
function refusePadding(name: string, key: string, { terminals }: RecordedRows): void {
  const zeros = terminals.reduce((sum, flag) => sum + flag, 0);
  if (zeros > 1)
    throw new DataError(
      `"${name}": "${key}" is 0 in ${zeros} steps, as masks of padding are; cut each trajectory to its own length.`,
    );
}
