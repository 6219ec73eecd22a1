/**
 * From the settings of a run, its environment, its data and a sink to everything that the loop works with: the same
 * for a run in a folder and for one in memory, for a new run and for a resumed one.
 */
import { Agent } from "../agents/agent.js";
import { isPicture, type Sizes } from "../agents/context.js";
import type { Dataset } from "../data/episode.js";
import { Replay } from "../data/replay.js";
import type { Transform } from "../data/transform.js";
import type { TransitionOptions } from "../data/transitions.js";
import type { EnvironmentWatch } from "../environments/call-watch.js";
import type { RenewableEnvironment } from "../environments/renewable-environment.js";
import { RandomStream } from "../random.js";
import { algorithmIn, type Configuration } from "../settings/configuration.js";
import type { Phase } from "../settings/settings.js";
import { Checkpointing } from "./checkpointing.js";
import type { RunParts } from "./complete-run.js";
import type { EpisodeEvaluator, EvaluatorOptions } from "./environment-evaluator.js";
import { namesIn, sizesOfData } from "./fitting-agents.js";
import { dataAloneSentences } from "./hold-out.js";
import type { LearningData } from "./learning-data.js";
import type { RunSink } from "./ports.js";
import type { EvaluationLine, NoticeLine } from "./record.js";
import { MixedReplay } from "./replay.js";
import { RewardRange } from "./reward-range.js";
import { silentRollback } from "./rollback.js";
import { type RunListeners, RunLog } from "./run-log.js";
import { captureRun, type RunState, type RunStreams, restoreRun, type Snapshot, streamsOf } from "./snapshot.js";
import { sourcesOf } from "./sources.js";
import { recordedReturn, StartWatch } from "./start-watch.js";
import { valueWatchFor } from "./value-watch.js";

/**
 * Transitions for which an online replay has room from the beginning: pages that none has reached yet take no memory, and a
 * replay that need not grow is never in memory twice.
 */
const MOST_ROOM = 2 ** 20;

/** What a run is made in and of. */
export interface RunContext {
  readonly configuration: Configuration;
  /** Where the policy acts; absent where a run learns from its data alone. */
  readonly environment?: RenewableEnvironment | undefined;
  readonly data: LearningData;
  /** Recorded episodes that are not among the data, by which policies are judged where there is no environment. */
  readonly heldOut?: Dataset | undefined;
  readonly transform: Transform;
  readonly watch?: EnvironmentWatch | undefined;
  readonly listeners: RunListeners;
  /** Ends the run early, with everything written. */
  readonly signal?: AbortSignal | undefined;
  /** What evaluates on the run's schedule; by default the run's own thread. */
  readonly makeEvaluator?: ((options: EvaluatorOptions) => EpisodeEvaluator) | undefined;
}

export interface AssembleOptions {
  readonly agent: Agent;
  readonly sink: RunSink;
  /** Those that were made already, in a resumed run. */
  readonly evaluations?: readonly EvaluationLine[];
}

export interface AssembledRun extends RunParts {
  readonly replay: MixedReplay;
  /** Closes what was made for evaluations. */
  close(): Promise<void>;
}

/** A run at its beginning; `goingOn` puts it where it stood. */
export function assembleRun(context: RunContext, { agent, sink, evaluations = [] }: AssembleOptions): AssembledRun {
  const { configuration, listeners, signal } = context;
  const { run } = configuration;
  const streams = streamsFrom(run.seed);
  const log = new RunLog(sink, run.logEveryUpdates, listeners, [...evaluations]);
  const surroundings = { log, episodes: streams.episodes, streams: () => streamsOf(state) };
  const { collector, evaluator, rollback, inEnvironment } = sourcesOf(context, surroundings);
  const replay = replayFor(context, streams.sampling, agent);
  const rewards = new RewardRange();
  const state: RunState = { agent, replay, collector, log, streams, rewards, rollback, onlineUpdates: 0 };
  const checkpoints = new Checkpointing(sink, () => captureRun(state), log.timing, run.checkpointEverySeconds);
  const begin = async () => evaluator?.prepare();
  const close = async () => {
    await evaluator?.close();
    await rollback?.close();
  };
  return { configuration, state, evaluator, checkpoints, sink, signal, replay, inEnvironment, begin, close };
}

/**
 * The run where a snapshot of it left off; only the episode in progress is restored later, because the user's code may
 * fail in that.
 * @param name the snapshot's, for messages
 * @throws DataError if the snapshot does not fit the run
 */
