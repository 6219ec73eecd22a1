/** For tests: small agents with discrete actions and batches for them; the rest is that of agent.fixture.ts. */
import type { VectorRows } from "../data/columns.js";
import type { RandomStream } from "../random.js";
import { randomBatch } from "./agent.fixture.js";
import { Agent, type AgentOptions } from "./agent.js";
import type { AgentSettings } from "./registry.js";

export const discreteNames = ["dqn", "cql-discrete", "cal-ql-discrete"] as const;
export type DiscreteName = (typeof discreteNames)[number];

export const ACTIONS = 4;
export const discreteSizes = { observationSize: 3, actionSize: 1, discreteActions: ACTIONS };
export const smallDiscrete = { batchSize: 6, criticHidden: [8, 8] };

/** Creates an agent, uses it, and frees it whatever happens. */
export async function withDiscreteAgent<T>(
  name: string,
  settings: AgentSettings,
  use: (agent: Agent) => Promise<T>,
  options: Partial<AgentOptions> = {},
): Promise<T> {
  const all = { ...smallDiscrete, ...settings };
  const agent = await Agent.create(name, { ...discreteSizes, threads: 1, ...options, settings: all });
  try {
    return await use(agent);
  } finally {
    await agent.release();
  }
}

/** A batch as of agent.fixture.ts, whose actions are a choice among `count`. */
export function discreteBatch(random: RandomStream, size = smallDiscrete.batchSize, count = ACTIONS): VectorRows {
  const indices = () => Float32Array.from({ length: size }, () => random.integer(count));
  return { ...randomBatch(random, size), actions: indices(), nextActions: indices() };
}
