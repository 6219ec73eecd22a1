/**
 * The file operations that a run is kept with, as a value, so that tests can let every single one of them fail
 * or be the last before a kill.
 */
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { makeFolder, syncFolder } from "./make-folder.js";

export interface Disk {
  makeFolder(path: string): void;
  /** The names in a folder; none where there is no folder. */
  list(folder: string): string[];
  /** Opens for writing: "w" anew, "a" at the end. */
  open(path: string, mode: "w" | "a"): number;
  /** Writes all of the bytes. */
  write(descriptor: number, bytes: Uint8Array): void;
  /** Cuts off what stands after so many bytes. */
  truncate(descriptor: number, bytes: number): void;
  sync(descriptor: number): void;
  close(descriptor: number): void;
  rename(from: string, to: string): void;
  /** Makes `to` another name of `from`, or a copy where the file system has no links. */
  link(from: string, to: string): void;
  remove(path: string): void;
  /** Puts the names in a folder on the disk. */
  syncFolder(folder: string): void;
}

export const realDisk: Disk = {
  makeFolder,
  list(folder) {
    try {
      return readdirSync(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  },
  open: (path, mode) => openSync(path, mode),
  write(descriptor, bytes) {
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
  },
  truncate: (descriptor, bytes) => ftruncateSync(descriptor, bytes),
  sync: (descriptor) => fsyncSync(descriptor),
  close: (descriptor) => closeSync(descriptor),
  rename: (from, to) => renameSync(from, to),
  link(from, to) {
    try {
      linkSync(from, to);
    } catch (error) {
      if (!meansNoLinks(error)) throw error;
      copyFileSync(from, to);
      const descriptor = openSync(to, "r+");
      try {
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    }
  },
  remove: (path) => rmSync(path, { force: true }),
  syncFolder,
};

/** What stands after the name of a file while it is being written. */
export const partialEnding = ".partial";

/** Whether a link failed because the file system has none (or no more of that file). */
export function meansNoLinks(error: unknown): boolean {
  const codes = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV"];
  return codes.includes((error as NodeJS.ErrnoException).code ?? "");
}

/**
 * Writes a file in one piece and puts it on the disk: under a temporary name, synced, renamed, the folder synced. After a
 * failure or a kill at any point the file is there as before or as it shall be.
 */
export function writeDurably(disk: Disk, path: string, bytes: Uint8Array, partial = `${path}${partialEnding}`): void {
  try {
    const descriptor = disk.open(partial, "w");
    try {
      disk.write(descriptor, bytes);
      disk.sync(descriptor);
    } finally {
      disk.close(descriptor);
    }
    disk.rename(partial, path);
  } catch (error) {
    attemptRemoval(disk, partial);
    throw error;
  }
  disk.syncFolder(dirname(path));
}

/** Gives a file that is on the disk a second name, at once and durably; one that had that name is replaced. */
export function linkDurably(disk: Disk, from: string, to: string): void {
  const partial = `${to}${partialEnding}`;
  disk.remove(partial); // left by a kill
  disk.link(from, partial);
  disk.rename(partial, to);
  disk.syncFolder(dirname(to));
}

/** What cannot be removed is overwritten by the next attempt; the error that matters is the first. */
function attemptRemoval(disk: Disk, path: string): void {
  try {
    disk.remove(path);
  } catch {}
}
