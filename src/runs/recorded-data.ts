/**
 * What a run learns from: the caller's data in memory, a file, the task's own data, or none; checked against the task.
 */
import { existsSync } from "node:fs";
import { withActionCount } from "../data/discrete-actions.js";
import { openDataset } from "../data/storage/open-dataset.js";
import { taskNamedIn } from "../data/storage/recorded-task.js";
import type { Environment } from "../environments/environment.js";
import { DataError, UsageError } from "../errors.js";
import type { RunSettings } from "../settings/settings.js";
import { checkedDataset } from "../training/check-dataset.js";
import { learnsFromNoData, noData } from "../training/fitting-agents.js";
import { dataInMemory, dataOpened, type LearningData } from "../training/learning-data.js";
import { refuseMismatch, refuseNoSteps } from "../training/mismatch.js";
import { readingAdvice, readingRefusal } from "./reading-refusal.js";
import { taskData } from "./task-data.js";
import type { TrainOptions } from "./train-options.js";

type Given = Pick<TrainOptions, "dataset" | "datasetFile" | "onProgress">;

/**
 * The data of a run. A file without timeouts is cut at the environment's horizon, unless the settings know better.
 * @throws DataError or UsageError for data that cannot be read or are not the task's
 */
export async function recordedData(
  run: RunSettings,
  environment: Environment | undefined,
  given: Given,
): Promise<LearningData> {
  const any = run.dataset !== null || given.dataset !== undefined || given.datasetFile !== undefined;
  if (!any && environment && learnsFromNoData(run)) return dataInMemory(noData(environment));
  const recorded = await dataOf(run, environment, given);
  try {
    if (environment) refuseMismatch(environment, recorded, run.task!);
    else refuseNoSteps(recorded);
    return recorded;
  } catch (error) {
    recorded.close();
    throw error;
  }
}

/** A resumed run names its data by a path that may lead nowhere by now. @throws DataError saying what helps then */
export function refuseLostData({ dataset }: RunSettings, { folder, ...given }: TrainOptions): void {
  if (given.dataset !== undefined || given.datasetFile !== undefined) return;
  if (dataset === null || existsSync(dataset)) return;
  throw new DataError(
    `The dataset ${dataset} of the run in ${folder} cannot be read: there is no such file. Say where it is now: calql resume ${folder} --dataset FILE (datasetFile in a program).`,
  );
}

async function dataOf(
  run: RunSettings,
  environment: Environment | undefined,
  { dataset, datasetFile, onProgress }: Given,
) {
  // Files were checked by their readers.
  if (dataset !== undefined) return dataInMemory(checkedDataset(withActionCount(dataset, run.discreteActions)));
  const file = datasetFile ?? run.dataset;
  if (file !== null) return dataInFile(run, environment, file);
  if (run.task === null)
    throw new UsageError(
      "Neither a task nor recorded data are named: there is nothing to learn from; name the data with --dataset FILE (the setting dataset), or a task.",
    );
  const collecting = (done: number, total: number) =>
    onProgress?.({ phase: "collecting", done, total, updatesPerSecond: 0 });
  return dataInMemory(await taskData({ task: run.task, onProgress: collecting }));
}

async function dataInFile(run: RunSettings, environment: Environment | undefined, file: string): Promise<LearningData> {
  const { datasetHorizon: horizon, discreteActions, mapping } = run;
  try {
    const opened = await openDataset(file, {
      ...(horizon !== null && { horizon }),
      ...(discreteActions !== null && { discreteActions }),
      ...(mapping !== null && { mapping }),
      ...(environment && { fallbackHorizon: environment.horizon }),
    });
    const data = await dataOpened(opened, run.replayMemory);
    const notes = data.notes?.map((note) => readingAdvice(note, file));
    return { ...data, ...(notes && { notes }), recordedTask: await taskNamedIn(file) };
  } catch (error) {
    throw readingRefusal(error, file);
  }
}
