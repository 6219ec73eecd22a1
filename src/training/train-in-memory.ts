/**
 * Training where there is no disk: the same loop as `train`, with its record in memory. A snapshot of it resumes to
 * the same bits, in this process or in another.
 */
import { datasetOf, type GivenDataset } from "../data/check-header.js";
import { withActionCount } from "../data/discrete-actions.js";
import { makeIn } from "../environments/environment-call.js";
import { RenewableEnvironment } from "../environments/renewable-environment.js";
import { UsageError } from "../errors.js";
import { type Configuration, resolveConfiguration, type TrainSettings } from "../settings/configuration.js";
import { withoutTask } from "../settings/without-task.js";
import { assembleRun, goingOn, makeAgent, type RunContext, watchValues } from "./assemble.js";
import { reportData } from "./check-data.js";
import { checkedDataset } from "./check-dataset.js";
import { completeRun } from "./complete-run.js";
import { learnsFromNoData, noData, refuseUnfitAgents, sizesOf, sizesOfData } from "./fitting-agents.js";
import { splitData } from "./hold-out.js";
import { dataInMemory, type LearningData } from "./learning-data.js";
import { MemorySink } from "./memory-sink.js";
import { refuseMismatch, refuseNoSteps } from "./mismatch.js";
import { type RunIdentity, refuseOtherIdentity, runIdentity } from "./run-identity.js";
import type { RunListeners } from "./run-log.js";
import { transformIn, transformOf } from "./transform.js";

/** What a run in memory needs besides its settings: data, listeners, a signal, and a record to continue. */
export interface MemoryOptions extends RunListeners {
  /** Recorded data of the task; may be left out where nothing is learned from any. */
  readonly dataset?: GivenDataset | undefined;
  /** Ends the run early, in order. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The record so far, to go on from its newest snapshot with the same settings and data: what was recorded after that is
   * cut off. Without a snapshot the run begins, and the record is emptied.
   */
  readonly record?: MemorySink | undefined;
}

/**
 * Trains as the settings say, in an environment that is registered under the name of the task.
 * @returns the record: lines, the collected episodes, snapshots, and the policy as an ONNX model
 * @throws UsageError for settings or data that do not fit, or are not those of the record; RunFailure if training cannot go on
 */
export async function trainInMemory(settings: TrainSettings, options: MemoryOptions = {}): Promise<MemorySink> {
  const configuration = resolveConfiguration(withoutTask(settings, options.dataset !== undefined));
  for (const sentence of configuration.notices) options.onNotice?.(sentence);
  const { task } = configuration.run;
  const environment =
    task === null ? undefined : await RenewableEnvironment.make((first) => makeIn(task, undefined, first));
  try {
    if (environment) refuseUnfitAgents(configuration, sizesOf(environment));
    const data = dataOf(configuration, environment, options.dataset);
    if (!environment) refuseUnfitAgents(configuration, sizesOfData(data));
    const record = reopened(options.record, runIdentity(configuration, data));
    const { newest } = record;
    const transform = newest ? transformIn(newest.tensors) : transformOf(configuration.run, environment, data);
    const split = environment ? { data } : splitData(data, configuration.run);
    const context = { configuration, environment, ...split, transform, listeners: options, signal: options.signal };
    return await completed(context, record);
  } finally {
    await environment?.close();
  }
}

/** The record where its newest snapshot left it. @throws UsageError or DataError, with nothing changed, if it is another run's */
function reopened(record = new MemorySink(), identity: RunIdentity): MemorySink {
  if (record.newest && record.identity) refuseOtherIdentity(record.identity, identity);
  record.reopen();
  record.identity = identity;
  return record;
}

async function completed(context: RunContext, record: MemorySink): Promise<MemorySink> {
  const { newest } = record;
  const agent = await makeAgent(context, newest?.state.position.phase ?? "offline");
  const fresh = assembleRun(context, { agent, sink: record, evaluations: record.evaluations });
  if (newest) for (const episode of record.episodes) fresh.replay.add(episode);
  const run = newest ? goingOn(fresh, newest, "in memory") : fresh;
  watchValues(run, context, record.notices);
  try {
    await reportData(run.state.log, context, record.notices);
    const { failure } = await completeRun(run);
    if (failure) throw failure.error;
    return record;
  } finally {
    await run.close();
  }
}

/** @throws UsageError where data are needed and there are none; DataError for data that are not the task's */
function dataOf(
  { run }: Configuration,
  environment: RenewableEnvironment | undefined,
  given: GivenDataset | undefined,
): LearningData {
  if (given === undefined) {
    if (environment && learnsFromNoData(run)) return dataInMemory(noData(environment));
    throw new UsageError(
      `The run ${run.task === null ? "without a task" : `on ${run.task}`} learns from recorded data, and none were given; give a dataset, or offlineUpdates 0 and mixingRatio 0.`,
    );
  }
  const dataset = datasetOf(given, "trainInMemory()");
  const data = dataInMemory(checkedDataset(withActionCount(dataset, run.discreteActions)));
  if (environment) refuseMismatch(environment, data, run.task!);
  else refuseNoSteps(data);
  return data;
}
