/**
 * Files as the readers of datasets see them: names, sizes and bytes at a place, without a file system, so that the
 * same readers run in a browser. Reading is synchronous (the HDF5 library asks for it), and never needs a whole file
 * in memory. `storage/disk-files.ts` has the implementation for Node; `filesInMemory` serves bytes that are in memory.
 */
import { DataError } from "../../errors.js";

/** One file that can be read at any place. */
export interface DataFile {
  /** Its path below the dataset's root with "/" between the parts; for a dataset of one file, the file's name. */
  readonly path: string;
  readonly size: number;
  /**
   * The bytes from `offset` on, in a fresh array.
   * @throws DataError naming the file when it ends before `offset + length` or cannot be read
   */
  read(offset: number, length: number): Uint8Array;
}

/** What a dataset consists of: one file, or the files below a folder. */
export interface DataFiles {
  /** The dataset in messages and as `Dataset.source`: the path that the user gave. */
  readonly name: string;
  readonly kind: "file" | "folder";
  /** The paths of all files below a folder, sorted; of a single file its name alone. */
  readonly paths: readonly string[];
  /** @throws DataError when there is no such file or it cannot be opened */
  open(path: string): DataFile;
}

/** A file that is being written. */
export interface TargetFile {
  append(bytes: Uint8Array): void;
  /** Replaces bytes that were appended before, e.g. a header that holds a count. */
  overwrite(offset: number, bytes: Uint8Array): void;
  /** Bytes that were appended before, in a fresh array: the HDF5 library looks up what it wrote. */
  read(offset: number, length: number): Uint8Array;
  readonly size: number;
  close(): void;
}

const onlyFiles = new WeakMap<DataFiles, DataFile>();

/** Whether a dataset is a single file that begins with these bytes. */
export function beginsWith(files: DataFiles, bytes: readonly number[]): boolean {
  return files.kind === "file" && fileStartsWith(onlyFile(files), bytes);
}

/** Whether a file begins with these bytes. */
export function fileStartsWith(file: DataFile, bytes: readonly number[]): boolean {
  if (file.size < bytes.length) return false;
  const start = file.read(0, bytes.length);
  return bytes.every((byte, i) => byte === start[i]);
}

/** The file of a dataset that is a single one; the first of a folder. The same one whenever it is asked for. */
export function onlyFile(files: DataFiles): DataFile {
  const known = onlyFiles.get(files);
  if (known) return known;
  const file = files.open(files.paths[0]!);
  onlyFiles.set(files, file);
  return file;
}

/** The whole of a file. @throws DataError when it is larger than `most` bytes */
export function readWhole(files: DataFiles, path: string, most: number): Uint8Array {
  const file = files.open(path);
  if (file.size > most)
    throw new DataError(
      `"${files.name}": ${placeOf(files, path)} has ${file.size} bytes, more than the ${most} that are read of such a file; it is damaged or not what its name says.`,
    );
  return file.read(0, file.size);
}

/** How messages name a file of a dataset: nothing to add where the dataset is that file. */
export function placeOf(files: DataFiles, path: string): string {
  return files.kind === "file" ? "the file" : `"${path}"`;
}

/** Files whose bytes are in memory. A single entry under `name` itself is a dataset of one file. */
export function filesInMemory(name: string, contents: ReadonlyMap<string, Uint8Array> | Uint8Array): DataFiles {
  const kind = contents instanceof Uint8Array ? "file" : "folder";
  const all = contents instanceof Uint8Array ? new Map([[name, contents]]) : contents;
  return {
    name,
    kind,
    paths: [...all.keys()].sort(),
    open(path) {
      const bytes = all.get(path);
      if (!bytes) throw new DataError(`"${name}" has no file "${path}"; copy the dataset again, with all its files.`);
      return fileInMemory(path, bytes);
    },
  };
}

/** One file whose bytes are in memory. */
export function fileInMemory(path: string, bytes: Uint8Array): DataFile {
  return {
    path,
    size: bytes.length,
    read(offset, length) {
      if (offset + length > bytes.length)
        throw new DataError(
          `"${path}" ends after ${bytes.length} bytes, before byte ${offset + length}; copy it again.`,
        );
      return bytes.slice(offset, offset + length);
    },
  };
}
