/**
 * A run as a person follows it, whichever command started it: progress while it runs, a clean stop at Ctrl-C, and one
 * line that says where everything is.
 */
import { labelFor } from "../comparison/comparison.js";
import type { TrainSettings } from "../settings/configuration.js";
import type { TrainOptions, TrainResult } from "../train.js";
import { INTERRUPTED, untilInterrupted } from "./interrupts.js";
import { progressView } from "./progress.js";

/**
 * Trains with a progress bar and ends cleanly at Ctrl-C.
 * @param named what the run is called by: its label, or its agents
 */
export async function withView(
  named: Pick<TrainSettings, "label" | "agent" | "onlineAgent">,
  options: Pick<TrainOptions, "folder" | "dataset" | "datasetFile">,
  work: (options: TrainOptions) => Promise<TrainResult>,
): Promise<TrainResult> {
  const view = progressView(named.label ?? labelFor(named));
  try {
    // The page belongs to the work: a signal while it is written must not end the process without it.
    return await untilInterrupted(view.stopping, (signal) =>
      work({
        ...options,
        mayEndProcess: true,
        onProgress: view.show,
        onEvaluation: view.evaluated,
        onNotice: view.notice,
        signal,
      }),
    );
  } finally {
    view.stop();
  }
}

/**
 * The last line of a verb that trains, and its exit code.
 * @param flags with which the run is resumed
 */
export function finishVerb(folder: string, { summary }: TrainResult, flags: readonly string[] = []): void {
  process.stdout.write(`${summary.status}: ${folder}/report.html (policy: ${folder}/policy.onnx)\n`);
  if (summary.status !== "interrupted") return;
  process.stdout.write(`Continue with: calql resume ${[folder, ...flags].map(shellWord).join(" ")}\n`);
  process.exitCode = INTERRUPTED;
}

/** A word as a shell reads it back, in quotes where it holds more than names do. */
function shellWord(word: string): string {
  return /^[\w./\\:=+@%,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