export function goingOn(run: AssembledRun, snapshot: Snapshot, name: string): AssembledRun {
  restoreRun(run.state, snapshot, name);
  const { trajectory, streamsBefore: before, failures, position } = snapshot.state;
  const episode = trajectory === null ? null : { steps: trajectory, tensors: snapshot.tensors };
  const begin = async () => {
    await run.state.collector.restore?.({ episodes: position.onlineEpisodes, failures, before, episode }, name);
    await run.begin();
  };
  return { ...run, begin };
}

/** Bytes of another shape than a picture's are inputs of their own, which is seldom meant. */
function flatBytes({ observations }: LearningData): string | undefined {
  const found = Object.entries(observations).find(([, part]) => part.type === "uint8" && !isPicture(part));
  if (found === undefined) return undefined;
  const [name, { shape }] = found;
  return (
    `The observations' part ${name} holds bytes [${shape.join(", ")}], which no encoder looks at: each is an input of its ` +
    "own. If it is a picture, give it as [height, width, channels]."
  );
}

/**
 * From now on values that the rewards do not allow are noticed, and the beginnings of recorded episodes are measured;
 * bytes that no encoder looks at, and a rollback that cannot trigger, are reported at once.
 * @param told what was reported in the run already
 */
export function watchValues(run: AssembledRun, context: RunContext, told: readonly NoticeLine[] = []): void {
  const { configuration, state } = run;
  const { data, environment } = context;
  const alone = environment ? [] : dataAloneSentences(context);
  // Once a run, however often it is resumed.
  for (const sentence of [
    ...alone,
    flatBytes(data),
    environment && silentRollback(configuration.run, environment.horizon),
  ])
    if (sentence !== undefined && !told.some(({ notice }) => notice === sentence)) state.log.notice("other", sentence);
  const kinds = told.map(({ kind }) => kind);
  state.log.watchValues(valueWatchFor(configuration, run, kinds));
  const starts = StartWatch.of(data, transitionOptionsOf(configuration, state.agent.sizes));
  if (!starts) return;
  const measure = () => starts.measure(state.agent);
  state.log.watchStarts({ measure, settings: configuration.flat, recordedReturn: recordedReturn(data) });
}

/** The agent of a phase, with first values from the run's seed. */
export function makeAgent(
  {
    configuration,
    environment,
    data,
    transform,
  }: Pick<RunContext, "configuration" | "environment" | "data" | "transform">,
  phase: Phase,
): Promise<Agent> {
  const { seed, threads } = configuration.run;
  const { agent, settings } = algorithmIn(configuration, phase);
  const names = { ...(environment && namesIn(environment.actionSpace).names), ...data.names };
  return Agent.create(agent.name, { ...sizesOfData(data), names, transform, settings, seed, threads });
}

function streamsFrom(seed: number): RunStreams {
  return {
    sampling: new RandomStream(seed, "sampling"),
    warmup: new RandomStream(seed, "warm-up"),
    episodes: new RandomStream(seed, "online episodes"),
  };
}

function replayFor(
  { configuration, data, environment }: RunContext,
  sampling: RandomStream,
  agent: Agent,
): MixedReplay {
  const { run, agent: offline, online } = configuration;
  const { observations, actionSize } = data;
  const requiresReturnToGo = offline.needsReturnToGo || (online?.agent.needsReturnToGo ?? false);
  const capacity = Math.min(run.onlineSteps + (environment?.horizon ?? 0), MOST_ROOM);
  const transitions = transitionOptionsOf(configuration, agent.sizes);
  return new MixedReplay(
    data.replay({ requiresReturnToGo, transitions, seed: run.seed }),
    new Replay({ observations, actionSize, requiresReturnToGo, capacity }),
    transitions,
    sampling,
  );
}

/** How episodes become transitions, recorded and fresh ones in the same way. */
export function transitionOptionsOf(
  { run: { rewardScale, rewardShift, failureReward }, agentSettings: { discount } }: Configuration,
  { discreteActions, transform }: Pick<Sizes, "discreteActions" | "transform">,
): TransitionOptions {
  const sparse = failureReward === null ? {} : { sparseFailureReward: rewardScale * failureReward + rewardShift };
  return {
    rewardScale,
    rewardShift,
    discreteActions,
    actionBounds: transform?.actions,
    returns: { discount: discount!, ...sparse },
  };
}
