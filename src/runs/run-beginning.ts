/**
 * Where a run begins: the state of a new one, and of one that goes on where a checkpoint left it, with agent, replays and
 * the files of the run folder. If something fails on the way there, what was opened until then is given back.
 */
import { Agent } from "../agents/agent.js";
import type { Episode } from "../data/episode.js";
import { Replay } from "../data/replay.js";
import { toTransitions } from "../data/transitions.js";
import type { RenewableEnvironment } from "../environments/renewable-environment.js";
import { DataError, UsageError } from "../errors.js";
import { RandomStream } from "../random.js";
import { shown } from "../requirement.js";
import { algorithmIn, type Configuration } from "../settings/configuration.js";
import { differingSetting, settingsAt } from "../settings/same-settings.js";
import { doorOf } from "../training/door.js";
import { RewardRange } from "../training/reward-range.js";
import { version } from "../version.js";
import { EpisodeLog } from "./checkpoints/episode-log.js";
import { CheckpointStore } from "./checkpoints/store.js";
import { findCheckpoint, type RunCheckpoint } from "./find-checkpoint.js";
import type { HangWatch } from "./hang-watch.js";
import { describeHardware } from "./hardware.js";
import { noLines } from "./line-positions.js";
import type { RecordedData } from "./offline-replay.js";
import { readSteering } from "./read.js";
import { type NoticeLine, type Phase, type RunConfig, runFiles } from "./record.js";
import { failureIn } from "./run-ending.js";
import { RunLog } from "./run-log.js";
import { recordOf } from "./run-record.js";
import { restoreEpisode } from "./saved-episode.js";
import { type RunState, restoreRun } from "./saved-run.js";
import type { TrainOptions } from "./train-options.js";
import { RunWriter } from "./write.js";

/**
 * Transitions for which an online replay has room from the beginning: pages that none has reached yet take no memory, and a
 * replay that need not grow is never in memory twice.
 */
const MOST_ROOM = 2 ** 20;

/** What a run is made in and of, before anything is written. */
export interface Surroundings {
  readonly environment: RenewableEnvironment;
  readonly data: RecordedData;
  readonly watch: HangWatch | undefined;
}

export interface Beginning {
  readonly state: RunState;
  readonly online: Replay;
  readonly store: CheckpointStore;
  readonly environment: RenewableEnvironment;
  /** What was told of in the run already. */
  readonly told: readonly NoticeLine["kind"][];
  /** Puts the environment into the episode that the checkpoint was written in; the user's code may fail in it. */
  readonly enterEpisode?: () => void;
}

/** The beginning of a new run, whose folder is empty. @throws RunFailure if its files cannot be made */
export function newRun(configuration: Configuration, surroundings: Surroundings, folder: string): Promise<Beginning> {
  return allOrNothing(async (opened) => {
    const store = new CheckpointStore(folder);
    const agent = await makeAgent(configuration, surroundings.data, "offline");
    opened(() => agent.release());
    const { initialState, online } = begin(configuration, surroundings, agent);
    const writer = RunWriter.create(folder, recordOf(configuration, surroundings.data));
    opened(() => writer.close());
    const log = new RunLog(writer, configuration.run.logEveryUpdates);
    const state: RunState = { ...initialState, log, episodes: EpisodeLog.create(folder) };
    return { state, online, store, environment: surroundings.environment, told: [] };
  });
}

/**
 * The beginning of the rest of a run.
 * @throws DataError where no checkpoint is sound, or the recorded data are other ones; UsageError for other settings
 */
export function resumedRun(
  configuration: Configuration,
  surroundings: Surroundings,
  options: TrainOptions,
): Promise<Beginning> {
  const { folder, onNotice } = options;
  const { data, environment } = surroundings;
  return allOrNothing(async (opened) => {
    const store = new CheckpointStore(folder);
    const found = findCheckpoint(store, folder, onNotice);
    if (found) refuseOtherRun(found, configuration, data, options);
    const agent = await makeAgent(configuration, data, found?.saved.position.phase ?? "offline");
    opened(() => agent.release());
    const { initialState, online } = begin(configuration, surroundings, agent);
    const writer = RunWriter.reopen(folder, found?.saved.lines ?? noLines);
    opened(() => writer.close());
    const { evaluations, notices, config } = readSteering(folder);
    tellOfOtherMachine(config, options);
    const log = new RunLog(writer, configuration.run.logEveryUpdates, [...evaluations]);
    const door = doorOf(configuration, data);
    const collect = (episode: Episode) => online.append(toTransitions([episode], door));
    const episodes = found ? EpisodeLog.reopen(folder, found.saved.episodes, data, collect) : EpisodeLog.create(folder);
    opened(() => episodes.close());
    const state: RunState = { ...initialState, log, episodes };
    const beginning = { state, online, store, environment, told: notices.map(({ kind }) => kind) };
    if (!found) return beginning;
    restoreRun(state, found.saved, found.checkpoint);
    return { ...beginning, enterEpisode: () => restoreEpisode(state, found.saved, found.checkpoint) };
  });
}

