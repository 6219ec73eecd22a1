/**
 * The state of a run, as plain values and tensors: what a checkpoint holds of the loop, and how it is put back.
 * Tensors: `agent/NAME`, every state tensor of the agent (parameters, optimiser moments, targets, multipliers,
 * counts), and `switch/NAME`, the same at the switch where a rollback may need it; `means`, sums of the metrics since
 * the last line; and what the collector keeps of the episode in progress.
 * Recorded data and collected episodes are not in it: a sink keeps those.
 */
import { z } from "zod";
import type { Agent } from "../agents/agent.js";
import { DataError } from "../errors.js";
import type { RandomStream } from "../random.js";
import { phaseSchema } from "../settings/settings.js";
import type { Collector, Replay } from "./ports.js";
import type { RewardRange } from "./reward-range.js";
import type { Rollback } from "./rollback.js";
import type { RunLog } from "./run-log.js";
import { transformTensors } from "./transform.js";

export type SnapshotTensor = Float32Array | Float64Array | Int32Array | Uint8Array;
export type SnapshotTensors = ReadonlyMap<string, SnapshotTensor>;

const count = z.int().min(0);
const spent = z.strictObject({ updates: count, milliseconds: z.number().min(0) });
const streamStates = z.record(z.string(), z.array(z.int()).length(4));
/** The states of random streams by purpose. */
export type SavedStreams = z.infer<typeof streamStates>;

/** What is saved beside the tensors; older checkpoints lack what has a default or is optional. */
export const loopStateShape = {
  agent: z.string(),
  /** Among how many actions it chooses, where they are discrete. */
  discreteActions: z.int().min(1).optional(),
  position: z.strictObject({
    phase: phaseSchema,
    updates: count,
    onlineSteps: count,
    onlineEpisodes: count,
    onlineUpdates: count,
  }),
  /** Rows drawn so far from data that are larger than memory. */
  offlineDraws: count,
  streams: streamStates,
  /** The timing (timing.ts), under the name that it has in files. */
  pace: z.strictObject({
    seconds: z.number().min(0),
    checkpointSeconds: z.number().min(0),
    spent: z.strictObject({ offline: spent, online: spent }),
  }),
  means: z.strictObject({ names: z.array(z.string()), count }),
  /** Steps of the episode in progress. */
  trajectory: count.nullable(),
  /** The streams at its beginning. */
  streamsBefore: streamStates.optional(),
  /** Online episodes in a row, up to here, in which the environment failed. */
  failures: count.default(0),
  /** What the policy returned at the switch and lately, by which a fall is noticed. */
  rollback: z
    .strictObject({
      expected: z.number().nullable().default(null),
      returns: z.array(z.number()),
      told: z.boolean(),
      restored: count.default(0),
    })
    .optional(),
  /** The minimum and the maximum of the rewards that were learned from. */
  rewards: z.tuple([z.number(), z.number()]).nullable().default(null),
  /** In checkpoints of an earlier calql; nothing is made of it. */
  lowestLasting: z.number().nullable().optional(),
};
const loopState = z.strictObject(loopStateShape);
export type LoopState = z.infer<typeof loopState>;

export interface Snapshot {
  readonly state: LoopState;
  readonly tensors: SnapshotTensors;
}

/** The episode in progress: its steps, and the tensors in which a collector keeps it. */
export interface EpisodeInProgress {
  readonly steps: number;
  readonly tensors: SnapshotTensors;
}

/** Everything of a run that changes, but for what its sink holds. */
export interface RunState {
  agent: Agent;
  readonly replay: Replay;
  readonly collector: Collector;
  readonly log: RunLog;
  readonly streams: RunStreams;
  readonly rewards: RewardRange;
  /** The safety net at the switch, where the setting `rollback` asks for one. */
  readonly rollback?: Rollback | undefined;
  onlineUpdates: number;
}

export type RunStreams = Readonly<Record<"sampling" | "warmup" | "episodes", RandomStream>>;

