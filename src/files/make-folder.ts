/**
 * Folders are made one level after the other: Node's own recursive way loops forever where the system answers the
 * creation of a folder with "no such file", as /proc does. What was created is removed if a level below cannot be, and
 * its name is on the disk before anything is in it.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, rmdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Makes a folder and those above it that are missing; one that is there is left as it is. @throws what the system says */
export function makeFolder(path: string): void {
  const made: string[] = [];
  try {
    for (const folder of missingFolders(path)) {
      if (!madeNow(folder)) continue;
      made.push(folder);
      syncFolder(dirname(folder));
    }
  } catch (error) {
    for (const folder of made.reverse()) rmdirSync(folder);
    throw error;
  }
}

/** Those that are to be made, the uppermost first. */
function missingFolders(path: string): string[] {
  const missing: string[] = [];
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found && !found.isDirectory()) throw Object.assign(new Error(`${folder} is a file`), { code: "ENOTDIR" });
    if (found) return missing;
    missing.unshift(folder);
  }
}

/** @returns false if another process was faster */
function madeNow(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return false;
    if (code === "ENOENT") throw new Error(`no folder can be made in ${dirname(folder)}`);
    throw error;
  }
}

/** Puts the names in a folder on the disk. */
export function syncFolder(folder: string): void {
  if (process.platform === "win32") return; // there, a folder cannot be opened
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
