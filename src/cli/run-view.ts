/**
 * A run as a person follows it, whichever verb began it: progress while it goes on, a clean end at Ctrl-C, the report
 * however it ends, and one line that says where everything is.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../errors.js";
import { writeOwnReport } from "../report/write-report.js";
import { runFiles } from "../runs/record.js";
import type { TrainOptions, TrainResult } from "../runs/train.js";
import { resolveConfiguration, type TrainSettings } from "../settings/configuration.js";
import { INTERRUPTED, untilInterrupted } from "./interrupts.js";
import { progressView } from "./progress.js";

/** Trains with a progress bar, ends cleanly at Ctrl-C, and writes the report however it ends. */
export async function withView(
  settings: TrainSettings,
  options: Pick<TrainOptions, "folder" | "dataset" | "datasetFile">,
  work: (options: TrainOptions) => Promise<TrainResult>,
): Promise<TrainResult> {
  const view = progressView(labelOf(settings));
  try {
    // The page belongs to the work: a signal while it is written must not end the process without it.
    return await untilInterrupted(view.stopping, (signal) =>
      withReport(options.folder, () =>
        work({
          ...options,
          mayEndProcess: true,
          onProgress: view.show,
          onEvaluation: view.evaluated,
          onNotice: view.notice,
          signal,
        }),
      ),
    );
  } finally {
    view.stop();
  }
}

async function withReport(folder: string, work: () => Promise<TrainResult>): Promise<TrainResult> {
  const result = await work().catch(async (error: unknown) => {
    if (!(error instanceof UsageError)) await reportFailedRun(folder);
    throw error;
  });
  await writeOwnReport(folder);
  return result;
}

/**
 * The last line of a verb that trains, and its exit code.
 * @param flags words with which the run goes on
 */
export function finishVerb(folder: string, { summary }: TrainResult, flags: readonly string[] = []): void {
  process.stdout.write(`${summary.status}: ${folder}/report.html (policy: ${folder}/policy.onnx)\n`);
  if (summary.status !== "interrupted") return;
  process.stdout.write(`Go on with: calql resume ${[folder, ...flags].map(shellWord).join(" ")}\n`);
  process.exitCode = INTERRUPTED;
}

/** A word as a shell reads it back, in quotes where it holds more than names do. */
function shellWord(word: string): string {
  return /^[\w./\\:=+@%,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The report of what there is; that it cannot be written must not hide why the run failed. */
async function reportFailedRun(folder: string): Promise<void> {
  if (!existsSync(join(folder, runFiles.config))) return;
  try {
    await writeOwnReport(folder);
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : error}\n`);
  }
}

function labelOf(settings: TrainSettings): string {
  const { run } = resolveConfiguration(settings);
  return run.onlineAgent === null ? run.agent : `${run.agent} -> ${run.onlineAgent}`;
}
