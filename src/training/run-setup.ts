/**
 * What a run needs before its first update: environment, recorded data, agent, replays, and the files of its folder; for a
 * new run, and for one that goes on where a checkpoint left it.
 */
import { Agent } from "../agents/agent.js";
import type { Sizes } from "../agents/context.js";
import { EpisodeLog } from "../checkpoints/episode-log.js";
import { CheckpointStore } from "../checkpoints/store.js";
import { Replay } from "../data/replay.js";
import { type TransitionOptions, toTransitions } from "../data/transitions.js";
import type { Environment } from "../environments/environment.js";
import { DataError, UsageError } from "../errors.js";
import { RandomStream } from "../random.js";
import { shown } from "../requirement.js";
import { lockFolder } from "../runs/lock.js";
import { readRun, readRunConfig } from "../runs/read.js";
import { type Phase, runFiles } from "../runs/record.js";
import { makeEmptyFolder, noLines, RunWriter, refuseUsedFolder } from "../runs/write.js";
import { version } from "../version.js";
import { algorithmIn, type Configuration, resolveConfiguration, type TrainSettings } from "./configuration.js";
import { makeIn } from "./environment-failure.js";
import { type Found, findCheckpoint } from "./find-checkpoint.js";
import { refuseUnfitAgents, sizesOf } from "./fitting-agents.js";
import { type HangWatch, hangWatchFor, watched } from "./hang-watch.js";
import type { RecordedData } from "./offline-replay.js";
import { recordedData, refuseLostData } from "./recorded-data.js";
import { RenewableEnvironment } from "./renewable-environment.js";
import { RewardRange } from "./reward-range.js";
import { RunLog } from "./run-log.js";
import { recordOf } from "./run-record.js";
import { differingSetting } from "./same-settings.js";
import { type RunState, restoreEpisode, restoreRun } from "./saved-run.js";
import type { TrainOptions } from "./train-options.js";

/**
 * Transitions for which an online replay has room from the beginning: pages that none has reached yet take no memory, and a
 * replay that need not grow is never in memory twice.
 */
const MOST_ROOM = 2 ** 20;

export interface Beginning {
  readonly state: RunState;
  readonly online: Replay;
  readonly store: CheckpointStore;
  readonly environment: RenewableEnvironment;
  /** Puts the environment into the episode that the checkpoint was written in; the user's code may fail in it. */
  readonly enterEpisode?: () => void;
}

/**
 * Sets a new run up, hands it to `use`, and gives everything back.
 * @throws UsageError for settings or data that do not fit, before anything is written
 */
