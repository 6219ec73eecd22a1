/**
 * What a run needs before its first update is set up, handed to whoever makes the run, and given back: environment,
 * recorded data, the watch over calls, and the lock of the run folder.
 */
import { join } from "node:path";
import { makeIn } from "../environments/environment-call.js";
import { RenewableEnvironment } from "../environments/renewable-environment.js";
import { type Configuration, resolveConfiguration, type TrainSettings } from "../settings/configuration.js";
import { refuseUnfitAgents, sizesOf } from "../training/fitting-agents.js";
import { checkpointFolder, isUnfinishedCheckpoint } from "./checkpoints/store.js";
import { hangWatchFor, watched } from "./hang-watch.js";
import { isRunLeftover, removeLeftovers } from "./leftovers.js";
import { lockFolder } from "./lock.js";
import type { RecordedData } from "./offline-replay.js";
import { readRunConfig } from "./read.js";
import { recordedData, refuseLostData } from "./recorded-data.js";
import { type Beginning, newRun, resumedRun, type Surroundings } from "./run-beginning.js";
import type { TrainOptions } from "./train-options.js";
import { makeEmptyFolder, refuseUsedFolder } from "./write.js";

/**
 * Sets a new run up, hands it to `use`, and gives everything back.
 * @throws UsageError for settings or data that do not fit, before anything is written
 */
export async function withNewRun<Result>(
  configuration: Configuration,
  options: TrainOptions,
  use: (beginning: Beginning) => Promise<Result>,
): Promise<Result> {
  const { folder } = options;
  refuseUsedFolder(folder);
  return withSurroundings(configuration, options, (surroundings) => {
    makeEmptyFolder(folder);
    return underLock(folder, async () => use(await newRun(configuration, surroundings, folder)));
  });
}

/**
 * Sets a run up again from its folder, where its newest sound checkpoint left it (or from its beginning, if it was ended
 * before the first), hands it to `use`, and gives everything back.
 * @throws DataError where no checkpoint is sound, or the recorded data are other ones than those it began with
 */
export async function withResumedRun<Result>(
  options: TrainOptions,
  use: (beginning: Beginning, configuration: Configuration) => Promise<Result>,
): Promise<Result> {
  const { folder } = options;
  const configuration = resolveConfiguration(readRunConfig(folder).settings as TrainSettings);
  refuseLostData(configuration.run, options);
  return withSurroundings(configuration, options, (surroundings) =>
    underLock(folder, async () => use(await resumedRun(configuration, surroundings, options), configuration)),
  );
}

async function withSurroundings<Result>(
  configuration: Configuration,
  options: TrainOptions,
  use: (surroundings: Surroundings) => Promise<Result>,
): Promise<Result> {
  const { run } = configuration;
  const watch = hangWatchFor(configuration, options.mayEndProcess);
  let environment: RenewableEnvironment | undefined;
  let data: RecordedData | undefined;
  try {
    environment = await watched(watch, async () => new RenewableEnvironment((first) => makeIn(run.task, watch, first)));
    refuseUnfitAgents(configuration, sizesOf(environment));
    data = await recordedData(run, environment, options);
    return await use({ environment, data, watch });
  } finally {
    data?.close();
    environment?.close();
    await watch?.close();
  }
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
