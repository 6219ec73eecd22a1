/**
 * Folders of one .npz an episode in the natural order: each row has its observation and the action that followed it, under
 * the names of flat rows. Where observations have a row more than actions, they are also those after each action. The end
 * of a file ends an episode.
 */
import type { DataFiles } from "../../containers/files.js";
import type { EpisodeSource } from "../../episode-source.js";
import type { FlatArray, FlatFile } from "../flat/flat-file.js";
import { type RowRole, rowRole } from "../flat/row-names.js";
import type { ReadOptions } from "../format.js";
import { openTrajectories } from "../trajectory-lists/trajectories-in-turn.js";
import { flatNpz } from "../transitions/transitions.js";
import { episodePaths } from "./episode-arrays.js";

/** @throws DataError where the arrays of a file do not fit together */
export function openFlatEpisodeFiles(files: DataFiles, options: ReadOptions): EpisodeSource {
  const episodes = episodePaths(files).map(
    (path) => () => wholeEpisode(flatNpz(files.open(path), `${files.name}/${path}`)),
  );
  // Every file is there once.
  return openTrajectories(files.name, episodes, options, Number.POSITIVE_INFINITY);
}

const NEXT = "next_observations";

/** With as many rows of everything as there are actions; one mark of the whole file is that of its last row. */
function wholeEpisode(file: FlatFile): FlatFile {
  const keyOf = (role: RowRole) => [...file.shapes.keys()].find((key) => rowRole(key) === role);
  const [observations, rewards, actions] = [keyOf("observations"), keyOf("rewards"), keyOf("actions")];
  const count = file.shapes.get(actions ?? "")?.[0] ?? 0;
  const cut = (key: string | undefined) => key !== undefined && file.shapes.get(key)![0] === count + 1;
  const arrays = new Map<string, (array: FlatArray) => FlatArray>();
  for (const key of [observations, rewards]) if (cut(key)) arrays.set(key!, (array) => part(array, key!, count, 0));
  const next = cut(observations) && keyOf("nextObservations") === undefined ? observations : undefined;
  const shapes = new Map(file.shapes);
  for (const key of arrays.keys()) shapes.set(key, [count, ...file.shapes.get(key)!.slice(1)]);
  if (next !== undefined) shapes.set(NEXT, shapes.get(next)!);
  const single = new Set([...file.shapes].flatMap(([key, shape]) => (shape.length === 0 && isMark(key) ? [key] : [])));
  for (const key of single) shapes.set(key, [count]);
  return {
    ...file,
    shapes,
    array(key) {
      if (single.has(key)) return lastRow(key, count, file.scalar(key) ?? 0);
      if (key === NEXT && next !== undefined) return part(file.array(next), NEXT, count, 1);
      const array = file.array(key);
      return arrays.get(key)?.(array) ?? array;
    },
  };
}

function isMark(key: string): boolean {
  const role = rowRole(key);
  return role === "terminals" || role === "timeouts" || role === "dones" || role === "success";
}

/** @param skipped rows at the beginning, which are read once because arrays are read forwards */
function part(array: FlatArray, key: string, count: number, skipped: number): FlatArray {
  let begun = skipped === 0;
  return {
    ...array,
    key,
    shape: [count, ...array.shape.slice(1)],
    read(first, rows) {
      if (!begun) array.read(0, skipped);
      begun = true;
      return array.read(first + skipped, rows);
    },
  };
}

function lastRow(key: string, count: number, flag: number): FlatArray {
  const read = (first: number, rows: number) =>
    Float32Array.from({ length: rows }, (_, i) => (first + i === count - 1 ? flag : 0));
  return { key, shape: [count], chunkRows: 1, integers: false, read };
}
