/**
 * Our files as nodes of the HDF5 library's own file system: whatever the library reads or writes goes straight to
 * where the file is. An error of ours must not cross the library's frames, which would leave it in an undefined state,
 * so it is kept, and the library is given "input or output failed".
 */

import type { DataFile, TargetFile } from "../files.js";
import type { Hdf5Library } from "./hdf5-module.js";

/** What the library said, the error of ours that it stumbled over, and whether any call failed so far. */
export interface Trouble {
  text: string;
  error: unknown;
  failed: boolean;
}

/** The memory is the library's, signed bytes. */
type Transfer = (stream: unknown, memory: Int8Array, at: number, length: number, position: number) => number;

/** The part of the file system that the types of h5wasm leave out: a file's node. */
interface FileNode {
  usedBytes: number;
  stream_ops: { read: Transfer; write: Transfer };
  node_ops: { setattr(node: FileNode, attributes: { readonly size?: number }): void };
}

/** The library's number for "input or output failed". */
const EIO = 29;
const GAP_BYTES = 2 ** 20;

/** Makes a file that is read a node at `path`. */
export function attachFile(library: Hdf5Library, path: string, file: DataFile, trouble: Trouble): void {
  const node = emptyNode(library, path);
  node.usedBytes = file.size;
  node.stream_ops = { ...node.stream_ops, read: readerOf(library, file, trouble) };
}

/** Makes a file that is written a node at `path`. */
export function attachTarget(library: Hdf5Library, path: string, file: TargetFile, trouble: Trouble): void {
  const node = emptyNode(library, path);
  const read = readerOf(library, file, trouble);
  const write: Transfer = (_stream, memory, at, length, position) =>
    kept(library, trouble, () => {
      put(file, new Uint8Array(memory.buffer, memory.byteOffset + at, length).slice(), position);
      node.usedBytes = file.size;
      return length;
    });
  const setattr: FileNode["node_ops"]["setattr"] = (_node, { size }) => {
    if (size === undefined) return;
    kept(library, trouble, () => {
      if (size < file.size) throw new Error(`the library wants to shorten the file to ${size} bytes`);
      fillTo(file, size);
      node.usedBytes = size;
    });
  };
  node.stream_ops = { ...node.stream_ops, read, write };
  node.node_ops = { ...node.node_ops, setattr };
}

function readerOf(library: Hdf5Library, file: DataFile | TargetFile, trouble: Trouble): Transfer {
  return (_stream, memory, at, length, position) =>
    kept(library, trouble, () => {
      const count = Math.max(0, Math.min(length, file.size - position));
      if (count > 0) memory.set(file.read(position, count), at); // a damaged file points far beyond its end
      return count;
    });
}

function emptyNode(library: Hdf5Library, path: string): FileNode {
  library.FS.writeFile(path, new Uint8Array(0));
  return library.FS.lookupPath(path, {}).node as unknown as FileNode;
}

function kept<T>(library: Hdf5Library, trouble: Trouble, action: () => T): T {
  try {
    return action();
  } catch (error) {
    trouble.error = error;
    const { ErrnoError } = library.FS as unknown as { ErrnoError: new (errno: number) => Error };
    throw new ErrnoError(EIO);
  }
}

/** The library writes where it likes: over what is there, at the end, or further on. */
function put(file: TargetFile, bytes: Uint8Array, position: number): void {
  fillTo(file, position);
  const over = Math.min(bytes.length, file.size - position);
  if (over > 0) file.overwrite(position, bytes.subarray(0, over));
  if (over < bytes.length) file.append(bytes.subarray(over));
}

function fillTo(file: TargetFile, size: number): void {
  while (file.size < size) file.append(new Uint8Array(Math.min(GAP_BYTES, size - file.size)));
}
