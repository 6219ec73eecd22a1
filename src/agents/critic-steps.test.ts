/**
 * Several critic steps in one update are several updates: the critics, targets and multipliers end where updates with a
 * frozen policy on the parts of the batch end, and the policy where one step on the last part against those critics ends.
 */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { randomBatch, sizes, smallSettings, snapshot, stir, withAgent } from "./agent.fixture.js";
import type { AgentBatch } from "./agent.js";
import type { AgentSettings } from "./registry.js";

const STEPS = 3;
const ROWS = smallSettings.batchSize;
/** A learning rate that moves nothing in float32. */
const FROZEN = 1e-30;
type Arrays = Readonly<Record<string, Float32Array>>;

const ensemble = { criticCount: 4, targetCriticCount: 2, criticLayerNorm: true, policyObjective: "mean" } as const;
const cases: readonly (readonly [string, AgentSettings])[] = [
  ["sac", {}],
  ["sac", { ...ensemble, backupEntropy: true }],
  ["rlpd", {}],
  ["cql", { ...ensemble, lagrange: true }],
  ["cal-ql", { criticCount: 3, lagrange: true, calibrationSource: "network" }],
];

/** The step's rows of every array of the batch. */
function part(batch: AgentBatch, step: number): AgentBatch {
  const cut = Object.entries(batch as unknown as Arrays).map(([name, values]) => {
    const size = values.length / STEPS;
    return [name, values.slice(step * size, (step + 1) * size)];
  });
  return Object.fromEntries(cut);
}

/** Noise for all steps, under the names that a single step's would have. */
function noiseOf(settings: Readonly<Record<string, unknown>>, step: number): Record<string, Float32Array> {
  const random = new RandomStream(step, "noise of a step");
  const n = settings.nActions as number;
  const normal = (length: number) => {
    const values = new Float32Array(length);
    random.fillNormal(values);
    return values;
  };
  const one = ROWS * sizes.actionSize;
  const chosen = (settings.targetCriticCount as number | null) ?? 0;
  const count = settings.criticCount as number;
  const selection = new Float32Array(chosen * count);
  for (let row = 0; row < chosen; row++) selection[row * count + ((step + row) % count)] = 1;
  return {
    actor: normal(one),
    targetNext: normal(settings.maxTargetBackup ? one * n : one),
    currentActions: normal(one * n),
    nextActions: normal(one * n),
    randomActions: normal(one * n).map(Math.tanh),
    targetCritics: selection,
  };
}

describe("an update of several critic steps", () => {
  it.each(cases)("of %s %j", async (name, settings) => {
    const batch = randomBatch(new RandomStream(4), STEPS * ROWS);
    const own = { ...settings, temperatureTuning: false, initialTemperature: 0.5, targetEntropy: -1 };
    let start: Record<string, Float32Array> = {};
    const together = await withAgent(name, { ...own, criticSteps: STEPS }, async (agent) => {
      stir(agent);
      start = snapshot(agent);
      const noise = Array.from({ length: STEPS }, (_, step) =>
        Object.entries(noiseOf(agent.settings, step)).map(([key, values]) => [`step${step}/${key}`, values]),
      );
      await agent.update(batch, Object.fromEntries(noise.flat()));
      return snapshot(agent);
    });
    const critics = await withAgent(name, { ...own, criticSteps: 1, actorLearningRate: FROZEN }, async (agent) => {
      for (const state of agent.stateNames) agent.state(state).set(start[state]!);
      for (let step = 0; step < STEPS; step++) await agent.update(part(batch, step), noiseOf(agent.settings, step));
      return snapshot(agent);
    });
    const policy = await withAgent(name, { ...own, criticSteps: 1, criticLearningRate: FROZEN }, async (agent) => {
      for (const state of agent.stateNames) agent.state(state).set(start[state]!);
      agent.state("critics").set(critics.critics!);
      await agent.update(part(batch, STEPS - 1), noiseOf(agent.settings, STEPS - 1));
      return snapshot(agent);
    });
    for (const state of Object.keys(together).filter((key) => !/^actor|^updates$/.test(key)))
      expectClose(together[state]!, critics[state]!, state);
    for (const state of ["actor", "actor/steps", "actor/firstMoment"])
      expectClose(together[state]!, policy[state]!, state);
    expect(together["critics/steps"]![0]).toBe(STEPS);
    expect(together["actor/steps"]![0]).toBe(1);
    expect(together.critics).not.toEqual(start.critics);
    expect(together.actor).not.toEqual(start.actor);
  });
});

function expectClose(computed: Float32Array, expected: Float32Array, state: string): void {
  const scale = expected.reduce((largest, x) => Math.max(largest, Math.abs(x)), 1);
  computed.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!) / scale, `${state}[${i}]`).toBeLessThan(2e-6);
  });
}
