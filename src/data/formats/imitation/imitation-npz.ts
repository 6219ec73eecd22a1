/**
 * imitation's .npz: the rows of all trajectories one after the other. `indices` are the numbers of the actions before
 * which the second and every later trajectory begins; `terminal` has one mark a trajectory.
 */

import { DataError } from "../../../errors.js";
import { type DataFiles, onlyFile } from "../../containers/files.js";
import { NpzArray } from "../../containers/numpy/npz.js";
import { checkRows, flagsOf, listed, quoted } from "../../containers/refusal.js";
import { zipEntries } from "../../containers/zip/zip.js";
import { counted } from "../../figures.js";
import { EpisodeMemory } from "../episode-memory.js";
import type { ReadOptions } from "../format.js";
import { noRewards, type StoredRows, type StoredTrajectory } from "./stored-trajectory.js";

/** Bytes of a trajectory's end and mark, with their copies. */
const BYTES_A_TRAJECTORY = 32;

/** @throws DataError where arrays are missing or do not fit together */
export function* packedTrajectories(files: DataFiles, options: ReadOptions): Generator<StoredTrajectory> {
  const { name } = files;
  const file = onlyFile(files);
  const entries = zipEntries(file, `"${name}"`);
  const array = (key: string) => {
    const entry = entries.get(`${key}.npy`);
    if (entry) return new NpzArray(file, entry, `"${name}": ${quoted(key)}`);
    if (key === "rews") throw noRewards(name);
    throw new DataError(
      `"${name}" lacks ${quoted(key)}; there: ${listed(entries.keys())}. Save it anew with imitation.`,
    );
  };
  const [obs, acts, rews] = [array("obs"), array("acts"), array("rews")];
  const memory = new EpisodeMemory(`"${name}"`, options).addFile(file.size);
  const ends = endsOf(name, array("indices"), acts.rows, memory);
  const terminal = array("terminal");
  checkRows(`"${name}": "terminal"`, terminal.rows * terminal.columns, ends.length);
  checkRows(`"${name}": "rews"`, rews.rows, acts.rows);
  if (obs.rows !== acts.rows + ends.length)
    throw new DataError(
      `"${name}": "obs" has ${counted(obs.rows, "row")} where ${ends.length} trajectories of ${counted(acts.rows, "action")} have ${acts.rows + ends.length}; save it anew with imitation.`,
    );
  const most = memory.mostRows(4 * (obs.columns + acts.columns + 2));
  const marks = flagsOf(Float32Array.from(take(terminal, ends.length).values), `"${name}": "terminal"`);
  for (const [i, end] of ends.entries()) {
    const steps = end - (ends[i - 1] ?? 0);
    if (steps + 1 > most) throw memory.tooLong(`trajectory ${i}`);
    yield {
      where: `"${name}", trajectory ${i}`,
      obs: take(obs, steps + 1),
      acts: take(acts, steps),
      rews: take(rews, steps),
      terminal: Float32Array.of(marks[i]!),
    };
  }
}

/** The number of the action after each trajectory's last. */
function endsOf(name: string, indices: NpzArray, actions: number, memory: EpisodeMemory): Float64Array {
  const count = indices.rows * indices.columns;
  if (count + 1 > memory.mostRows(BYTES_A_TRAJECTORY)) throw memory.tooLong("the list of trajectories");
  const ends = new Float64Array(count + 1);
  indices.read(ends.subarray(0, count));
  ends[count] = actions;
  let start = 0;
  for (const end of ends) {
    if (!Number.isInteger(end) || end <= start)
      throw new DataError(
        `"${name}": "indices" puts the end of a trajectory at action ${end}, after one at ${start}; save it anew with imitation.`,
      );
    start = end;
  }
  return ends;
}

function take(array: NpzArray, rows: number): StoredRows {
  const bytes = array.holdsBytes;
  const length = rows * array.columns;
  const values = bytes && array.shape.length > 2 ? new Uint8Array(length) : new Float32Array(length);
  array.read(values);
  return { shape: [rows, ...array.shape.slice(1)], rows, columns: array.columns, bytes, values };
}