/** Sets something up in steps; if one fails, what those before it opened is given back, and how that goes is not told. */
async function allOrNothing<Result>(
  setUp: (opened: (giveBack: () => unknown) => void) => Promise<Result>,
): Promise<Result> {
  const toGiveBack: (() => unknown)[] = [];
  try {
    return await setUp((giveBack) => toGiveBack.push(giveBack));
  } catch (error) {
    for (const giveBack of toGiveBack.reverse()) await failureIn(giveBack);
    throw error;
  }
}

/**
 * A result that is the same to the bit needs the same settings and data, and the same program.
 * @throws UsageError for other settings; DataError for other data
 */
function refuseOtherRun(
  { saved }: RunCheckpoint,
  { flat }: Configuration,
  data: RecordedData,
  { folder, onNotice }: TrainOptions,
): void {
  const other = differingSetting(settingsAt(saved.settings, flat), flat);
  if (other)
    throw new UsageError(
      `The run in ${folder} was begun with other settings: in its ${runFiles.config}, ${other.name} is ${shown(other.is)} where the checkpoint has ${shown(other.was)}. Put it back, or begin another run with "calql train".`,
    );
  if (saved.data !== data.fingerprint())
    throw new DataError(
      `The recorded data are not those that the run in ${folder} began with (the SHA-256 differs); name those it began with: calql resume ${folder} --dataset FILE (dataset or datasetFile in a program).`,
    );
  if (saved.calqlVersion !== version)
    onNotice?.(
      `The run in ${folder} was written by calql ${saved.calqlVersion} and goes on with ${version}, whose results may differ.`,
    );
}

/** The last bits of what is computed depend on it. */
function tellOfOtherMachine({ hardware: was }: RunConfig, { folder, onNotice }: TrainOptions): void {
  const is = describeHardware();
  const other = (["processor", "platform", "node"] as const).find((name) => is[name] !== was[name]);
  if (other)
    onNotice?.(
      `The run in ${folder} was begun on another machine (its ${other} was ${was[other]}, and is ${is[other]}); its results may differ in their last bits from those of a run that was never ended.`,
    );
}

function makeAgent(configuration: Configuration, data: RecordedData, phase: Phase): Promise<Agent> {
  const { seed, threads } = configuration.run;
  const { agent, settings } = algorithmIn(configuration, phase);
  const { observationSize, actionSize, discreteActions } = data;
  return Agent.create(agent.name, { observationSize, actionSize, discreteActions, settings, seed, threads });
}

/** The state of a run at its beginning, without the files that it writes, and its online replay. */
function begin(configuration: Configuration, surroundings: Surroundings, agent: Agent) {
  const { run, agent: offlineAgent, online: onlinePhase, flat } = configuration;
  const { environment, data, watch } = surroundings;
  const { observationSize, actionSize } = data;
  const requiresReturnToGo = offlineAgent.needsReturnToGo || (onlinePhase?.agent.needsReturnToGo ?? false);
  const capacity = Math.min(run.onlineSteps + environment.horizon, MOST_ROOM);
  // Where the data are may change; what they are is kept by their fingerprint.
  const { dataset: _, ...settings } = flat;
  const initialState: Omit<RunState, "log" | "episodes"> = {
    ...{ agent, environment, watch, settings },
    data: data.fingerprint(),
    offline: data.replay({ requiresReturnToGo, door: doorOf(configuration, data), seed: run.seed }),
    streams: {
      sampling: new RandomStream(run.seed, "sampling"),
      warmup: new RandomStream(run.seed, "warm-up"),
      episodes: new RandomStream(run.seed, "online episodes"),
    },
    rewards: new RewardRange(),
    onlineUpdates: 0,
    failures: 0,
    trajectory: null,
  };
  return { initialState, online: new Replay({ observationSize, actionSize, requiresReturnToGo, capacity }) };
}
