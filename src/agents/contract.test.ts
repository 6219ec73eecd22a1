/**
 * The contract that every agent keeps, those that are added tomorrow included: finite metrics that the docs explain, the
 * same bits for the same seed, deterministic acting on request, an exported policy that any ONNX Runtime runs, settings
 * that survive a round trip, and clear words for numbers that do not fit. (Learning is tested in runs/scores.test.ts.)
 */

import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import type { VectorRows } from "../data/columns.js";
import { UsageError } from "../errors.js";
import { RandomStream } from "../random.js";
import { randomBatch, snapshot, stir } from "./agent.fixture.js";
import { Agent, exportUpdate } from "./agent.js";
import { describedMetrics, metricFamily, metricMeaning } from "./metric-names.js";
import { type AgentName, agentDefinition, builtInAgents } from "./registry.js";
import { parseSettings } from "./settings.js";

const BATCH = 8;
const CHOICES = 4;
const small = { batchSize: BATCH, actorHidden: [8, 8], criticHidden: [8, 8], valueHidden: [8, 8], nActions: 3 };

/** Small settings, as far as the agent has them, and the sizes for its kind of actions. */
function smallOptions(name: AgentName, seed = 1) {
  const { settings, actions } = agentDefinition(name);
  const own = Object.fromEntries(Object.entries(small).filter(([setting]) => setting in settings.shape));
  const sizes = actions === "discrete" ? { actionSize: 1, discreteActions: CHOICES } : { actionSize: 2 };
  return { observationSize: 3, ...sizes, settings: own, seed, threads: 1 };
}

function batchFor(agent: Agent, random: RandomStream): VectorRows {
  const batch = randomBatch(random, BATCH * agent.batchesPerUpdate);
  if (agent.sizes.discreteActions === undefined) return batch;
  const indices = () => batch.rewards.map(() => random.integer(CHOICES));
  return { ...batch, actions: indices(), nextActions: indices() };
}

async function use<T>(name: AgentName, act: (agent: Agent) => Promise<T>, seed?: number): Promise<T> {
  const agent = await Agent.create(name, smallOptions(name, seed));
  try {
    return await act(agent);
  } finally {
    await agent.release();
  }
}

/** Bits of all states after some updates, and of an exploring action. */
function bitsAfter(name: AgentName, updates: number, seed: number) {
  return use(
    name,
    async (agent) => {
      const random = new RandomStream(77, "batches");
      for (let i = 0; i < updates; i++) await agent.update(batchFor(agent, random));
      const action = (await agent.act(observations(16), { deterministic: false })).slice();
      const all = Object.entries({ ...snapshot(agent), action });
      return new Map(all.map(([state, values]) => [state, new Uint32Array(values.buffer)]));
    },
    seed,
  );
}

function observations(count: number): Float32Array {
  const values = new Float32Array(3 * count);
  new RandomStream(count).fillNormal(values);
  return values;
}

