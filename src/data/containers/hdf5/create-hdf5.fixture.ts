/**
 * HDF5 files in memory, written by the library itself: what tests read with our readers.
 */
import h5wasm from "h5wasm";
import type { WritableHdf5 } from "./hdf5-module.js";

let made = 0;

/** The bytes of a file, which `fill` gets empty. */
export async function createHdf5(fill: (file: WritableHdf5) => void): Promise<Uint8Array> {
  const { FS } = await h5wasm.ready;
  const path = `/fixture-${made++}.hdf5`;
  const file = new h5wasm.File(path, "w", { libver: ["earliest", "latest"] });
  fill(file);
  file.close();
  const bytes = FS.readFile(path);
  FS.unlink(path);
  return bytes;
}
