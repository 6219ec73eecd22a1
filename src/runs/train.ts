/**
 * Training into a folder, and resuming from one: the entry points of a run on disk. What happens in between is the
 * loop's (training/loop.ts).
 */
import { EnvironmentFailure } from "../environments/environment-failure.js";
import type { Configuration } from "../settings/configuration.js";
import type { AssembledRun } from "../training/assemble.js";
import { completeRun } from "../training/complete-run.js";
import { checkTrainOptions } from "./check-options.js";
import { withNewRun, withResumedRun } from "./run-context.js";
import type { TrainOptions, TrainResult } from "./train-options.js";

export type { TrainOptions, TrainResult } from "./train-options.js";

/**
 * Trains as the settings say and leaves a run folder.
 * @throws UsageError for data that do not fit, before anything is written
 * @throws RunFailure if training cannot go on; what was recorded until then is in the folder
 */
export async function trainConfigured(configuration: Configuration, options: TrainOptions): Promise<TrainResult> {
  checkTrainOptions(options, "train()");
  return withNewRun(configuration, options, (run) => complete(run, options));
}

/**
 * Resumes a run that was interrupted, killed or failed, from its newest sound checkpoint. On the same
 * machine with the same number of threads the result is, to the bit, that of a run that was never ended.
 * @throws as `trainConfigured` does; DataError where no checkpoint is sound or the recorded data are not those of the run
 */
export async function resume(options: TrainOptions): Promise<TrainResult> {
  checkTrainOptions(options, "resume()");
  return withResumedRun(options, (run) => complete(run, options));
}

async function complete(run: AssembledRun, { folder }: TrainOptions): Promise<TrainResult> {
  const { summary, evaluations, failure } = await completeRun(run);
  // Where one environment gave no answer, others are not asked to close either.
  const hung = failure?.error instanceof EnvironmentFailure && failure.error.hung;
  if (!hung) await run.close();
  if (failure) throw failure.error;
  return { folder, summary, evaluations };
}
