/**
 * What a checkpoint holds of a run, and how it is put back: the manifest declared below and these tensors. `agent/NAME`:
 * every state tensor of the agent (parameters, optimiser moments, targets, multipliers, counts). `means`: sums of the
 * metrics since the last line. `trajectory/observations`, `trajectory/actions`, `trajectory/rewards` and `environment`:
 * the episode in progress, where the environment can save its state; where it cannot, the run goes on from the
 * beginning of that episode. Recorded data are not in it but their fingerprint is, and of the collected episodes, which
 * are in a file of their own, length and SHA-256.
 */
import { z } from "zod";
import type { Agent } from "../agents/agent.js";
import type { EpisodeLog } from "../checkpoints/episode-log.js";
import type { FoundCheckpoint } from "../checkpoints/store.js";
import type { CheckpointTensor, TensorFile } from "../checkpoints/tensor-file.js";
import { joinRows } from "../data/episode.js";
import type { SampledReplay } from "../data/replay.js";
import type { Environment } from "../environments/environment.js";
import { DataError } from "../errors.js";
import type { RandomStream } from "../random.js";
import { beginning, type FilePosition } from "../runs/file-position.js";
import { phaseSchema } from "../runs/record.js";
import { version } from "../version.js";
import { restoreStateIn, type Stage, saveStateIn } from "./environment-call.js";
import type { HangWatch } from "./hang-watch.js";
import type { RewardRange } from "./reward-range.js";
import type { RunLog } from "./run-log.js";
import type { RecordedSettings } from "./same-settings.js";
import type { Trajectory } from "./trajectory.js";

const count = z.int().min(0);
const spent = z.strictObject({ updates: count, milliseconds: z.number().min(0) });
const filePosition = z.strictObject({ bytes: count, sha256: z.string().optional() });
/** Older checkpoints knew the length only. */
const linePosition = filePosition.or(count.transform((bytes): FilePosition => ({ bytes })));
const streamState = z.array(z.int()).length(4);

const savedRunSchema = z.strictObject({
  calqlVersion: z.string(),
  agent: z.string(),
  /** Among how many actions it chooses, where they are discrete; older checkpoints do not say. */
  discreteActions: z.int().min(1).optional(),
  /** SHA-256 of the recorded data. */
  data: z.string(),
  /** The resolved settings of the run, but for the path of its data. */
  settings: z.record(z.string(), z.unknown()).default({}),
  position: z.strictObject({
    phase: phaseSchema,
    updates: count,
    onlineSteps: count,
    onlineEpisodes: count,
    onlineUpdates: count,
  }),
  /** Rows drawn so far from data that are larger than memory. */
  offlineDraws: count,
  streams: z.record(z.string(), streamState),
  /** Of metrics.jsonl, evaluations.jsonl and notices.jsonl. */
  lines: z.strictObject({
    metrics: linePosition,
    evaluations: linePosition,
    notices: linePosition.default(beginning),
  }),
  pace: z.strictObject({
    seconds: z.number().min(0),
    checkpointSeconds: z.number().min(0),
    spent: z.strictObject({ offline: spent, online: spent }),
  }),
  means: z.strictObject({ names: z.array(z.string()), count }),
  episodes: filePosition,
  /** Steps of the episode in progress. */
  trajectory: count.nullable(),
  /** Online episodes in a row, up to here, in which the environment failed. */
  failures: count.default(0),
  /** The minimum and the maximum of the rewards that were learned from. */
  rewards: z.tuple([z.number(), z.number()]).nullable().default(null),
});
export type SavedRun = z.infer<typeof savedRunSchema>;

/** A trajectory on its way, and where chance stood before it began. */
export interface TrajectoryOnItsWay extends Trajectory {
  readonly before: SavedRun["streams"];
}

/** Everything of a run that changes. */
export interface RunState {
  agent: Agent;
  readonly environment: Environment;
  readonly offline: SampledReplay;
  readonly data: string;
  /** The resolved settings, but for the path of the data. */
  readonly settings: RecordedSettings;
  readonly log: RunLog;
  readonly episodes: EpisodeLog;
  readonly streams: Readonly<Record<"sampling" | "warmup" | "episodes", RandomStream>>;
  /** Over all calls of environments, unless the settings want none. */
  readonly watch: HangWatch | undefined;
  readonly rewards: RewardRange;
  onlineUpdates: number;
  /** Online episodes in a row, up to here, in which the environment failed. */
  failures: number;
  trajectory: TrajectoryOnItsWay | null;
}

/** The states of all generators of a run, by purpose. */
export function streamsOf({ agent, streams }: Pick<RunState, "agent" | "streams">): SavedRun["streams"] {
  const all: Record<string, RandomStream> = { ...agent.streams, ...streams };
  return Object.fromEntries(Object.entries(all).map(([name, stream]) => [name, [...stream.state()]]));
}

/**
 * A run as it stands, between two updates or two environment steps.
 * @throws EnvironmentFailure if the environment cannot say where it stands in the episode in progress
 */
