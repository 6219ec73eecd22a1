/**
 * What a run learns from: the caller's data in memory, a file, the task's own data, or none; checked against the task.
 */
import type { Environment } from "../environments/environment.js";
import { openDataset } from "../storage/open-dataset.js";
import { refuseMismatch } from "./mismatch.js";
import { dataInMemory, dataOnDisk, type RecordedData } from "./offline-replay.js";
import type { RunSettings } from "./settings.js";
import { noData, taskData } from "./task-data.js";
import type { TrainOptions } from "./train-options.js";

type Given = Pick<TrainOptions, "dataset" | "onProgress">;

/**
 * The data of a run. A file without timeouts is cut at the environment's horizon, unless the settings know better.
 * @throws DataError or UsageError for data that cannot be read or are not the task's
 */
export async function recordedData(run: RunSettings, environment: Environment, given: Given): Promise<RecordedData> {
  const any = run.dataset !== null || given.dataset !== undefined;
  if (!any && run.offlineUpdates === 0 && run.offlineShare === 0) return dataInMemory(noData(environment));
  const recorded = await dataOf(run, environment, given);
  try {
    refuseMismatch(environment, recorded, run.task);
    return recorded;
  } catch (error) {
    recorded.close();
    throw error;
  }
}

async function dataOf(run: RunSettings, environment: Environment, { dataset, onProgress }: Given) {
  if (dataset !== undefined) return dataInMemory(dataset);
  if (run.dataset !== null) {
    const horizon = run.datasetHorizon === null ? {} : { horizon: run.datasetHorizon };
    const opened = await openDataset(run.dataset, { ...horizon, fallbackHorizon: environment.horizon });
    return dataOnDisk(opened, run.replayMemory);
  }
  const collecting = (done: number, total: number) =>
    onProgress?.({ phase: "collecting", done, total, updatesPerSecond: 0 });
  return dataInMemory(await taskData({ task: run.task, onProgress: collecting }));
}
