/**
 * `calql report`: one page over one run or several, made from their folders alone.
 */
import { join } from "node:path";
import type { Command } from "commander";
import { writeReport } from "../report/write-report.js";
import { runFiles } from "../runs/record.js";
import { runsBelow } from "../runs/runs-below.js";

export function defineReport(command: Command): void {
  command
    .argument("<runs...>", "run folders, or folders of runs: all runs one or two levels below")
    .option("--out <file>", "page to write (default: in the folder where one is named, else ./report.html)")
    .action(async (folders: string[], { out }: { out?: string }) => {
      const path = out ?? (folders.length === 1 ? join(folders[0]!, runFiles.report) : runFiles.report);
      await writeReport(folders.flatMap(runsBelow), path);
      process.stdout.write(`${path}\n`);
    });
}
