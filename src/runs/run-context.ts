/**
 * What a run in a folder needs before its first update is set up, passed to the run and released after it:
 * environment, recorded data, the watch over calls, and the lock of the folder.
 */
import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { watched } from "../environments/call-watch.js";
import { makeIn, resetIn } from "../environments/environment-call.js";
import { EnvironmentFailure } from "../environments/environment-failure.js";
import { BrokenContract } from "../environments/guard.js";
import { isOwnEnvironment } from "../environments/registry.js";
import { RenewableEnvironment } from "../environments/renewable-environment.js";
import { UsageError } from "../errors.js";
import type { Configuration, TrainSettings } from "../settings/configuration.js";
import type { AssembledRun } from "../training/assemble.js";
import type { EvaluatorOptions } from "../training/environment-evaluator.js";
import { refuseUnfitAgents, sizesOf, sizesOfData } from "../training/fitting-agents.js";
import { splitData } from "../training/hold-out.js";
import type { LearningData } from "../training/learning-data.js";
import { transformOf } from "../training/transform.js";
import { checkpointFolder, isUnfinishedCheckpoint } from "./checkpoints/store.js";
import { configure } from "./configure.js";
import { evaluatorFor } from "./evaluation/evaluator-for.js";
import { hangWatchFor } from "./hang-watch.js";
import { isRunLeftover, removeLeftovers } from "./leftovers.js";
import { lockFolder } from "./lock.js";
import { newRun, type RunContext, resumedRun } from "./open-run.js";
import { readRunConfig } from "./read.js";
import { recordedData, refuseLostData } from "./recorded-data.js";
import type { TrainOptions } from "./train-options.js";
import { makeEmptyFolder, refuseUsedFolder } from "./write.js";

/**
 * Sets a new run up, hands it to `use`, and gives everything back.
 * @throws UsageError for settings or data that do not fit, before anything is written
 */
export async function withNewRun<Result>(
  configuration: Configuration,
  options: TrainOptions,
  use: (run: AssembledRun) => Promise<Result>,
): Promise<Result> {
  const { folder } = options;
  refuseUsedFolder(folder);
  return withContext(configuration, options, async (context) => {
    await refuseBrokenReset(context);
    makeEmptyFolder(folder);
    return underLock(folder, async () => use(await newRun(context, folder)));
  });
}

/**
 * Sets a run up again from its folder, where its newest sound checkpoint left it (or from its beginning, if it was ended
 * before the first), hands it to `use`, and gives everything back.
 * @throws DataError where no checkpoint is sound, or the recorded data are other ones than those it began with
 */
export async function withResumedRun<Result>(
  options: TrainOptions,
  use: (run: AssembledRun) => Promise<Result>,
): Promise<Result> {
  const { folder } = options;
  const configuration = configure(readRunConfig(folder).settings as TrainSettings);
  refuseLostData(configuration.run, options);
  return withContext(configuration, options, (context) =>
    underLock(folder, async () => use(await resumedRun(context, options))),
  );
}

async function withContext<Result>(
  configuration: Configuration,
  options: TrainOptions,
  use: (context: RunContext) => Promise<Result>,
): Promise<Result> {
  const { run } = configuration;
  const { signal, mayEndProcess, onNotice, cores = availableParallelism() } = options;
  for (const sentence of configuration.notices) onNotice?.(sentence);
  const watch = hangWatchFor(configuration, mayEndProcess);
  let environment: RenewableEnvironment | undefined;
  let data: LearningData | undefined;
  try {
    const { task } = run;
    if (task !== null) {
      environment = await watched(watch, () => RenewableEnvironment.make((first) => makeIn(task, watch, first)));
      refuseUnfitAgents(configuration, sizesOf(environment));
    }
    data = await recordedData(run, environment, options);
    if (!environment) refuseUnfitAgents(configuration, sizesOfData(data));
    const transform = transformOf(run, environment, data);
    const fingerprint = digestOf(data.identity());
    const makeEvaluator = (played: EvaluatorOptions) => evaluatorFor(played, run, { cores, onNotice });
    const split = environment ? { data } : splitData(data, run);
    const made = { configuration, environment, ...split, transform, watch, makeEvaluator };
    return await use({ ...made, listeners: options, signal, fingerprint });
  } finally {
    data?.close();
    await environment?.close();
    await watch?.close();
  }
}

/**
 * An environment whose first answer breaks the contract is refused before the folder is made. What else may fail there is
 * left to the run, which begins again elsewhere where it can. The run's own resets have seeds, so nothing follows from this.
 * @throws UsageError with all that is wrong; EnvironmentFailure where no answer comes
 */
async function refuseBrokenReset({ configuration, environment, watch }: RunContext): Promise<void> {
  const { task, seed } = configuration.run;
  if (!environment || !isOwnEnvironment(task!)) return;
  try {
    await resetIn({ environment, episode: { kind: "evaluation episode", number: 1 }, watch }, seed);
  } catch (error) {
    if (!(error instanceof EnvironmentFailure)) throw error;
    if (error.cause instanceof BrokenContract)
      throw new UsageError(`The environment ${error.cause.message} Mend it and run again.`, { cause: error });
    if (error.hung) throw error;
  }
}

/** SHA-256 by which a resumed run knows its data again. */
function digestOf(arrays: readonly ArrayBufferView[]): string {
  const hash = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of arrays) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest("hex");
}

/** Works alone in a folder, cleared of what kills have left there. @throws UsageError if another process works there */
async function underLock<Result>(folder: string, use: () => Promise<Result>): Promise<Result> {
  const unlock = lockFolder(folder, "run");
  try {
    removeLeftovers(folder, isRunLeftover);
    removeLeftovers(join(folder, checkpointFolder), isUnfinishedCheckpoint);
    return await use();
  } finally {
    unlock();
  }
}
