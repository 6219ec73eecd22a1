/**
 * Single values of an HDF5 file: attributes that are one whole number, and datasets that are one number or text.
 * Whatever is longer or of another kind is left out; for attributes that are texts see hdf5-texts.ts.
 */
import { arrayMetadata, isTable } from "./hdf5-listing.js";
import { hdf5Class, type OpenHdf5, withMemory } from "./hdf5-module.js";
import { numberViewOf } from "./hdf5-table.js";

const LONGEST_TEXT = 2 ** 16;

/** What the library tells of a value. */
interface ScalarHeader {
  readonly type: number;
  readonly signed: boolean;
  /** Bytes of it. */
  readonly size: number;
}

/**
 * The attributes of a group or dataset that are one whole number, as Python's h5py writes them.
 * @param path "/" or "/group"
 * @throws DataError where the file is damaged
 */
export function readAttributes(file: OpenHdf5, path: string): Map<string, number> {
  const { library, id } = file;
  const what = "an attribute cannot be read";
  const names: unknown = file.attempt("its attributes cannot be listed", () => library.get_attribute_names(id, path));
  const found = new Map<string, number>();
  for (const name of Array.isArray(names) ? names.map(String) : []) {
    const header = file.attempt(what, () => library.get_attribute_metadata(id, path, name));
    if (header.total_size !== 1 || header.type !== hdf5Class.integer) continue;
    const value = readValue(file, header, what, (pointer) => library.get_attribute_data(id, path, name, pointer));
    if (typeof value === "number") found.set(name, value);
  }
  return found;
}

/**
 * The number, truth value (as 0 or 1) or text that a dataset is; undefined where it is something else.
 * @throws DataError where the file is damaged
 */
export function readScalar(file: OpenHdf5, key: string): string | number | undefined {
  if (!isTable(file, key)) return undefined;
  const { library, id } = file;
  const what = `"${key}" cannot be read`;
  const header = arrayMetadata(file, key);
  if (header.total_size !== 1 || header.size > LONGEST_TEXT || header.vlen) return undefined;
  const read = (pointer: bigint) => library.get_dataset_data(id, `/${key}`, null, null, null, pointer);
  // h5py stores a bool as an enumeration over int8.
  return readValue(file, { ...header, type: header.enum_type?.type ?? header.type }, what, read);
}

function readValue(
  file: OpenHdf5,
  { type, signed, size }: ScalarHeader,
  what: string,
  read: (pointer: bigint) => number,
): string | number | undefined {
  const view = numberViewOf(type, size, signed);
  if (view === undefined && type !== hdf5Class.string) return undefined;
  const bytes = withMemory(file.library, size, (pointer) => {
    if (file.attempt(what, () => read(BigInt(pointer))) < 0) file.fail(what);
    return file.library.HEAPU8.slice(pointer, pointer + size);
  });
  if (view !== undefined) return Number(view(bytes.buffer, 0, 1)[0]);
  return new TextDecoder().decode(bytes).replace(/\0+$/, "");
}
