/**
 * `calql data`: look at recorded data, convert and merge them, collect a task's own, and download public ones.
 */
import { basename } from "node:path";
import type { Command } from "commander";
import { inspectDataset } from "../data/inspect.js";
import { formatInspection } from "../data/inspect-format.js";
import { readDataset } from "../data/storage/open-dataset.js";
import { drawCoverage } from "../report/coverage.js";
import { writePicture } from "../report/write-report.js";
import { addConvertCommand } from "./convert.js";
import { addDataBenchCommand } from "./data-bench.js";
import { addCollectCommand } from "./data-collect.js";
import { addGetCommand } from "./data-get.js";
import { addMergeCommand } from "./data-merge.js";
import { addReadingFlags, type ReadingFlags, readOptionsOf } from "./reading-flags.js";

export function defineData(data: Command): void {
  const inspect = data
    .command("inspect")
    .description("print shapes, episodes, lengths, returns, success share, ranges and what looks odd")
    .argument("<file>", "dataset: a file or folder in any format that is known")
    .option("--picture <file>", "SVG to write: where in a maze the data have been");
  addReadingFlags(inspect).action(async (file: string, flags: ReadingFlags & { readonly picture?: string }) => {
    const dataset = await readDataset(file, { ...readOptionsOf(flags), allowNonFinite: true });
    if (flags.picture !== undefined) writePicture(drawCoverage(dataset, { title: basename(file) }), flags.picture);
    process.stdout.write(formatInspection(inspectDataset(dataset)));
  });
  addConvertCommand(data);
  addCollectCommand(data);
  addMergeCommand(data);
  addDataBenchCommand(data);
  addGetCommand(data);
}
