/**
 * `calql train`: one run from recorded data to a fine-tuned policy, with its report.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../errors.js";
import { writeReport } from "../report/write-report.js";
import { runFiles } from "../runs/record.js";
import { resolveConfiguration, type TrainSettings } from "../training/configuration.js";
import { type TrainOptions, type TrainResult, train } from "../training/train.js";
import { addSettingFlags, writtenSettings } from "./flags.js";
import { untilInterrupted } from "./interrupts.js";
import { progressView } from "./progress.js";

/** The exit code of a process that Ctrl-C has ended. */
export const INTERRUPTED = 130;

export function addTrainCommand(program: Command): void {
  const command = program
    .command("train")
    .description("pre-train on recorded data, then fine-tune online; writes a run folder with a report")
    .option("--config <file>", "YAML or JSON file of settings: a difference to the task's preset")
    .option("--out <folder>", "run folder to make (default: runs/<task>/<agent>-seed<seed>)");
  addSettingFlags(command).action(async (flags: Record<string, string | undefined>) => {
    const settings = writtenSettings(command, flags);
    const folder = flags.out ?? defaultFolder(settings);
    const { summary } = await trainWithView(settings, { folder });
    process.stdout.write(`${summary.status}: ${folder}/report.html (policy: ${folder}/policy.onnx)\n`);
    if (summary.status === "interrupted") process.exitCode = INTERRUPTED;
  });
}

/** Trains with a progress bar, ends cleanly at Ctrl-C, and writes the report however it ends. */
export async function trainWithView(
  settings: TrainSettings,
  options: Pick<TrainOptions, "folder" | "dataset">,
): Promise<TrainResult> {
  const view = progressView(labelOf(settings));
  try {
    const result = await untilInterrupted(view.stopping, (signal) =>
      train(settings, { ...options, onProgress: view.show, onEvaluation: view.evaluated, signal }),
    );
    writeReport([options.folder], join(options.folder, runFiles.report));
    return result;
  } catch (error) {
    if (!(error instanceof UsageError)) reportFailedRun(options.folder);
    throw error;
  } finally {
    view.stop();
  }
}

/** The report of what there is; that it cannot be written must not hide why the run failed. */
function reportFailedRun(folder: string): void {
  if (!existsSync(join(folder, runFiles.config))) return;
  try {
    writeReport([folder], join(folder, runFiles.report));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  }
}

function labelOf(settings: TrainSettings): string {
  const { run } = resolveConfiguration(settings);
  return run.onlineAgent === null ? run.agent : `${run.agent} -> ${run.onlineAgent}`;
}

function defaultFolder(settings: TrainSettings): string {
  const { run } = resolveConfiguration(settings);
  const name = run.onlineAgent === null ? run.agent : `${run.agent}-${run.onlineAgent}`;
  return join("runs", run.task, `${name}-seed${run.seed}`);
}
