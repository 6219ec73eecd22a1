/**
 * `calql data`: look at recorded data, convert and merge them, collect a task's own, and download public ones.
 */
import { basename, extname } from "node:path";
import type { Command } from "commander";
import { checkData } from "../data/checks/checks.js";
import type { ReadOptions } from "../data/formats/format.js";
import { inspectDataset } from "../data/inspect.js";
import { formatInspection } from "../data/inspect-format.js";
import { openDataset, readDataset } from "../data/storage/open-dataset.js";
import { DataError, UsageError } from "../errors.js";
import { encodePng } from "../rendering/png.js";
import { drawCoverage } from "../report/coverage.js";
import { writePicture } from "../report/write-report.js";
import { addConvertCommand } from "./convert.js";
import { addDataBenchCommand } from "./data-bench.js";
import { addCollectCommand } from "./data-collect.js";
import { framesOf } from "./data-frames.js";
import { addGetCommand } from "./data-get.js";
import { addMergeCommand } from "./data-merge.js";
import { addReadingFlags, type ReadingFlags, readOptionsOf } from "./reading-flags.js";

interface InspectFlags extends ReadingFlags {
  readonly picture?: string;
  readonly frames?: string;
}

export function defineData(data: Command): void {
  const inspect = data
    .command("inspect")
    .description(
      "print shapes, episodes, lengths, returns, success share, ranges and what looks odd; exit code 1 after an ERROR",
    )
    .argument("<file>", "dataset: a file or folder in any format that is known")
    .option("--picture <file>", "SVG to write: where in a maze the data have been")
    .option("--frames <file>", "PNG to write: pictures of some episodes, a row each");
  addReadingFlags(inspect).action(async (file: string, flags: InspectFlags) => {
    const options = readOptionsOf(flags);
    refuseOtherPictures(flags.frames);
    // Values that are no numbers are counted, unless their episodes are left out as everywhere else.
    const dataset = await readDataset(file, { ...options, allowNonFinite: options.dropFaulty !== true });
    if (flags.picture !== undefined) writePicture(drawCoverage(dataset, { title: basename(file) }), flags.picture);
    if (flags.frames !== undefined) writePicture(encodePng(framesOf(dataset)), flags.frames);
    const inspection = inspectDataset(dataset);
    process.stdout.write(formatInspection(inspection));
    const errors = checkData(inspection).filter(({ level }) => level === "error");
    if (errors.length === 0) return;
    process.exitCode = 1;
    const refusal = errors.some(({ id }) => id === "not-finite") && (await refusalOf(file, options));
    if (refusal) process.stdout.write(`${refusal}\n`);
  });
  addConvertCommand(data);
  addCollectCommand(data);
  addMergeCommand(data);
  addDataBenchCommand(data);
  addGetCommand(data);
}

function refuseOtherPictures(path: string | undefined): void {
  if (path === undefined || extname(path).toLowerCase() === ".png") return;
  throw new UsageError(`The picture ${path} of --frames must end in .png; name it so.`);
}

/** What everything else says of data that are inspected nevertheless: the first place, in the file's own rows or lines. */
async function refusalOf(file: string, options: ReadOptions): Promise<string | undefined> {
  const dataset = await openDataset(file, options);
  try {
    for await (const _ of dataset.episodes());
    return undefined;
  } catch (error) {
    if (error instanceof DataError) return `convert and train refuse these data: ${error.message}`;
    throw error;
  } finally {
    dataset.close();
  }
}
