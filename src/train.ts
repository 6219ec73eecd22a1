/**
 * The public entry points of training: a run as runs/train.ts carries it out, whose folder holds its report however it
 * ends. A run's own page is drawn here alone, so that programs, the command line and comparisons leave the same folder.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "./errors.js";
import { writeOwnReport } from "./report/write-report.js";
import { configure } from "./runs/configure.js";
import { runFiles } from "./runs/record.js";
import * as runs from "./runs/train.js";
import type { Configuration, TrainSettings } from "./settings/configuration.js";
import { withoutTask } from "./settings/without-task.js";

type TrainOptions = runs.TrainOptions;
type TrainResult = runs.TrainResult;

export type { TrainOptions, TrainResult } from "./runs/train.js";

/**
 * Trains as the settings say and leaves a run folder with its report.
 * @throws UsageError for settings or data that do not fit, before anything is written
 * @throws RunFailure if training cannot continue; what was recorded until then, and its report, are in the folder
 */
export async function train(settings: TrainSettings, options: TrainOptions): Promise<TrainResult> {
  return trainConfigured(configure(withoutTask(settings, options?.dataset !== undefined)), options);
}

/** The same, with settings that were resolved already. */
export async function trainConfigured(configuration: Configuration, options: TrainOptions): Promise<TrainResult> {
  return withReport(options, () => runs.trainConfigured(configuration, options));
}

/**
 * Resumes a run that was interrupted, killed or failed, from its newest sound checkpoint. On the same
 * machine with the same number of threads the result is, to the bit, that of a run that was never ended.
 * @throws as `train` does; DataError where no checkpoint is sound or the recorded data are not those of the run
 */
export async function resume(options: TrainOptions): Promise<TrainResult> {
  return withReport(options, () => runs.resume(options));
}

async function withReport(options: TrainOptions, work: () => Promise<TrainResult>): Promise<TrainResult> {
  const result = await work().catch(async (error: unknown) => {
    // A refused call has changed nothing in the folder.
    if (!(error instanceof UsageError)) await reportFailedRun(options);
    throw error;
  });
  await writeOwnReport(options.folder);
  return result;
}

/** The report of what there is; that it cannot be drawn must not hide why the run failed. */
async function reportFailedRun({ folder, onNotice }: TrainOptions): Promise<void> {
  if (!existsSync(join(folder, runFiles.config))) return;
  try {
    await writeOwnReport(folder);
  } catch (error) {
    onNotice?.(error instanceof Error ? error.message : String(error));
  }
}
