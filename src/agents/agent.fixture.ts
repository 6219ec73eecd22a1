/** For tests: small agents, seeded batches and noise, and copies of everything that an agent has learned. */

import type { VectorRows } from "../data/columns.js";
import { RandomStream } from "../random.js";
import { Agent, type AgentOptions } from "./agent.js";
import { type AgentSettings, agentDefinition } from "./registry.js";

export const sizes = { observationSize: 3, actionSize: 2 };
export const smallSettings = { batchSize: 6, nActions: 3, actorHidden: [8, 8], criticHidden: [8, 8] };
const smallOfSome = { ...smallSettings, valueHidden: [8, 8] };
const THREADS = 1;

/** An agent with small settings, those of them that it has. */
export async function smallAgent(
  name: string,
  settings: AgentSettings = {},
  options: Partial<AgentOptions> = {},
): Promise<Agent> {
  const known = agentDefinition(name).settings.shape;
  const small = Object.fromEntries(Object.entries(smallOfSome).filter(([setting]) => Object.hasOwn(known, setting)));
  return Agent.create(name, { ...sizes, threads: THREADS, ...options, settings: { ...small, ...settings } });
}

/** Creates an agent, uses it, and frees it whatever happens. */
export async function withAgent<T>(
  name: string,
  settings: AgentSettings,
  use: (agent: Agent) => Promise<T>,
  options: Partial<AgentOptions> = {},
): Promise<T> {
  const agent = await smallAgent(name, settings, options);
  try {
    return await use(agent);
  } finally {
    await agent.release();
  }
}

/** A batch with some terminations, rewards around -1 and returns around 0. */
export function randomBatch(random: RandomStream, size = smallSettings.batchSize): VectorRows {
  const normal = (length: number, scale = 1, shift = 0) => {
    const values = new Float32Array(length);
    random.fillNormal(values);
    return values.map((x) => scale * x + shift);
  };
  const observations = normal(size * sizes.observationSize);
  const actions = normal(size * sizes.actionSize).map(Math.tanh);
  return {
    observations,
    actions,
    nextActions: actions.toReversed(),
    rewards: normal(size, 0.5, -1),
    nextObservations: normal(size * sizes.observationSize),
    terminated: normal(size).map((x) => (x > 0.8 ? 1 : 0)),
    returnsToGo: normal(size),
  };
}

export function filled(batch: VectorRows, changes: Readonly<Record<string, number>>): VectorRows {
  const entries = Object.entries(changes).map(([name, value]) => [
    name,
    (batch[name as keyof VectorRows] as Float32Array).map(() => value),
  ]);
  return { ...batch, ...Object.fromEntries(entries) };
}

/** Copies of all state tensors by name. */
export function snapshot(agent: Agent): Record<string, Float32Array> {
  return Object.fromEntries(agent.stateNames.map((name) => [name, agent.state(name).slice()]));
}

/** Gives the networks values of order 1, so that critics disagree and policies vary, as after training. */
export function stir(agent: Agent, seed = 1): void {
  const random = new RandomStream(seed, "stir");
  for (const name of ["actor", "critics", "targetCritics", "value", "targetActor"].filter((x) =>
    agent.stateNames.includes(x),
  )) {
    const values = agent.state(name);
    random.fillNormal(values);
    for (let i = 0; i < values.length; i++) values[i]! *= 0.5;
  }
}

/** Makes updates on batches of one seed; `change` alters each batch. */
export async function makeUpdates(
  agent: Agent,
  count: number,
  change: (batch: VectorRows) => VectorRows = (batch) => batch,
): Promise<void> {
  const random = new RandomStream(77, "batches");
  const { batchSize } = agent.settings as { batchSize: number };
  for (let i = 0; i < count; i++) await agent.update(change(randomBatch(random, batchSize)));
}
