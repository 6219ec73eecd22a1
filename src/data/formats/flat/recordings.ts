/**
 * The recordings in a file of flat rows, each with its rows in the order of time. Most files hold one. Replay buffers do
 * not: of their rows only the first may be filled, a full one is a ring that begins in the middle, and several
 * environments may stand side by side ([steps, environments, columns], as in Stable-Baselines3's buffers).
 */

import { DataError } from "../../../errors.js";
import { printable, quoted } from "../../containers/refusal.js";
import { counted } from "../../figures.js";
import { sameObservation } from "../../row-endings.js";
import { columnsOf, type FlatArray, type FlatFile, type Forwards, type Spans, windowed } from "./flat-file.js";
import { type RowRole, rowRole } from "./row-names.js";

/** One recording: which rows of the file it has, in which order, and which environment's. */
interface Recording {
  readonly spans: Spans;
  readonly environment: number | undefined;
}

/** The recordings of a file, and what was seen of them. */
export interface Recordings {
  /** How the rows of each are seen in an opened file. */
  readonly views: readonly ((file: FlatFile) => FlatFile)[];
  /** To be told to the user. */
  readonly notes: readonly string[];
}

/** What libraries call the row that is written next, and the number of rows that are filled. */
const POSITIONS = ["pos", "ptr", "_index", "_insertion_idx", "insert_index"];
const SIZES = ["size", "_size"];
/** Every environment is a pass over the file. */
const MOST_ENVIRONMENTS = 1024;
/** Rows in which it is looked for what follows what. */
const COMPARED = 64;
const PIECE_NUMBERS = 2 ** 18;

/** @throws DataError where positions, sizes or shapes contradict each other */
export function recordingsIn(file: FlatFile, ignore: readonly string[] = []): Recordings {
  const rows = ofRole(file, "observations", ignore)?.[1][0];
  if (rows === undefined) return { views: [(same) => same], notes: [] };
  if (file.order) {
    const views = file.order.recordings.map(
      (spans) => (opened: FlatFile) => viewed(opened, rows, { spans, environment: undefined }),
    );
    return { views, notes: [file.order.note] };
  }
  const { spans, notes } = filledRows(file, rows, ignore);
  const count = environmentsIn(file, rows, ignore);
  const environments = count === undefined ? [undefined] : Array.from({ length: count }, (_, i) => i);
  if (count === undefined && notes.length === 0) return { views: [(same) => same], notes };
  const said =
    count === undefined || count === 1
      ? []
      : [`${count} environments stand side by side and are read one after the other.`];
  return {
    views: environments.map((environment) => (opened) => viewed(opened, rows, { spans, environment })),
    notes: [...notes, ...said],
  };
}

function filledRows(
  file: FlatFile,
  rows: number,
  ignore: readonly string[],
): { readonly spans: Spans; readonly notes: readonly string[] } {
  const scalar = (names: readonly string[]) => {
    const key = names.find((name) => !ignore.includes(name) && file.scalar(name) !== undefined);
    return key === undefined ? undefined : { key, value: file.scalar(key)! };
  };
  const whole = { spans: [[0, rows]] as const, notes: [] };
  const position = scalar(POSITIONS);
  if (position === undefined) return whole;
  const size = scalar(SIZES);
  for (const { key, value } of [position, ...(size ? [size] : [])])
    if (!Number.isInteger(value) || value < 0 || value > rows)
      throw new DataError(
        `"${file.name}": ${quoted(key)} is ${value}, but there are ${counted(rows, "row")}; correct it, or leave it aside with --ignore ${printable(key)}.`,
      );
  const told = scalar(["full"])?.value;
  // Without a word about it, a position of 0 is that of a full buffer: an empty one is not stored.
  const full = size ? size.value === rows : told === 1 || (told === undefined && position.value === 0);
  const { key, value } = full || !size ? position : size;
  if (!full) {
    if (value === 0)
      throw new DataError(`"${file.name}" has no filled row (${quoted(key)} is 0); record some steps first.`);
    if (value === rows) return whole;
    return {
      spans: [[0, value]],
      notes: [`${quoted(key)} says that ${value} of ${counted(rows, "row")} are filled; the others are not read.`],
    };
  }
  const start = value % rows;
  if (start === 0) return whole;
  return {
    spans: [
      [start, rows],
      [0, start],
    ],
    notes: [`${quoted(key)} says that the oldest row of the full buffer is row ${start}; reading begins there.`],
  };
}

/** How many environments stand side by side; undefined where rows are plain. */
function environmentsIn(file: FlatFile, rows: number, ignore: readonly string[]): number | undefined {
  const [observations, actions] = [ofRole(file, "observations", ignore), ofRole(file, "actions", ignore)];
  const rewards = ofRole(file, "rewards", ignore)?.[1];
  const count = observations?.[1][1];
  if (observations?.[1].length !== 3 || actions?.[1].length !== 3 || rewards === undefined || count === undefined)
    return undefined;
  // Pictures in grey beside actions of another kind, or plain rewards, are no environments.
  if (count < 1 || actions[1][1] !== count || rewards.length < 2 || rewards[1] !== count) return undefined;
  const other = [...file.shapes].find(
    ([key, shape]) => shape[0] === rows && rowRole(key) !== "harmless" && !ignore.includes(key) && shape[1] !== count,
  );
  if (other !== undefined)
    throw new DataError(
      `"${file.name}": ${quoted(other[0])} has the shape [${other[1].join(", ")}], where the other arrays have ${count} environments side by side; store it as [${rows}, ${count}], or leave it aside with --ignore ${printable(other[0])}.`,
    );
  if (count > MOST_ENVIRONMENTS)
    throw new DataError(
      `"${file.name}" has ${count} environments side by side, more than the ${MOST_ENVIRONMENTS} that are read; reshape the arrays to [rows, columns], one environment after the other, with an array episode_id.`,
    );
  if (count > 1) refuseEpisodesByRow(file, rows, count, ignore);
  return count;
}

