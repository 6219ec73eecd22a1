/**
 * Transitions as an .npz archive: arrays with one value a row under the names of flat/row-names.ts, as code around
 * Stable-Baselines3, CleanRL, TD3 and JaxRL saves its replay buffers with `numpy.savez`. `terminals` mean what they do in
 * D4RL's files: the task ended. (In OGBench's archives they mark the last row of a recording; those are told apart by
 * what else is in them, and have a reader of their own.)
 */
import { type DataFile, type DataFiles, onlyFile } from "../../containers/files.js";
import { NpzArray, npzShape } from "../../containers/numpy/npz.js";
import { quoted } from "../../containers/refusal.js";
import { type ZipEntry, zipEntries } from "../../containers/zip/zip.js";
import type { EpisodeSource } from "../../episode-source.js";
import { openFlat } from "../flat/flat-episodes.js";
import { type FlatFile, windowed } from "../flat/flat-file.js";
import type { ReadOptions } from "../format.js";

const ENDING = ".npy";

/** @throws DataError where the arrays do not fit together */
export function openTransitions(files: DataFiles, options: ReadOptions): Promise<EpisodeSource> {
  const archive = onlyFile(files);
  return openFlat(async () => ({ file: flatNpz(archive, files.name), close: () => {} }), files.name, options);
}

/** What an archive holds. @throws DataError where it is damaged */
export function flatNpz(archive: DataFile, name: string): FlatFile {
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
    array(key) {
      const { shape, integers, holdsBytes: bytes } = open(key);
      return windowed({ key, shape, integers, bytes, chunkRows: 1 }, () => {
        const array = open(key);
        return (target) => array.read(target);
      });
    },
    scalar(key) {
      const array = entries.has(`${key}${ENDING}`) ? open(key) : undefined;
      return array && scalarOf(array, (target) => array.read(target));
    },
  };
}

/** The number that an array without rows is. */
function scalarOf({ shape, columns, rows }: NpzArray, read: (target: Float64Array) => void): number | undefined {
  if (shape.length > 1 || rows * columns !== 1) return undefined;
  const value = new Float64Array(1);
  read(value);
  return value[0];
}

function entryOf(entries: ReadonlyMap<string, ZipEntry>, key: string): ZipEntry {
  return entries.get(`${key}${ENDING}`)!;
}
