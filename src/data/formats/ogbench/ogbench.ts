/**
 * OGBench's .npz files: observations, actions, terminals, and with them qpos, qvel. A trajectory is the rows s0 .. sT;
 * `terminals` is 1 in the last, whose action leads nowhere known. So a trajectory gives T steps, and since the data were
 * recorded without a task, its end is the clock's. Where the task ends in the last row, nothing needs to be known of what
 * followed: its step is kept, since it may be the only success.
 *
 * Rewards belong to a task. Files of single-task variants store them (`rewards`, and `masks`: 0 where the task ended);
 * for the others they are computed as OGBench's `relabel_dataset` does for its mazes: a row whose position qpos[0..1] is
 * within 0.5 of the goal has the reward 0 and ends the task, all others have -1. The row is that of the step's own
 * observation, not of the next one. Where the task ends within a trajectory, an episode ends, as in D4RL's files, and
 * the rows after it are another one. Soccer and manipulation tasks have other goals and need stored rewards.
 */

import { DataError, UsageError } from "../../../errors.js";
import { allocate, type ObservationParts, type Part, vectorParts } from "../../columns.js";
import { type DataFile, type DataFiles, onlyFile } from "../../containers/files.js";
import { NpzArray } from "../../containers/numpy/npz.js";
import { checkFinite, checkRows, flagsOf, listed, quoted } from "../../containers/refusal.js";
import { type ZipEntry, zipEntries } from "../../containers/zip/zip.js";
import { type Episode, splitEpisode } from "../../episode.js";
import type { EpisodeSource } from "../../episode-source.js";
import { counted } from "../../figures.js";
import { ReadingNotes } from "../../reading-notes.js";
import { EpisodeMemory } from "../episode-memory.js";
import type { ReadOptions } from "../format.js";
import { floatPictureNote } from "../pictures/picture-form.js";

/** OGBench's `_goal_tol` of its mazes. */
const GOAL_RADIUS = 0.5;
const SCANNED_ROWS = 4096;
/** Why a last row gives no step. */
const endsUnknown = "because an episode ends there and what was observed next is not stored";

/** The dataset in an .npz file. @throws DataError for wrong arrays, UsageError for a goal that is missing or too much */
export function openOGBench(files: DataFiles, options: ReadOptions): EpisodeSource {
  const archive = openArchive(files, options);
  const { observations, actions } = openArrays(archive);
  const notes = new ReadingNotes();
  return {
    source: files.name,
    observations: partsOf(observations),
    actionSize: actions.columns,
    steps: observations.rows,
    notes,
    async *episodes() {
      notes.begin();
      const note = isPicture(observations) ? undefined : floatPictureNote("observations", observations.shape.slice(1));
      if (note) notes.say(note);
      yield* readEpisodes(archive, notes);
    },
  };
}

/** Bytes of three axes a row are pictures. */
function isPicture({ holdsBytes, shape }: NpzArray): boolean {
  return holdsBytes && shape.length === 4;
}

function partsOf(observations: NpzArray): ObservationParts {
  if (!isPicture(observations)) return vectorParts(observations.columns);
  return { image: { type: "uint8", shape: observations.shape.slice(1) } };
}

interface Archive {
  readonly name: string;
  readonly file: DataFile;
  readonly entries: ReadonlyMap<string, ZipEntry>;
  readonly options: ReadOptions;
}

/** The arrays from their first row on. */
interface Arrays {
  readonly observations: NpzArray;
  readonly actions: NpzArray;
  readonly terminals: NpzArray;
  readonly rewards: NpzArray | undefined;
  readonly masks: NpzArray | undefined;
  readonly positions: NpzArray | undefined;
}

function openArchive(files: DataFiles, options: ReadOptions): Archive {
  const { name } = files;
  const file = onlyFile(files);
  const entries = zipEntries(file, `"${name}"`);
  for (const key of ["observations", "actions", "terminals"])
    if (!entries.has(`${key}.npy`))
      throw new DataError(
        `"${name}" lacks ${quoted(key)}; OGBench's files have observations, actions and terminals. There: ${listed(entries.keys())}.`,
      );
  const hasRewards = entries.has("rewards.npy");
  if (hasRewards && options.goal !== undefined)
    throw new UsageError(`"${name}" stores rewards, to which a goal means nothing; leave it out.`);
  if (!hasRewards && options.goal === undefined)
    throw new UsageError(
      `"${name}" has no rewards, because OGBench records without a task; give the goal from which they are computed (--goal X,Y).`,
    );
  if (!hasRewards && !entries.has("qpos.npy"))
    throw new DataError(
      `"${name}" has neither rewards nor qpos, from which a goal's rewards are computed; take the file with qpos, or store rewards.`,
    );
  return { name, file, entries, options };
}