/** Arrays [episodes, steps, columns] look alike: what follows what tells them apart, or a buffer's own position. */
function refuseEpisodesByRow(file: FlatFile, rows: number, count: number, ignore: readonly string[]): void {
  const [first, next] = [ofRole(file, "observations", ignore)![0], ofRole(file, "nextObservations", ignore)?.[0]];
  const [followsDown, followsAcross] = next === undefined ? [false, false] : continuity(file, first, next, rows, count);
  const buffer = [...POSITIONS, "full"].some((key) => file.scalar(key) !== undefined);
  if (followsDown || (!followsAcross && (next !== undefined || buffer))) return;
  const reshaping = `reshape each array to [${rows * count}, columns] and add an array episode_id`;
  throw new DataError(
    followsAcross
      ? `"${file.name}" holds an episode in each row of its arrays ([episodes, steps, columns]); ${reshaping}.`
      : `"${file.name}": ${quoted(first)} of the shape [${[...file.shapes.get(first)!].join(", ")}] may be [steps, environments, columns] or [episodes, steps, columns]; for environments add the number of steps as a scalar named pos, for episodes ${reshaping}.`,
  );
}

/** Whether stored next observations are those of the next row, or of the same row's next column. */
function continuity(file: FlatFile, key: string, nextKey: string, rows: number, count: number): [boolean, boolean] {
  const size = file.shapes.get(key)![2]!;
  if (file.shapes.get(nextKey)!.length !== 3 || file.shapes.get(nextKey)![2] !== size) return [false, false];
  const asked = Math.min(rows, COMPARED, Math.max(2, Math.floor(PIECE_NUMBERS / Math.max(1, count * size))));
  const [observations, nexts] = [file.array(key).read(0, asked), file.array(nextKey).read(0, asked)];
  const same = (one: number, other: number) => sameObservation(nexts, one * size, observations, other * size, size);
  let [down, across] = [false, false];
  for (let row = 0; row < asked; row++)
    for (let column = 0; column < count; column++) {
      const at = row * count + column;
      down ||= row + 1 < asked && same(at, at + count);
      across ||= column + 1 < count && same(at, at + 1);
    }
  return [down, across];
}

function ofRole(
  file: FlatFile,
  role: RowRole,
  ignore: readonly string[],
): readonly [key: string, shape: readonly number[]] | undefined {
  return [...file.shapes].find(([key]) => rowRole(key) === role && !ignore.includes(key));
}

function viewed(file: FlatFile, rows: number, recording: Recording): FlatFile {
  const count = recording.spans.reduce((sum, [first, end]) => sum + end - first, 0);
  const concerned = (shape: readonly number[]) => shape[0] === rows;
  const shapeSeen = (shape: readonly number[]) => {
    if (!concerned(shape)) return shape;
    return [count, ...shape.slice(recording.environment === undefined || shape.length === 1 ? 1 : 2)];
  };
  return {
    ...file,
    shapes: new Map(Array.from(file.shapes, ([key, shape]) => [key, shapeSeen(shape)])),
    array(key) {
      const shape = file.shapes.get(key)!;
      return concerned(shape) ? arrayOf(file, key, shapeSeen(shape), recording) : file.array(key);
    },
  };
}

function arrayOf(file: FlatFile, key: string, shape: readonly number[], recording: Recording): FlatArray {
  const { integers, chunkRows } = file.array(key);
  return windowed({ key, shape, integers, chunkRows }, (exactly) =>
    rowsOf(file, key, columnsOf({ shape }), recording, exactly),
  );
}

/** The numbers of a recording, from its first row on. */
function rowsOf(
  file: FlatFile,
  key: string,
  columns: number,
  { spans, environment }: Recording,
  exactly: boolean,
): Forwards {
  let base = file.array(key);
  const across = columnsOf(base);
  const pieceRows = Math.max(base.chunkRows, Math.floor(PIECE_NUMBERS / Math.max(1, across)), 1);
  const read = (first: number, rows: number) =>
    exactly && base.readExactly ? base.readExactly(first, rows) : base.read(first, rows);
  let span = 0;
  let at = 0;
  /** The next rows of the file that belong to the recording. */
  const take = (most: number): Float32Array | Float64Array => {
    if (at === spans[span]![1]) {
      // A ring goes back to the file's beginning, where it must be opened anew.
      span++;
      [base, at] = [file.array(key), 0];
    }
    const [first, end] = spans[span]!;
    for (; at < first; at += Math.min(pieceRows, first - at)) read(at, Math.min(pieceRows, first - at));
    const rows = Math.min(most, pieceRows, end - at);
    at += rows;
    return read(at - rows, rows);
  };
  return (target) => {
    for (let done = 0; done < target.length; ) {
      const values = take((target.length - done) / columns);
      const offset = (environment ?? 0) * columns;
      for (let from = offset; from < values.length; from += across, done += columns)
        target.set(values.subarray(from, from + columns), done);
    }
  };
}