/** The states of all random streams of a run. */
export function streamsOf({ agent, streams }: Pick<RunState, "agent" | "streams">): SavedStreams {
  const all: Record<string, RandomStream> = { ...agent.streams, ...streams };
  return Object.fromEntries(Object.entries(all).map(([name, stream]) => [name, [...stream.state()]]));
}

/**
 * A run as it stands, between two updates or two environment steps; at the beginning of the episode in progress, where
 * the collector cannot resume it.
 */
export function captureRun(state: RunState): Snapshot {
  const { agent, log, replay, collector } = state;
  const tensors = new Map<string, SnapshotTensor>();
  for (const name of agent.stateNames) tensors.set(`agent/${name}`, agent.state(name));
  const { means, position, timing } = log.save();
  tensors.set("means", means.sums);
  const { episode = null, before, failures = 0 } = collector.capture?.() ?? {};
  for (const [name, values] of transformTensors(agent.sizes.transform)) tensors.set(name, values);
  for (const [name, values] of episode?.tensors ?? []) tensors.set(name, values);
  const net = state.rollback?.save();
  for (const [name, values] of net?.tensors ?? []) tensors.set(name, values);
  const saved: LoopState = {
    agent: agent.name,
    discreteActions: agent.sizes.discreteActions,
    position: { ...position, onlineUpdates: state.onlineUpdates },
    pace: timing,
    offlineDraws: replay.draws,
    streams: (!episode && before) || streamsOf(state),
    means: { names: means.names, count: means.count },
    trajectory: episode?.steps ?? null,
    streamsBefore: episode ? before : undefined,
    failures,
    rollback: net?.state,
    rewards: state.rewards.bounds,
  };
  return { state: saved, tensors };
}

/** Puts an agent back to where it stood. @param name of the checkpoint @throws DataError where it is not one of such an agent */
export function restoreAgent(agent: Agent, tensors: SnapshotTensors, name: string): void {
  for (const tensor of agent.stateNames) {
    const values = tensors.get(`agent/${tensor}`);
    const target = agent.state(tensor);
    if (!(values instanceof Float32Array) || values.length !== target.length)
      throw new DataError(
        `The checkpoint ${name} has no ${target.length} numbers for ${tensor} of ${agent.name}; put the run's config.json back as it was, or take the calql that wrote the run.`,
      );
    target.set(values);
  }
}

/**
 * Puts a run back to where it stood, but for the episode in progress.
 * @param name of the checkpoint, for messages
 * @throws DataError where the snapshot does not fit the run
 */
export function restoreRun(state: RunState, { state: saved, tensors }: Snapshot, name: string): void {
  restoreAgent(state.agent, tensors, name);
  const streams: Record<string, RandomStream> = { ...state.agent.streams, ...state.streams };
  for (const [purpose, stream] of Object.entries(streams)) {
    const words = saved.streams[purpose];
    if (!words)
      throw new DataError(
        `The checkpoint ${name} has no state of the random stream "${purpose}"; take the calql that wrote the run, or begin the run anew.`,
      );
    stream.restore(words);
  }
  state.replay.skipTo(saved.offlineDraws);
  state.onlineUpdates = saved.position.onlineUpdates;
  const begun = saved.position.onlineEpisodes > 0;
  state.rollback?.restore(saved.rollback, tensors, state.agent, { checkpoint: name, begun });
  if (saved.rewards) state.rewards.restore(saved.rewards);
  const sums = numbersIn(name, tensors, "means", saved.means.names.length);
  state.log.restore({ position: saved.position, timing: saved.pace, means: { ...saved.means, sums } });
}

/**
 * A tensor of float64 numbers.
 * @param name of the checkpoint, for messages
 * @param count how many there must be, if that is known
 * @throws DataError where it is not there
 */
export function numbersIn(name: string, tensors: SnapshotTensors, tensor: string, count?: number): Float64Array {
  const values = tensors.get(tensor);
  if (values instanceof Float64Array && (count === undefined || values.length === count)) return values;
  throw new DataError(
    `The checkpoint ${name} does not hold the ${count === undefined ? "" : `${count} `}numbers of ${tensor}; take another checkpoint, or begin the run anew.`,
  );
}
