/** For tests: small agents that look at pictures, batches for them, and how far their arrays moved. */
import type { ObservationParts, VectorRows } from "../data/columns.js";
import { memberRange, type Parameters } from "../networks/parameters.js";
import { RandomStream } from "../random.js";
import { randomBatch, sizes, smallAgent, smallSettings } from "./agent.fixture.js";
import type { Agent } from "./agent.js";
import { type AgentName, type AgentSettings, agentDefinition } from "./registry.js";

export const PIXELS = 7 * 6 * 3;
export const CHOICES = 4;
export const image = { type: "uint8", shape: [7, 6, 3] } as const;
export const alone: ObservationParts = { image };
export const beside: ObservationParts = { state: { type: "float32", shape: [sizes.observationSize] }, image };
/** The first array of an encoder. */
export const ONE = "picture0/layer0/kernel";

export function bytes(rows: number, seed: number): Uint8Array {
  const random = new RandomStream(seed, "bytes");
  return Uint8Array.from({ length: rows * PIXELS }, () => random.integer(256));
}

export function seen(rows: number, parts: ObservationParts, seed = 1) {
  const state = new Float32Array(rows * sizes.observationSize);
  new RandomStream(seed).fillNormal(state);
  return { ...(parts.state ? { state } : {}), image: bytes(rows, seed) };
}

export async function looking(
  name: string,
  parts: ObservationParts,
  settings: AgentSettings = {},
  seed = 1,
): Promise<Agent> {
  const discrete = agentDefinition(name).actions === "discrete" ? { actionSize: 1, discreteActions: CHOICES } : {};
  const observationSize = PIXELS + (parts.state ? sizes.observationSize : 0);
  const known = Object.fromEntries(
    Object.entries({ encoderTrunk: 5, ...settings }).filter(([key]) => key in agentDefinition(name).settings.shape),
  );
  return smallAgent(name, known, { observationSize, observations: parts, seed, ...discrete });
}

export function batchFor(agent: Agent, seed: number): VectorRows {
  const rows = smallSettings.batchSize * agent.batchesPerUpdate;
  const random = new RandomStream(seed);
  const batch = randomBatch(random, rows);
  const pictures = {
    "observations/image": bytes(rows, seed),
    "nextObservations/image": bytes(rows, seed + 100),
  };
  if (agent.sizes.discreteActions === undefined) return { ...batch, ...pictures } as unknown as VectorRows;
  const indices = () => batch.rewards.map(() => random.integer(CHOICES));
  return { ...batch, ...pictures, actions: indices(), nextActions: indices() } as unknown as VectorRows;
}

export async function updated(agent: Agent, count = 3): Promise<Agent> {
  for (let i = 0; i < count; i++) await agent.update(batchFor(agent, i + 1));
  return agent;
}

/** The numbers of one array of a network, as they stand. */
export function numbersOf(agent: Agent, network: Parameters, array: string): Float32Array {
  return agent.state(network.name).slice(...memberRange(network, array));
}

export function largestMove(now: Float32Array, before: Float32Array): number {
  return now.reduce((most, value, i) => Math.max(most, Math.abs(value - before[i]!)), 0);
}

/** All others learn critics. */
export const hasCritics = (name: AgentName) => name !== "bc";
export const hasPolicy = (name: AgentName) => agentDefinition(name).actions === "continuous";