export function captureRun(state: RunState): TensorFile {
  const { agent, log, trajectory } = state;
  const tensors = new Map<string, CheckpointTensor>();
  for (const name of agent.stateNames) tensors.set(`agent/${name}`, agent.state(name));
  const { means, ...saved } = log.save();
  tensors.set("means", means.sums);
  const environment = trajectory ? saveStateIn(onlineStage(state), trajectory.actions.length) : undefined;
  if (trajectory && environment) {
    tensors.set("environment", environment);
    for (const part of ["observations", "actions"] as const)
      tensors.set(`trajectory/${part}`, joinRows(trajectory[part]));
    tensors.set("trajectory/rewards", Float64Array.from(trajectory.rewards));
  }
  const manifest: SavedRun = {
    calqlVersion: version,
    agent: agent.name,
    discreteActions: agent.sizes.discreteActions,
    data: state.data,
    settings: { ...state.settings },
    ...saved,
    position: { ...saved.position, onlineUpdates: state.onlineUpdates },
    offlineDraws: state.offline.draws ?? 0,
    streams: trajectory && !environment ? trajectory.before : streamsOf(state),
    means: { names: means.names, count: means.count },
    episodes: state.episodes.position(),
    trajectory: trajectory && environment ? trajectory.actions.length : null,
    failures: state.failures,
    rewards: state.rewards.bounds,
  };
  return { manifest, tensors };
}

/** @throws DataError where the manifest is not one of a run */
export function parseSavedRun(manifest: unknown, path: string): SavedRun {
  const result = savedRunSchema.safeParse(manifest);
  if (result.success) return result.data;
  const place = result.error.issues[0]!.path.join(".");
  throw new DataError(
    `The checkpoint ${path} does not hold what a run needs ("${place}"); it was not written by this version of calql.`,
  );
}

/** Where the next online episode is played, or the one in progress. */
export function onlineStage({ environment, log, watch }: RunState): Stage {
  return { environment, episode: { kind: "online episode", number: log.onlineEpisodes + 1 }, watch };
}

/** Puts an agent back to where it stood. @throws DataError where the checkpoint is not one of such an agent */
export function restoreAgent(agent: Agent, { tensors, path }: FoundCheckpoint): void {
  for (const name of agent.stateNames) {
    const values = tensors.get(`agent/${name}`);
    const target = agent.state(name);
    if (!(values instanceof Float32Array) || values.length !== target.length)
      throw new DataError(
        `The checkpoint ${path} has no ${target.length} numbers for ${name} of ${agent.name}; put the run's config.json back as it was, or take the calql that wrote the run.`,
      );
    target.set(values);
  }
}

/**
 * Puts a run back to where it stood, but for the episode in progress (`restoreEpisode`); the log and the collected
 * episodes were reopened there already.
 * @throws DataError where the checkpoint does not fit the run
 */
export function restoreRun(state: RunState, saved: SavedRun, checkpoint: FoundCheckpoint): void {
  const { tensors, path } = checkpoint;
  const { agent } = state;
  restoreAgent(agent, checkpoint);
  const streams: Record<string, RandomStream> = { ...agent.streams, ...state.streams };
  for (const [name, stream] of Object.entries(streams)) {
    const words = saved.streams[name];
    if (!words) throw new DataError(`The checkpoint ${path} has no state of the random stream "${name}".`);
    stream.restore(words);
  }
  state.offline.skipTo?.(saved.offlineDraws);
  state.onlineUpdates = saved.position.onlineUpdates;
  state.failures = saved.failures;
  if (saved.rewards) state.rewards.see(saved.rewards);
  const sums = numbersIn(path, tensors, "means", saved.means.names.length);
  state.log.restore({ ...saved, means: { ...saved.means, sums } });
}

/**
 * Puts the run and its environment back into the episode in progress, if there was one.
 * @throws EnvironmentFailure if the environment fails; DataError where the checkpoint does not fit the run
 */
export function restoreEpisode(state: RunState, saved: SavedRun, { tensors, path }: FoundCheckpoint): void {
  if (saved.trajectory !== null) state.trajectory = trajectoryIn(state, saved, tensors, path);
}

/** The episode in progress; the environment is where it was in it. */
function trajectoryIn(
  state: RunState,
  { streams, trajectory: steps }: SavedRun,
  tensors: TensorFile["tensors"],
  path: string,
): TrajectoryOnItsWay {
  const { environment } = state;
  const { observationSize, actionSize } = state.agent.sizes;
  if (!environment.restoreState)
    throw new DataError(`The checkpoint ${path} holds an episode of ${environment.name}, which cannot go on in it.`);
  const rows = (name: string, count: number, width: number): Float32Array[] => {
    const values = tensors.get(`trajectory/${name}`);
    if (!(values instanceof Float32Array) || values.length !== count * width)
      throw new DataError(`The checkpoint ${path} has no ${count} ${name} of the episode in progress.`);
    return Array.from({ length: count }, (_, row) => values.slice(row * width, (row + 1) * width));
  };
  restoreStateIn(onlineStage(state), numbersIn(path, tensors, "environment"), steps!);
  return {
    observations: rows("observations", steps! + 1, observationSize),
    actions: rows("actions", steps!, actionSize),
    rewards: [...numbersIn(path, tensors, "trajectory/rewards", steps!)],
    // Only read where the environment cannot save its state, and this one can.
    before: streams,
  };
}

/** @param count how many there must be, if that is known */
function numbersIn(path: string, tensors: TensorFile["tensors"], name: string, count?: number): Float64Array {
  const values = tensors.get(name);
  if (values instanceof Float64Array && (count === undefined || values.length === count)) return values;
  throw new DataError(`The checkpoint ${path} does not hold the ${count ?? ""} numbers of ${name}.`);
}
