/**
 * `calql report`: one page over one run or several, made from their folders alone.
 */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { RunFailure } from "../errors.js";
import { renderReport } from "../report/page.js";
import { readRun } from "../runs/read.js";
import { runFiles } from "../runs/record.js";

export function addReportCommand(program: Command): void {
  program
    .command("report")
    .description("draw the report of a run, or of several overlaid by agent (mean and band over seeds)")
    .argument("<runs...>", "run folders")
    .option("--out <file>", "page to write (default: in the folder of a single run, else ./report.html)")
    .action((folders: string[], { out }: { out?: string }) => {
      const path = out ?? (folders.length === 1 ? join(folders[0]!, runFiles.report) : runFiles.report);
      writeReport(folders, path);
      process.stdout.write(`${path}\n`);
    });
}

/** Reads run folders and writes their page. @throws DataError for a folder that is no run */
export function writeReport(folders: readonly string[], path: string): void {
  const page = renderReport(folders.map(readRun));
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.partial`, page);
    renameSync(`${path}.partial`, path);
  } catch (error) {
    throw new RunFailure(`The report could not be written to ${path}: ${(error as Error).message}. Name another file.`);
  }
}
