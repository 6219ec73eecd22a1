/**
 * Files that are written atomically: no reader ever sees half a file, and an older one is replaced only when the new one
 * is complete.
 */
import { type Disk, realDisk, writeDurably } from "./disk.js";

/** The name of the file that a kill kept from being written, by the name of what it left; undefined for any other name. */
export function unfinishedFile(name: string): string | undefined {
  return /^(.+)\.\d+\.partial$/.exec(name)?.[1];
}

/** @throws what the operating system says; nothing half-written is left */
export function writeWholeFile(path: string, content: string | Uint8Array, disk: Disk = realDisk): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  // Several processes may write the same file, such as a page over many runs: each has a temporary name of its own.
  writeDurably(disk, path, bytes, `${path}.${process.pid}.partial`);
}
