/**
 * The runs in a folder of runs, such as those that a comparison has left: its run folders are one or two levels below.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { runFiles } from "./record.js";

const LEVELS = 2;

/** Runs that a comparison could not go on with, and moved out of the way. */
const MOVED_ASIDE = /\.damaged-\d+$/;

/** The folder itself where it is a run, or holds none; else the run folders in it, in alphabetical order. */
export function runsBelow(folder: string): string[] {
  const found = runsWithin(folder, LEVELS);
  return found.length === 0 ? [folder] : found;
}

function runsWithin(folder: string, levels: number): string[] {
  if (existsSync(join(folder, runFiles.config))) return [folder];
  if (levels === 0 || !isFolder(folder)) return [];
  const below = readdirSync(folder).filter((name) => !MOVED_ASIDE.test(name));
  return below.sort().flatMap((name) => runsWithin(join(folder, name), levels - 1));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
