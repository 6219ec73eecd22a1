/**
 * What a run learns from: the caller's data in memory, a file, the task's own data, or none; checked against the task.
 */
import type { Dataset } from "../data/episode.js";
import type { Environment } from "../environments/environment.js";
import { refuseMismatch } from "./mismatch.js";
import type { RunSettings } from "./settings.js";
import { noData, taskData } from "./task-data.js";
import type { TrainOptions } from "./train.js";

/**
 * The data of a run. A file without timeouts is cut at the environment's horizon, unless the settings know better.
 * @throws DataError or UsageError for data that cannot be read or are not the task's
 */
export async function recordedData(
  run: RunSettings,
  environment: Environment,
  { dataset, onProgress }: Pick<TrainOptions, "dataset" | "onProgress">,
): Promise<Dataset> {
  const given = run.dataset !== null || dataset !== undefined;
  if (!given && run.offlineUpdates === 0 && run.offlineShare === 0) return noData(environment);
  const collecting = (done: number, total: number) =>
    onProgress?.({ phase: "collecting", done, total, updatesPerSecond: 0 });
  const horizon = run.datasetHorizon ?? environment.horizon;
  const request = { task: run.task, file: run.dataset, horizon, onProgress: collecting };
  const recorded = dataset ?? (await taskData(request));
  refuseMismatch(environment, recorded, run.task);
  return recorded;
}
