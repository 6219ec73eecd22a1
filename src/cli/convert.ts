/**
 * `calql data convert`: from one format of datasets to another, with a progress bar and the counts at the end.
 */
import type { Command } from "commander";
import { counted } from "../data/figures.js";
import { datasetFormats } from "../data/formats/formats.js";
import { convertDataset } from "../data/storage/convert-dataset.js";
import { type ActionBounds, boundsText } from "../data/transform.js";
import { amountView } from "./amount-view.js";
import { tellOfData } from "./data-findings.js";
import { INTERRUPTED, untilInterrupted } from "./interrupts.js";
import { addReadingFlags, type ReadingFlags, readOptionsOf } from "./reading-flags.js";

interface ConvertFlags extends ReadingFlags {
  readonly to?: string;
  readonly force?: true;
}

export function addConvertCommand(data: Command): void {
  const writable = datasetFormats.filter((format) => format.create !== undefined);
  const endings = writable.map((format) => `${format.id} (${format.extensions.join(", ")})`).join(", ");
  const command = data
    .command("convert")
    .description("write a dataset in another format, such as calql, from which data larger than memory are learned")
    .argument("<from>", "dataset: a file or folder in any format that is known")
    .argument("<path>", `file or folder to write; its ending tells the format: ${endings}`)
    .option("--to <format>", "format to write, where the ending does not tell it")
    .option("--force", "replace a dataset of the same format");
  addReadingFlags(command).action(async (from: string, path: string, flags: ConvertFlags) => {
    const reading = readOptionsOf(flags);
    const view = amountView("converting");
    let interrupted: AbortSignal | undefined;
    try {
      const result = await untilInterrupted(view.stop, (signal) => {
        interrupted = signal;
        const how = { ...(flags.to !== undefined && { to: flags.to }), ...(flags.force && { replace: true }) };
        return convertDataset(from, path, { ...reading, ...how, signal, onProgress: view.show });
      });
      view.stop();
      const counts = `${counted(result.episodes, "episode")}, ${counted(result.steps, "step")}`;
      process.stdout.write(`${path}: ${counts} (${result.from} -> ${result.to})\n`);
      tellOfData(result.inspection);
      const { lostBounds: lost, lostPropensities } = result;
      if (lost) process.stderr.write(`${boundsLost(path, result.to, lost)}\n`);
      if (lostPropensities)
        process.stderr.write(
          `The format ${result.to} has no place for the propensities of actions, so ${path} lacks them; write calql, jsonl or parquet to keep them.\n`,
        );
    } catch (error) {
      if (!interrupted?.aborted || error !== interrupted.reason) throw error;
      process.stderr.write(`interrupted: ${path} was not written\n`);
      process.exitCode = INTERRUPTED;
    } finally {
      view.stop();
    }
  });
}

function boundsLost(path: string, format: string, bounds: ActionBounds): string {
  return `The format ${format} has no place for the action bounds ${boundsText(bounds)}, so ${path} lacks them; --action-bounds LOW,HIGH names them where it is read.`;
}
