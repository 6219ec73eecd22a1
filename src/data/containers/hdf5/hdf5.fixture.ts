/** For tests: HDF5 files in memory with chosen content, the wrong ones included. */
import { GrowingBytes } from "./growing-bytes.js";
import { growHdf5, type WritableHdf5 } from "./hdf5-module.js";

/** The bytes of an HDF5 file. @param fill gets the empty file */
export async function createHdf5(fill: (file: WritableHdf5) => void): Promise<Uint8Array> {
  const target = new GrowingBytes();
  const { file, attempt, finish, abandon } = await growHdf5(target, "created.hdf5");
  try {
    attempt("cannot be filled", () => fill(file));
    finish();
  } catch (error) {
    abandon();
    throw error;
  }
  return target.bytes();
}
