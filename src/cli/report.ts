/**
 * `calql report`: one page over one run or several, made from their folders alone.
 */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { fileReason, RunFailure } from "../errors.js";
import { renderReport } from "../report/page.js";
import { readRun } from "../runs/read.js";
import { runFiles } from "../runs/record.js";
import { writeWholeFile } from "../runs/whole-file.js";

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
    writeWholeFile(path, page);
  } catch (error) {
    throw new RunFailure(`The report could not be written to ${path}: ${fileReason(error)}. Name another file.`);
  }
}
