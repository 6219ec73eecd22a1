/**
 * Files on disk as the readers of datasets see them (see containers/files.ts): a single file, or all files below a
 * folder. Only a few descriptors are open at a time, because a dataset may have a file an episode; a link that leads
 * out of the folder is not followed, because a dataset that came from elsewhere must not reach the rest of the disk.
 */
import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from "node:fs";
import { basename, join, sep } from "node:path";
import { DataError, fileReason } from "../../errors.js";
import type { DataFile, DataFiles } from "../containers/files.js";

/** Files whose descriptors are to be given back. */
export interface DiskFiles extends DataFiles {
  /** Closes all files; reading from them afterwards opens them again. */
  close(): void;
}

/** More files than any dataset of one task has; a wrong path such as "/" is refused at this number. */
const MOST_FILES = 200_000;
const MOST_OPEN = 32;

/**
 * The file or folder at a path. Folders are listed at once, files are opened when they are first read.
 * @throws DataError when it cannot be read, or has too many files
 */
export function diskFiles(path: string): DiskFiles {
  const descriptors = new Descriptors();
  const kind = kindOf(path);
  const root = kind === "file" ? "" : realpathSync(path);
  const paths = kind === "file" ? [basename(path)] : listFolder(path);
  const known = new Set(paths);
  return {
    name: path,
    kind,
    paths,
    open(file) {
      if (!known.has(file))
        throw new DataError(`"${path}" has no file "${file}"; copy the dataset again, with all its files.`);
      const place = kind === "file" ? path : join(path, ...file.split("/"));
      if (kind === "folder") refuseOutside(path, file, place, root);
      return diskFile(file, place, descriptors);
    },
    close: () => descriptors.closeAll(),
  };
}

function kindOf(path: string): "file" | "folder" {
  let found: ReturnType<typeof statSync>;
  try {
    found = statSync(path)!;
  } catch (error) {
    throw cannotRead(path, error);
  }
  if (found.isDirectory()) return "folder";
  if (found.isFile()) return "file";
  throw new DataError(`The dataset ${path} cannot be read: it is neither a file nor a folder. Give the path of one.`);
}

function cannotRead(path: string, error: unknown): DataError {
  return new DataError(
    `The dataset ${path} cannot be read: ${fileReason(error)}. Give the path of a dataset's file or folder.`,
  );
}

/** All files below a folder, sorted; links to folders are left out, links to files are looked at when they are opened. */
function listFolder(root: string): string[] {
  const found: string[] = [];
  const waiting = [""];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of entriesOf(join(root, folder))) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile() || entry.isSymbolicLink()) found.push(path);
    }
    if (found.length + waiting.length > MOST_FILES)
      throw new DataError(`"${root}" has more than ${MOST_FILES} files; give the folder of a single dataset.`);
  }
  return found.sort();
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw cannotRead(folder, error);
  }
}

function refuseOutside(name: string, file: string, place: string, root: string): void {
  let target: string;
  try {
    target = realpathSync(place);
  } catch (error) {
    throw new DataError(`"${name}": "${file}" cannot be read: ${fileReason(error)}. Copy the dataset again.`);
  }
  if (target.startsWith(root.endsWith(sep) ? root : root + sep)) return;
  throw new DataError(
    `"${name}": "${file}" is a link that leads out of the folder, which is not followed; copy the dataset with the files themselves (cp -rL).`,
  );
}

function diskFile(path: string, place: string, descriptors: Descriptors): DataFile {
  const failure = (reason: string) => new DataError(`"${place}" ${reason}; copy it again.`);
  const attempt = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw failure(`cannot be read: ${fileReason(error)}`);
    }
  };
  const size = attempt(() => {
    const status = statSync(place);
    if (!status.isFile()) throw new Error("it is no file");
    return status.size;
  });
  return {
    path,
    size,
    read(offset, length) {
      if (!(offset >= 0 && length >= 0 && offset + length <= size))
        throw failure(`ends after ${size} bytes, before byte ${offset + length}`);
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const count = attempt(() => readSync(descriptors.of(place), bytes, done, length - done, offset + done));
        if (count === 0) throw failure(`ends after ${offset + done} bytes, although it had ${size} when it was opened`);
        done += count;
      }
      return bytes;
    },
  };
}

/** The descriptors of the files that were read last; the oldest is closed when one too many is open. */
class Descriptors {
  private readonly open = new Map<string, number>();

  of(path: string): number {
    const known = this.open.get(path);
    const descriptor = known ?? openSync(path, "r");
    this.open.delete(path);
    this.open.set(path, descriptor);
    if (this.open.size > MOST_OPEN) this.close(this.open.keys().next().value!);
    return descriptor;
  }

  closeAll(): void {
    for (const path of [...this.open.keys()]) this.close(path);
  }

  private close(path: string): void {
    closeSync(this.open.get(path)!);
    this.open.delete(path);
  }
}