export async function withNewRun<Result>(
  configuration: Configuration,
  options: TrainOptions,
  use: (beginning: Beginning) => Promise<Result>,
): Promise<Result> {
  refuseUsedFolder(options.folder);
  return withParts(configuration, options, ({ environment, data, watch }) => {
    const { folder } = options;
    makeEmptyFolder(folder);
    return underLock(folder, async () => {
      const agent = await makeAgent(configuration, data, "offline");
      const { state: parts, online } = partsOf(configuration, environment, data, agent);
      const writer = RunWriter.create(folder, recordOf(configuration, data));
      const log = new RunLog(writer, configuration.run.logEveryUpdates);
      const state: RunState = { ...parts, watch, log, episodes: EpisodeLog.create(folder) };
      return use({ state, online, store: new CheckpointStore(folder), environment });
    });
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
  return withParts(configuration, options, ({ environment, data, watch }) =>
    underLock(folder, async () => {
      const store = new CheckpointStore(folder);
      const found = store.empty ? undefined : findCheckpoint(store, folder, options.onNotice);
      if (found && found.saved.data !== data.fingerprint())
        throw new DataError(
          `The recorded data are not those that the run in ${folder} began with (the SHA-256 differs); give back those that config.json names, then go on with "calql resume".`,
        );
      if (found) refuseOtherRun(found, configuration, folder, options.onNotice);
      const agent = await makeAgent(configuration, data, found?.saved.position.phase ?? "offline");
      const { state: parts, online } = partsOf(configuration, environment, data, agent);
      const writer = RunWriter.reopen(folder, found?.saved.lines ?? noLines);
      const { evaluations } = readRun(folder);
      const log = new RunLog(writer, configuration.run.logEveryUpdates, [...evaluations]);
      const door = doorOf(configuration, data);
      const episodes = found
        ? EpisodeLog.reopen(folder, found.saved.episodes, data, (episode) =>
            online.append(toTransitions([episode], door)),
          )
        : EpisodeLog.create(folder);
      const state: RunState = { ...parts, watch, log, episodes };
      if (!found) return use({ state, online, store, environment }, configuration);
      restoreRun(state, found.saved, found.checkpoint);
      const enterEpisode = () => restoreEpisode(state, found.saved, found.checkpoint);
      return use({ state, online, store, environment, enterEpisode }, configuration);
    }),
  );
}

/** A result that is the same to the bit needs the same settings, and the same program. @throws UsageError for others */
function refuseOtherRun(
  { saved }: Found,
  { flat }: Configuration,
  folder: string,
  onNotice: TrainOptions["onNotice"],
): void {
  // What it does not hold is no difference: older checkpoints know no settings.
  const other = differingSetting({ ...flat, ...saved.settings }, flat);
  if (other)
    throw new UsageError(
      `The run in ${folder} was begun with other settings: in its ${runFiles.config}, ${other.name} is ${shown(other.is)} where the checkpoint has ${shown(other.was)}. Put it back, or begin another run with "calql train".`,
    );
  if (saved.calqlVersion !== version)
    onNotice?.(
      `The run in ${folder} was written by calql ${saved.calqlVersion} and goes on with ${version}, whose results may differ.`,
    );
}

/** What a run is made in and of, before anything is written. */
interface Parts {
  readonly environment: RenewableEnvironment;
  readonly data: RecordedData;
  readonly watch: HangWatch | undefined;
}

async function withParts<Result>(
  configuration: Configuration,
  options: TrainOptions,
  use: (parts: Parts) => Promise<Result>,
): Promise<Result> {
  const { run } = configuration;
  const watch = hangWatchFor(configuration, options.mayEndProcess);
  let environment: RenewableEnvironment | undefined;
  let data: RecordedData | undefined;
  try {
    environment = await watched(watch, async () => new RenewableEnvironment(() => makeIn(run.task, watch)));
    refuseUnfitAgents(configuration, sizesOf(environment));
    data = await recordedData(run, environment, options);
    return await use({ environment, data, watch });
  } finally {
    data?.close();
    environment?.close();
    await watch?.close();
  }
}

/** @throws UsageError if another process works there */
async function underLock<Result>(folder: string, use: () => Promise<Result>): Promise<Result> {
  const unlock = lockFolder(folder, "run");
  try {
    return await use();
  } finally {
    unlock();
  }
}

function makeAgent(configuration: Configuration, data: RecordedData, phase: Phase): Promise<Agent> {
  const { seed, threads } = configuration.run;
  const { agent, settings } = algorithmIn(configuration, phase);
  const { observationSize, actionSize, discreteActions } = data;
  return Agent.create(agent.name, { observationSize, actionSize, discreteActions, settings, seed, threads });
}

function partsOf(configuration: Configuration, environment: Environment, data: RecordedData, agent: Agent) {
  const { run, agent: offlineAgent, online: onlinePhase } = configuration;
  const { observationSize, actionSize } = data;
  const requiresReturnToGo = offlineAgent.needsReturnToGo || (onlinePhase?.agent.needsReturnToGo ?? false);
  const offline = data.replay({ requiresReturnToGo, door: doorOf(configuration, data), seed: run.seed });
  const capacity = Math.min(run.onlineSteps + environment.horizon, MOST_ROOM);
  const online = new Replay({ observationSize, actionSize, requiresReturnToGo, capacity });
  const streams = {
    sampling: new RandomStream(run.seed, "sampling"),
    warmup: new RandomStream(run.seed, "warm-up"),
    episodes: new RandomStream(run.seed, "online episodes"),
  };
  // Where the data are may change; what they are is kept by their fingerprint.
  const { dataset: _, ...settings } = configuration.flat;
  const counts = { onlineUpdates: 0, failures: 0, trajectory: null };
  const state = { agent, environment, offline, streams, rewards: new RewardRange(), ...counts };
  return { state: { ...state, data: data.fingerprint(), settings }, online };
}

/** How episodes become transitions, recorded and fresh ones alike. */
export function doorOf(
  { run: { rewardScale, rewardShift, failureReward }, agentSettings: { discount } }: Configuration,
  { discreteActions }: Sizes,
): TransitionOptions {
  const sparse = failureReward === null ? {} : { sparseFailureReward: rewardScale * failureReward + rewardShift };
  return { rewardScale, rewardShift, discreteActions, returns: { discount: discount!, ...sparse } };
}