describe.each(builtInAgents)("%s", (name) => {
  it("reports finite metrics, each with a meaning, losses and gradient norms among them", async () => {
    await use(name, async (agent) => {
      stir(agent);
      const random = new RandomStream(2);
      for (let i = 0; i < 3; i++) await agent.update(batchFor(agent, random));
      const metrics = Object.entries(agent.metrics);
      for (const [metric, value] of metrics) {
        expect(metricMeaning(metric), metric).toMatch(/^[A-Z].*\.$/);
        expect(Number.isFinite(value), `${metric} ${value}`).toBe(true);
      }
      const positive = metrics.filter(([metric, value]) => metric.endsWith("GradientNorm") && value > 0);
      expect(positive.length).toBeGreaterThan(0);
      expect(metrics.some(([metric]) => metric.endsWith("Loss"))).toBe(true);
    });
  });

  it("leaves the same bits for the same seed, and others for another", async () => {
    const [first, again, other] = [
      await bitsAfter(name, 10, 5),
      await bitsAfter(name, 10, 5),
      await bitsAfter(name, 10, 6),
    ];
    expect([...again.keys()]).toEqual([...first.keys()]);
    for (const [state, bits] of first) expect(again.get(state), state).toEqual(bits);
    const learned = [...first.keys()].filter((state) => /^(actor|critics|value)$/.test(state));
    expect(learned.length).toBeGreaterThan(0);
    for (const state of learned) expect(other.get(state), state).not.toEqual(first.get(state));
  });

  it("moves what it learns, and only by updates", async () => {
    await use(name, async (agent) => {
      const before = snapshot(agent);
      await agent.act(observations(5), { deterministic: false });
      expect(snapshot(agent)).toEqual(before);
      const random = new RandomStream(3);
      for (let i = 0; i < 2; i++) await agent.update(batchFor(agent, random));
      for (const [state, values] of Object.entries(snapshot(agent)))
        if (/^(actor|critics|targetCritics|value|updates)$/.test(state))
          expect(values, state).not.toEqual(before[state]);
      expect(agent.updates).toBe(2);
    });
  });

  it("acts within bounds, deterministically when asked, and explores otherwise", async () => {
    await use(name, async (agent) => {
      stir(agent);
      const given = observations(64);
      const calm = (await agent.act(given, { deterministic: true })).slice();
      const bold = (await agent.act(given, { deterministic: false })).slice();
      expect((await agent.act(given, { deterministic: true })).slice()).toEqual(calm);
      expect(calm.length).toBe(64 * agent.sizes.actionSize);
      const choices = agent.sizes.discreteActions;
      for (const action of [...calm, ...bold]) {
        if (choices === undefined) expect(Math.abs(action)).toBeLessThanOrEqual(1);
        else expect([0, 1, 2, 3]).toContain(action);
      }
      const many = observations(2000); // epsilon-greedy agents rarely explore
      const calmMany = (await agent.act(many, { deterministic: true })).slice();
      expect(await agent.act(many, { deterministic: false })).not.toEqual(calmMany);
      expect(bold.length).toBe(calm.length);
    });
  });

  it("exports a policy that a bare ONNX Runtime runs to the same actions", async () => {
    await use(name, async (agent) => {
      stir(agent);
      await agent.update(batchFor(agent, new RandomStream(4)));
      const session = await InferenceSession.create(agent.exportPolicy({ task: "none" }), { logSeverityLevel: 3 });
      for (const count of [1, 7, 64]) {
        const batch = observations(count);
        const { actions } = await session.run({ observations: new Tensor("float32", batch, [count, 3]) });
        expect(actions!.dims).toEqual([count, agent.sizes.actionSize]);
        const own = await agent.act(batch, { deterministic: true });
        own.forEach((value, i) => {
          expect(Math.abs(value - (actions!.data as Float32Array)[i]!)).toBeLessThan(1e-6);
        });
      }
      await session.release();
    });
  });

  it("has settings that survive a round trip, defaults that pass their own checks, and a sentence for each", () => {
    const { settings } = agentDefinition(name);
    const parsed = parseSettings(settings, {}, name);
    expect(parseSettings(settings, JSON.parse(JSON.stringify(parsed)), name)).toEqual(parsed);
    expect(Object.keys(parsed).sort()).toEqual(Object.keys(settings.shape).sort());
    for (const field of Object.values(settings.shape))
      expect((field as { description?: string }).description).toMatch(/\.$/);
  });

  it("refuses numbers that do not fit in one sentence, and goes on", async () => {
    await use(name, async (agent) => {
      const batch = batchFor(agent, new RandomStream(5));
      const short = { ...batch, observations: batch.observations.slice(1) };
      await expect(agent.update(short)).rejects.toThrow(UsageError);
      await expect(agent.update(short)).rejects.toThrow(/observations has \d+ numbers where .* expects \d+/);
      await expect(agent.act(new Float32Array(4), { deterministic: true })).rejects.toThrow(UsageError);
      await agent.update(batch);
      expect(agent.updates).toBe(1);
    });
  });

  it("is a program that can be written to a file", () => {
    const { settings: own, ...sizes } = smallOptions(name);
    expect(exportUpdate(name, sizes, own).length).toBeGreaterThan(1000);
  });
});

describe("the docs' metrics", () => {
  it("are those that some agent reports", async () => {
    const reported = new Set<string>();
    for (const name of builtInAgents) {
      const { settings, declare } = agentDefinition(name);
      const { settings: own, seed, ...sizes } = smallOptions(name);
      const multiplier = "lagrange" in settings.shape ? { lagrange: true } : {};
      const source = "calibrationSource" in settings.shape ? { calibrationSource: "network" } : {};
      const parsed = parseSettings(settings, { ...own, ...multiplier, ...source }, name);
      for (const metric of Object.keys(declare(parsed, sizes, seed).program.metrics ?? {}))
        reported.add(metricFamily(metric));
    }
    // Those that a run measures when it writes a line (training/start-watch.ts), and what its loop adds.
    for (const measured of ["startQMean", "startReturnMean", "startWholeShare", "idleValue", "mixingRatio"])
      reported.add(measured);
    expect([...describedMetrics].sort()).toEqual([...reported].sort());
  });
});
