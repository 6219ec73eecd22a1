/**
 * What a checkpoint holds of a run, and how it is put back: the manifest declared below and these tensors. `agent/NAME`:
 * every state tensor of the agent (parameters, optimiser moments, targets, multipliers, counts). `means`: sums of the
 * metrics since the last line. Those of the episode in progress (saved-episode.ts), where there is one that the run can
 * go on within. Recorded data are not in it but their fingerprint is, and of the collected episodes, which are in a file
 * of their own, length and SHA-256.
 */
import { z } from "zod";
import type { Agent } from "../agents/agent.js";
import type { SampledReplay } from "../data/replay.js";
import type { Environment } from "../environments/environment.js";
import type { EnvironmentFailure } from "../environments/environment-failure.js";
import { DataError, UsageError } from "../errors.js";
import type { RandomStream } from "../random.js";
import type { RecordedSettings } from "../settings/same-settings.js";
import type { RewardRange } from "../training/reward-range.js";
import { version } from "../version.js";
import type { EpisodeLog } from "./checkpoints/episode-log.js";
import type { FoundCheckpoint } from "./checkpoints/store.js";
import type { CheckpointTensor, TensorFile } from "./checkpoints/tensor-file.js";
import { beginning, type FilePosition } from "./file-position.js";
import type { HangWatch } from "./hang-watch.js";
import { phaseSchema } from "./record.js";
import type { RunLog } from "./run-log.js";
import { addEpisode, environmentState, numbersIn, type TrajectoryOnItsWay } from "./saved-episode.js";

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
  /** The streams at its beginning; older checkpoints do not say. */
  streamsBefore: z.record(z.string(), streamState).optional(),
  /** Online episodes in a row, up to here, in which the environment failed. */
  failures: count.default(0),
  /** The minimum and the maximum of the rewards that were learned from. */
  rewards: z.tuple([z.number(), z.number()]).nullable().default(null),
});
export type SavedRun = z.infer<typeof savedRunSchema>;

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
 * A run as it stands, between two updates or two environment steps; at the beginning of the episode in progress, where
 * the environment cannot say how it stands in that.
 * @param onUnsaved called where the environment offers to save its state and fails in it
 */
export function captureRun(state: RunState, onUnsaved: (failure: EnvironmentFailure) => void): TensorFile {
  const { agent, log, trajectory } = state;
  const tensors = new Map<string, CheckpointTensor>();
  for (const name of agent.stateNames) tensors.set(`agent/${name}`, agent.state(name));
  const { means, ...saved } = log.save();
  tensors.set("means", means.sums);
  const environment = trajectory ? environmentState(state, trajectory, onUnsaved) : undefined;
  if (trajectory && environment) addEpisode(tensors, trajectory, environment);
  const manifest: SavedRun = {
    calqlVersion: version,
    agent: agent.name,
    discreteActions: agent.sizes.discreteActions,
    data: state.data,
    settings: { ...state.settings },
    ...saved,
    position: { ...saved.position, onlineUpdates: state.onlineUpdates },
    offlineDraws: state.offline.draws ?? 0,
    streams: (!environment && trajectory?.before) || streamsOf(state),
    means: { names: means.names, count: means.count },
    episodes: state.episodes.position(),
    trajectory: trajectory && environment ? trajectory.actions.length : null,
    streamsBefore: environment && trajectory?.before,
    failures: state.failures,
    rewards: state.rewards.bounds,
  };
  return { manifest, tensors };
}

/** @throws UsageError where another version of calql has written it: it is sound, but not for this one */
export function parseSavedRun(manifest: unknown, path: string): SavedRun {
  const result = savedRunSchema.safeParse(manifest);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const place = issue.code === "unrecognized_keys" ? issue.keys.join(", ") : issue.path.join(".");
  const { calqlVersion: writer = "another" } = manifest as { readonly calqlVersion?: string };
  throw new UsageError(
    `The checkpoint ${path} of version ${writer} of calql is not one that version ${version} can read (${place}); go on with it by the version that wrote it.`,
  );
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
