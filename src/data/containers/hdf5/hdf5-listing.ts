/**
 * What an HDF5 file says about its groups and arrays, without their numbers. Each is asked of the library once while the
 * file is open: it walks a path anew for every question, and readers ask the same one at several places.
 */
import { quoted } from "../refusal.js";
import type { Hdf5Library, OpenHdf5 } from "./hdf5-module.js";

/** What the library tells of an array. */
export type ArrayMetadata = ReturnType<Hdf5Library["get_dataset_metadata"]>;

/** What was asked of a file so far. */
interface Listing {
  readonly keys: Map<string, readonly string[]>;
  readonly tables: Map<string, boolean>;
  readonly metadata: Map<string, ArrayMetadata>;
}

const listings = new WeakMap<OpenHdf5, Listing>();

/** A file of a million episodes is gone through once; what was known of the first is forgotten then. */
const MOST_KNOWN = 1_000;

/**
 * Names of the links in a group, e.g. of the file's root "/".
 * @throws DataError if the group is damaged
 */
export function listKeys(file: OpenHdf5, group = "/"): readonly string[] {
  return once(listingOf(file).keys, group, () => {
    const names: unknown = file.attempt("its list of keys cannot be read", () =>
      file.library.get_names(file.id, group, false),
    );
    return Array.isArray(names) ? names.map(String) : [];
  });
}

/**
 * Whether the key is a dataset (and not a group, a broken link or a link into another file).
 * @throws DataError if what the key stands for is damaged
 */
export function isTable(file: OpenHdf5, key: string): boolean {
  return once(listingOf(file).tables, key, () => {
    const kind = file.attempt(`${quoted(key)} cannot be found`, () => file.library.get_type(file.id, `/${key}`));
    if (kind < 0) file.fail(`${quoted(key)} is listed but cannot be found`);
    return kind === file.library.H5G_DATASET;
  });
}

/** Unchecked, as the header of a dataset says it. @throws DataError if that is damaged */
export function arrayMetadata(file: OpenHdf5, key: string): ArrayMetadata {
  return once(listingOf(file).metadata, key, () =>
    file.attempt(`the header of ${quoted(key)} cannot be read`, () =>
      file.library.get_dataset_metadata(file.id, `/${key}`),
    ),
  );
}

/** The shape of a dataset, whatever it holds: [] of a scalar. @throws DataError if its header is damaged */
export function shapeOf(file: OpenHdf5, key: string): readonly number[] {
  return arrayMetadata(file, key).shape ?? [];
}

function listingOf(file: OpenHdf5): Listing {
  let listing = listings.get(file);
  if (listing === undefined) {
    listing = { keys: new Map(), tables: new Map(), metadata: new Map() };
    listings.set(file, listing);
  }
  return listing;
}

function once<T>(known: Map<string, T>, key: string, ask: () => T): T {
  const answer = known.get(key);
  if (answer !== undefined) return answer;
  const asked = ask();
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, asked);
  return asked;
}
