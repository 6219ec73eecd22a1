/**
 * `calql report`: one page over one run or several, made from their folders alone.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { writeReport } from "../report/write-report.js";
import { runFiles } from "../runs/record.js";

/** How far below a folder its runs may lie. */
const LEVELS = 2;

/** Runs that a comparison could not resume, and moved out of the way. */
const MOVED_ASIDE = /\.damaged-\d+$/;

export function defineReport(command: Command): void {
  command
    .argument("<runs...>", "run folders, or folders of runs: all runs one or two levels below")
    .option("--out <file>", "file to write: the page (default: in the folder where one is named, else ./report.html)")
    .action(async (folders: string[], { out }: { out?: string }) => {
      const path = out ?? (folders.length === 1 ? join(folders[0]!, runFiles.report) : runFiles.report);
      await writeReport(runsOf(folders), path);
      process.stdout.write(`${path}\n`);
    });
}

/**
 * The runs of all named folders. Files among several names are left out: a shell puts the data and tables that a
 * comparison leaves beside its runs in the place of a *.
 */
export function runsOf(paths: readonly string[]): string[] {
  const folders = paths.length > 1 ? paths.filter((path) => !isFile(path)) : paths;
  return (folders.length > 0 ? folders : paths).flatMap(runsBelow);
}

/**
 * The folder itself where it is a run, or holds none; else the run folders in it, in alphabetical order but for seeds, whose
 * numbers count, such as those that a comparison has left.
 */
function runsBelow(folder: string): string[] {
  const found = runsWithin(folder, LEVELS);
  return found.length === 0 ? [folder] : found;
}

function runsWithin(folder: string, levels: number): string[] {
  if (existsSync(join(folder, runFiles.config))) return [folder];
  if (levels === 0 || !isFolder(folder)) return [];
  const below = readdirSync(folder).filter((name) => !MOVED_ASIDE.test(name));
  return below.sort(byNameAndSeed).flatMap((name) => runsWithin(join(folder, name), levels - 1));
}

/** Seed 2 before seed 10. */
function byNameAndSeed(one: string, other: string): number {
  const [left, right] = [one, other].map((name) =>
    name.replace(/(?<=seed-?)\d+$/, (digits) => digits.padStart(16, "0")),
  );
  return left! < right! ? -1 : Number(left! > right!);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