/** @throws DataError where the arrays do not fit together */
function openArrays({ name, file, entries, options }: Archive): Arrays {
  const array = (key: string) => new NpzArray(file, entries.get(`${key}.npy`)!, placeOf(name, key));
  const present = (key: string) => (entries.has(`${key}.npy`) ? array(key) : undefined);
  const rewards = present("rewards");
  const arrays = {
    observations: array("observations"),
    actions: array("actions"),
    terminals: array("terminals"),
    rewards,
    masks: rewards && present("masks"),
    positions: options.goal && array("qpos"),
  };
  const { rows } = arrays.observations;
  if (rows === 0) throw new DataError(`"${name}" has no rows; record some steps first.`);
  for (const [key, found] of Object.entries(arrays)) {
    if (!found) continue;
    checkRows(placeOf(name, key), found.rows, rows);
    const columns = { observations: 1, actions: 1, positions: 2 }[key];
    if (columns === undefined ? found.columns !== 1 : found.columns < columns)
      throw new DataError(
        `${placeOf(name, key)} has ${counted(found.columns, "number")} a row, where ${columns === undefined ? "one is" : `at least ${columns} are`} expected.`,
      );
  }
  return arrays;
}

function* readEpisodes(archive: Archive, notes: ReadingNotes): Generator<Episode> {
  const arrays = openArrays(archive);
  if (arrays.rewards && !arrays.masks)
    notes.say("Nothing marks where the task ended, so the clock is taken to have ended all episodes.");
  const { observations, actions } = arrays;
  const shapes = { observations: partsOf(observations), actionSize: actions.columns };
  const bytesPerRow =
    (isPicture(observations) ? 1 : 4) * observations.columns +
    4 * actions.columns +
    8 * (arrays.positions?.columns ?? 1);
  const memory = new EpisodeMemory(`"${archive.name}"`, archive.options).addFile(archive.file.size);
  const mostRows = memory.mostRows(bytesPerRow);
  let firstRow = 0;
  for (const rows of trajectoryRows(arrays.terminals, archive.name)) {
    if (rows > mostRows) throw memory.tooLong(`the episode from row ${firstRow} on`);
    const trajectory = readTrajectory(archive, arrays, rows, firstRow);
    yield* splitEpisode(shapes, trajectory);
    firstRow += rows;
    notes.leaveOut(rows - trajectory.length, endsUnknown, `row ${firstRow - 1}`);
  }
}

/** The rows of each trajectory; the end of the file ends the last. */
function* trajectoryRows(terminals: NpzArray, name: string): Generator<number> {
  let rows = 0;
  for (let row = 0; row < terminals.rows; ) {
    const values = new Float32Array(Math.min(SCANNED_ROWS, terminals.rows - row));
    terminals.read(values);
    for (const flag of flagsOf(values, placeOf(name, "terminals"), row)) {
      rows++;
      row++;
      if (flag === 0) continue;
      yield rows;
      rows = 0;
    }
  }
  if (rows > 0) yield rows;
}

function readTrajectory({ name, options }: Archive, arrays: Arrays, rows: number, firstRow: number): Episode {
  const size = arrays.observations.columns;
  const take = (array: NpzArray, key: string): Float32Array => {
    const values = new Float32Array(rows * array.columns);
    array.read(values);
    if (options.allowNonFinite !== true) checkFinite(values, array.columns, placeOf(name, key), firstRow, false);
    return values;
  };
  const [[part, declared]] = Object.entries(partsOf(arrays.observations)) as [[string, Part]];
  const observations = allocate(declared, rows + 1) as Float32Array | Uint8Array;
  const stored = observations.subarray(0, rows * size);
  arrays.observations.read(stored);
  if (stored instanceof Float32Array && options.allowNonFinite !== true)
    checkFinite(stored, size, placeOf(name, "observations"), firstRow, false);
  // No bootstrap uses what follows the task's end: there the last row's own observation stands in.
  observations.copyWithin(rows * size, (rows - 1) * size, rows * size);
  const actions = take(arrays.actions, "actions");
  const solved = arrays.positions ? solvedRows(arrays.positions, rows, options.goal!) : undefined;
  const rewards = arrays.rewards ? take(arrays.rewards, "rewards") : Float32Array.from(solved!, (flag) => flag - 1);
  const masks = arrays.masks && take(arrays.masks, "masks");
  const terminated = solved ?? Uint8Array.from({ length: rows }, (_, row) => (masks?.[row] === 0 ? 1 : 0));
  const ended = terminated[rows - 1] === 1;
  const length = ended ? rows : rows - 1;
  return {
    length,
    observations: { [part]: observations.subarray(0, (length + 1) * size) },
    actions: actions.subarray(0, length * arrays.actions.columns),
    rewards: rewards.subarray(0, length),
    terminated: terminated.subarray(0, length),
    truncated: !ended,
  };
}

function solvedRows(positions: NpzArray, rows: number, [x, y]: readonly [number, number]): Uint8Array {
  const values = new Float64Array(rows * positions.columns);
  positions.read(values);
  return Uint8Array.from({ length: rows }, (_, row) => {
    const at = row * positions.columns;
    return Math.hypot(values[at]! - x, values[at + 1]! - y) <= GOAL_RADIUS ? 1 : 0;
  });
}

function placeOf(name: string, key: string): string {
  return `"${name}": ${quoted(key === "positions" ? "qpos" : key)}`;
}
