/**
 * What is in a file at a first glance: the names and shapes of its arrays, without their numbers. Formats recognise
 * their own files by it, and refusals say by it what a file holds. It is looked up once for all formats.
 */
import { beginsWith, type DataFiles, onlyFile } from "../containers/files.js";
import { isTable, listKeys, shapeOf } from "../containers/hdf5/hdf5-listing.js";
import { HDF5_SIGNATURE, type OpenHdf5, withHdf5 } from "../containers/hdf5/hdf5-module.js";
import { ZIP_SIGNATURE, zipEntries } from "../containers/zip/zip.js";

/** The top of an HDF5 file. */
export interface Hdf5Outline {
  /** The shapes of the arrays at the top by name; of a scalar []. */
  readonly arrays: ReadonlyMap<string, readonly number[]>;
  /** The groups at the top, and the names in each of them. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

const hdf5Outlines = new WeakMap<DataFiles, Promise<Hdf5Outline | undefined>>();
const npzOutlines = new WeakMap<DataFiles, ReadonlySet<string> | undefined>();

/** Of a single HDF5 file; undefined for anything else, and for a file that is too damaged to be listed. */
export function hdf5Outline(files: DataFiles): Promise<Hdf5Outline | undefined> {
  const known = hdf5Outlines.get(files);
  if (known) return known;
  const outline = beginsWith(files, HDF5_SIGNATURE)
    ? withHdf5(onlyFile(files), files.name, listed).catch(() => undefined)
    : Promise.resolve(undefined);
  hdf5Outlines.set(files, outline);
  return outline;
}

/** The names of the arrays in a single .npz file, without their endings; undefined for anything else. */
export function npzOutline(files: DataFiles): ReadonlySet<string> | undefined {
  if (!npzOutlines.has(files)) npzOutlines.set(files, namesInNpz(files));
  return npzOutlines.get(files);
}

function listed(file: OpenHdf5): Hdf5Outline {
  const arrays = new Map<string, readonly number[]>();
  const groups = new Map<string, readonly string[]>();
  for (const key of listKeys(file)) {
    if (isTable(file, key)) arrays.set(key, shapeOf(file, key));
    else groups.set(key, listKeys(file, `/${key}`));
  }
  return { arrays, groups };
}

function namesInNpz(files: DataFiles): ReadonlySet<string> | undefined {
  if (!beginsWith(files, ZIP_SIGNATURE)) return undefined;
  try {
    const names = [...zipEntries(onlyFile(files), `"${files.name}"`).keys()];
    const arrays = names.filter((name) => name.endsWith(".npy"));
    return arrays.length === 0 ? undefined : new Set(arrays.map((name) => name.slice(0, -".npy".length)));
  } catch {
    return undefined;
  }
}
