/**
 * Attributes of an HDF5 file that are one whole number, as Python's h5py writes them; others are left out. For texts
 * see hdf5-texts.ts.
 */
import type { OpenHdf5 } from "./hdf5-module.js";

/** HDF5's number for whole numbers. */
const INTEGER = 0;

/**
 * The attributes of a group or dataset that are one whole number.
 * @param path "/" or "/group"
 * @throws DataError where the file is damaged
 */
export function readAttributes(file: OpenHdf5, path: string): Map<string, number> {
  const names: unknown = file.attempt("its attributes cannot be listed", () =>
    file.library.get_attribute_names(file.id, path),
  );
  const found = new Map<string, number>();
  for (const name of Array.isArray(names) ? names.map(String) : []) {
    const value = readAttribute(file, path, name);
    if (value !== undefined) found.set(name, value);
  }
  return found;
}

function readAttribute(file: OpenHdf5, path: string, name: string): number | undefined {
  const { library, id } = file;
  const what = "an attribute cannot be read";
  const header = file.attempt(what, () => library.get_attribute_metadata(id, path, name));
  if (header.total_size !== 1 || header.size > 8 || header.type !== INTEGER) return undefined;
  const pointer = library._malloc(header.size);
  try {
    const status = file.attempt(what, () => library.get_attribute_data(id, path, name, BigInt(pointer)));
    if (status < 0) file.fail(what);
    return wholeNumber(library.HEAPU8.slice(pointer, pointer + header.size), header.signed);
  } finally {
    library._free(pointer);
  }
}

function wholeNumber(bytes: Uint8Array<ArrayBuffer>, signed: boolean): number | undefined {
  const view = new DataView(bytes.buffer);
  if (bytes.length === 8) return Number(signed ? view.getBigInt64(0, true) : view.getBigUint64(0, true));
  if (bytes.length === 4) return signed ? view.getInt32(0, true) : view.getUint32(0, true);
  if (bytes.length === 2) return signed ? view.getInt16(0, true) : view.getUint16(0, true);
  return bytes.length === 1 ? (signed ? view.getInt8(0) : view.getUint8(0)) : undefined;
}
