/**
 * What two machines must compute alike for a run to be the same on both: the functions of JavaScript's Math, the physics
 * of environments, and the updates of an agent. Each is computed from a fixed seed and returned as plain numbers, so that
 * results can be compared to the bit and differences measured.
 */
import { Agent, type AgentBatch } from "../../src/agents/agent.js";
import { columnsFor } from "../../src/agents/context.js";
import { createBatch } from "../../src/data/columns.js";
import type { SyncEnvironment } from "../../src/environments/environment.js";
import { makeEnvironment } from "../../src/environments/registry.js";
import { randomAction } from "../../src/environments/spaces.js";
import { RandomStream } from "../../src/random.js";
import type { CheckpointTensor } from "../../src/runs/checkpoints/tensor-file.js";

/** One computed result: its numbers by name. */
export interface Computed {
  readonly name: string;
  readonly numbers: ReadonlyMap<string, CheckpointTensor>;
}

export interface UpdatePlan {
  /** The numbers of updates after which results are taken, ascending. */
  readonly updates: readonly number[];
  /** Rows of a batch. */
  readonly batch: number;
  /** Units of each of two layers, of policy and critics. */
  readonly hidden: number;
  readonly threads: number;
}

/** AntMaze's sizes. */
const sizes = { observationSize: 29, actionSize: 8 };
const seed = 5;
const argumentCount = 100_000;
const largestArgument = 20;
const steps = 200;
const observed = 16;
/** A maze with its own arithmetic, and two MuJoCo tasks: locomotion and a hand with contact friction. */
const tasks = ["pointmaze-umaze", "antmaze-umaze", "door-binary"] as const;

/** The functions of Math whose last bits the language leaves to the implementation. */
const functions = {
  exp: Math.exp,
  log: (x: number) => Math.log(Math.abs(x)),
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  tanh: Math.tanh,
  acos: (x: number) => Math.acos(x / largestArgument),
  atan2: Math.atan2,
  hypot: Math.hypot,
  pow: (x: number, y: number) => Math.abs(x) ** (y / 4),
} as const satisfies Record<string, (x: number, y: number) => number>;

/** The values of Math's functions at the same arguments everywhere. */
export function computedByMath(): Computed {
  const random = new RandomStream(seed, "arguments");
  const argument = () => largestArgument * (2 * random.uniform() - 1);
  const [x, y] = [0, 0].map(() => Float64Array.from({ length: argumentCount }, argument));
  const values = Object.entries(functions).map(
    ([name, f]: [string, (x: number, y: number) => number]) => [name, x!.map((value, i) => f(value, y![i]!))] as const,
  );
  return { name: "functions of Math", numbers: new Map(values) };
}

/** The results of the same random actions in each environment, and its final state. */
export async function* computedByEnvironments(): AsyncGenerator<Computed> {
  for (const task of tasks) yield { name: `${steps} steps of ${task}`, numbers: await walk(task) };
}

async function walk(task: string): Promise<ReadonlyMap<string, CheckpointTensor>> {
  const environment = (await makeEnvironment(task)) as SyncEnvironment;
  const random = new RandomStream(seed, task);
  const seen: number[] = [...environment.reset({ seed }).observation];
  for (let step = 0; step < steps; step++) {
    const { observation, reward, terminated, truncated } = environment.step(
      randomAction(environment.actionSpace, random),
    );
    seen.push(...observation, reward);
    if (terminated || truncated) seen.push(...environment.reset().observation);
  }
  const state = environment.saveState!();
  environment.close();
  return new Map<string, CheckpointTensor>([
    ["answers", Float64Array.from(seen)],
    ["state", state],
  ]);
}

/** The parameters of Cal-QL after each of the numbers of updates, and the actions of its policy then. */
export async function* computedByUpdates({
  updates,
  batch: size,
  hidden,
  threads,
}: UpdatePlan): AsyncGenerator<Computed> {
  const settings = { batchSize: size, actorHidden: [hidden, hidden], criticHidden: [hidden, hidden] };
  const agent = await Agent.create("cal-ql", { ...sizes, seed, threads, settings });
  const random = new RandomStream(seed, "batches");
  const batch = createBatch(size, columnsFor(sizes));
  const observations = new Float32Array(observed * sizes.observationSize);
  random.fillNormal(observations);
  const parameters = agent.stateNames.filter((name) => name !== "updates" && !name.includes("/"));
  try {
    for (const count of updates) {
      while (agent.updates < count) await agent.update(fill(batch, random));
      const after = `after ${count} update${count === 1 ? "" : "s"}`;
      yield {
        name: `parameters ${after}`,
        numbers: new Map(parameters.map((name) => [name, agent.state(name).slice()])),
      };
      const actions = (await agent.act(observations, { deterministic: false })).slice();
      yield { name: `actions ${after}`, numbers: new Map([["actions", actions]]) };
    }
  } finally {
    await agent.release();
  }
}

/** Rewards around -1, returns around 0, and one transition in five that ends its episode. */
function fill(batch: ReturnType<typeof createBatch>, random: RandomStream): AgentBatch {
  const { observations, actions, nextObservations, rewards, returnsToGo, terminated } = batch.rows;
  for (const part of [observations, nextObservations, rewards, returnsToGo]) random.fillNormal(part as Float32Array);
  random.fillUniform(actions, -1, 1);
  rewards.forEach((reward, i) => {
    rewards[i] = reward / 2 - 1;
    terminated[i] = random.uniform() < 0.2 ? 1 : 0;
  });
  return batch.rows;
}

/** How far one tensor is from another. */
export interface Difference {
  readonly tensor: string;
  /**
   * The largest difference of two numbers, as a share of the largest number of the tensor: 0 where only signs of zero
   * differ, infinite where one is a number and the other is not.
   */
  readonly relative: number;
}

/** Where two results differ most; undefined where they are the same bits. */
export function largestDifference(one: Computed, other: Computed): Difference | undefined {
  const differing = [...one.numbers].flatMap(([tensor, values]) => {
    const others = other.numbers.get(tensor);
    if (others !== undefined && sameBits(values, others)) return [];
    return [{ tensor, relative: others === undefined ? Number.POSITIVE_INFINITY : relative(values, others) }];
  });
  return differing.sort((a, b) => b.relative - a.relative)[0];
}

function sameBits(one: CheckpointTensor, other: CheckpointTensor): boolean {
  return one.length === other.length && Buffer.compare(bytesOf(one), bytesOf(other)) === 0;
}

function relative(one: CheckpointTensor, other: CheckpointTensor): number {
  if (one.length !== other.length) return Number.POSITIVE_INFINITY;
  let [largest, difference] = [0, 0];
  for (let i = 0; i < one.length; i++) {
    largest = Math.max(largest, Math.abs(one[i]!));
    if (!Object.is(one[i], other[i])) difference = Math.max(difference, Math.abs(one[i]! - other[i]!));
  }
  if (difference === 0) return 0;
  const share = difference / largest;
  return Number.isNaN(share) ? Number.POSITIVE_INFINITY : share;
}

/** The bytes of a tensor, not a copy. */
export function bytesOf({ buffer, byteOffset, byteLength }: CheckpointTensor): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
