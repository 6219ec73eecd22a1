/**
 * Transitions as an .npz archive: arrays with one value a row under the names of flat/row-names.ts, as code around
 * Stable-Baselines3, CleanRL, TD3 and JaxRL saves its replay buffers with `numpy.savez`. `terminals` mean what they do in
 * D4RL's files: the task ended. (In OGBench's archives they mark the last row of a recording; those are told apart by
 * what else is in them, and have a reader of their own.)
 */
import type { DataFile, DataFiles } from "../../containers/files.js";
import { NpzArray, npzShape } from "../../containers/numpy/npz.js";
import { quoted } from "../../containers/refusal.js";
import { type ZipEntry, zipEntries } from "../../containers/zip/zip.js";
import type { EpisodeSource } from "../../episode-source.js";
import { openFlat } from "../flat/flat-episodes.js";
import type { FlatArray, FlatFile } from "../flat/flat-file.js";
import type { ReadOptions } from "../format.js";

const ENDING = ".npy";

/** @throws DataError where the arrays do not fit together */
export function openTransitions(files: DataFiles, options: ReadOptions): Promise<EpisodeSource> {
  const archive = files.open(files.paths[0]!);
  return openFlat(async () => ({ file: flatNpz(archive, files.name), close: () => {} }), files.name, options);
}

function flatNpz(archive: DataFile, name: string): FlatFile {
  const entries = zipEntries(archive, `"${name}"`);
  const keys = [...entries.keys()]
    .filter((entry) => entry.endsWith(ENDING))
    .map((entry) => entry.slice(0, -ENDING.length));
  const open = (key: string) => new NpzArray(archive, entryOf(entries, key), `"${name}": ${quoted(key)}`);
  return {
    name,
    size: archive.size,
    names: keys,
    shapes: new Map(keys.map((key) => [key, npzShape(archive, entryOf(entries, key), `"${name}": ${quoted(key)}`)])),
    array: (key) => windowed(open(key), key, () => open(key)),
  };
}

/** An array that is read forwards, of which the rows since the last beginning are kept to be read again. */
function windowed({ shape, columns, integers }: NpzArray, key: string, open: () => NpzArray): FlatArray {
  return {
    ...{ key, shape, integers, chunkRows: 1 },
    read: windowOn(open, columns, (length) => new Float32Array(length)),
    readExactly: windowOn(open, columns, (length) => new Float64Array(length)),
  };
}

function windowOn<T extends Float32Array | Float64Array>(
  open: () => NpzArray,
  columns: number,
  make: (length: number) => T,
): (first: number, rows: number) => T {
  let array: NpzArray | undefined;
  let held = make(0);
  let from = 0;
  return (first, rows) => {
    array ??= open();
    const kept = held.subarray((first - from) * columns) as T;
    const wanted = rows * columns;
    if (wanted <= kept.length) return kept.subarray(0, wanted) as T;
    const values = make(wanted);
    values.set(kept);
    array.read(values.subarray(kept.length) as T);
    [held, from] = [values, first];
    return values;
  };
}

function entryOf(entries: ReadonlyMap<string, ZipEntry>, key: string): ZipEntry {
  return entries.get(`${key}${ENDING}`)!;
}
