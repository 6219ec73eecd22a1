/**
 * The identities of Cal-QL: a reference of minus infinity gives CQL to the bit, where the reference wins no gradient
 * reaches a policy's action, and random actions never feel it.
 */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { evaluate } from "../tensor/evaluate.fixture.js";
import { gradients } from "../tensor/gradients.js";
import { maximum, reshape, slice, state } from "../tensor/operations.js";
import type { Tensor } from "../tensor/tensor.js";
import { filled, makeUpdates, randomBatch, sizes, smallSettings, snapshot, stir, withAgent } from "./agent.fixture.js";
import type { Calibration } from "./conservative.js";
import { agentContext } from "./context.js";
import { cqlCriticLosses, cqlSettings } from "./cql.js";
import { declareModel } from "./model.js";
import type { AgentSettings } from "./registry.js";

function statesAfter(name: string, settings: AgentSettings, returnToGo?: number) {
  return withAgent(name, settings, async (agent) => {
    stir(agent);
    await makeUpdates(agent, 6, (batch) =>
      returnToGo === undefined ? batch : filled(batch, { returnsToGo: returnToGo }),
    );
    return { states: snapshot(agent), boundRate: agent.metrics.boundRate };
  });
}

describe("Cal-QL with a reference that never wins", () => {
  it.each([
    {},
    { lagrange: true },
    { importanceSampling: false },
    { conservativeTemperature: 2, gapClip: [null, 30] },
  ] as AgentSettings[])("is CQL to the bit: %j", async (settings) => {
    const cql = await statesAfter("cql", settings);
    for (const returnToGo of [-Infinity, -1e30, -1e4]) {
      const { states, boundRate } = await statesAfter("cal-ql", settings, returnToGo);
      expect(boundRate).toBe(0);
      expect(Object.keys(states)).toEqual(Object.keys(cql.states));
      for (const [name, values] of Object.entries(states)) {
        expect(new Uint32Array(values.buffer), name).toEqual(new Uint32Array(cql.states[name]!.buffer));
      }
    }
    const calibrated = await statesAfter("cal-ql", settings);
    expect(calibrated.boundRate).toBeGreaterThan(0.1);
    expect(calibrated.states.critics).not.toEqual(cql.states.critics);
  });
});

const BATCH = smallSettings.batchSize;
const N = smallSettings.nActions;
const WIDTH = 3 * N + 1;

/** Losses over critics that are replaced by one table of values, [batch, random | next | current | data]. */
function tabulated(calibrate: Calibration, settings: AgentSettings = {}) {
  const parsed = cqlSettings.parse({ ...smallSettings, criticCount: 1, conservativeWeight: BATCH, ...settings });
  const model = declareModel(agentContext(parsed, sizes, 0));
  const table = state("table", [BATCH * WIDTH]);
  let used = 0;
  const forward = (rows: Tensor) => {
    const count = rows.shape[0]!;
    used += count;
    return reshape(slice(table, 0, used - count, used), [1, count, 1]);
  };
  const critics = { ...model.critics, forward };
  const { objectives, metrics } = cqlCriticLosses({ ...model, critics }, calibrate);
  const { loss } = objectives.find(({ parameters }) => parameters === critics.parameters)!;
  expect(used).toBe(BATCH * WIDTH);
  const outputs = { gradient: gradients(loss, [table])[0]!, gap: metrics.conservativeGap1! };
  const initial = { actor: model.policy.parameters.initial, targetCritics: model.targetCritics.parameters.initial };
  const noise = [...model.noise.declared].map(([name, { tensor }]) => {
    const draws = new Float32Array(tensor.shape.reduce((product, n) => product * n, 1));
    new RandomStream(1, name).fillNormal(draws);
    return [`noise/${name}`, draws];
  });
  const inputs = { ...initial, logAlpha: [0], ...Object.fromEntries(noise) };
  return async (tableValues: Float32Array, returnToGo: number | Float32Array) => {
    const batch = randomBatch(new RandomStream(2));
    const returnsToGo = typeof returnToGo === "number" ? batch.rewards.map(() => returnToGo) : returnToGo;
    const given = { ...batch, returnsToGo, ...inputs, table: tableValues };
    const { gradient, gap } = await evaluate(outputs, given as Record<string, Float32Array>);
    const rows = Array.from({ length: BATCH }, (_, i) => Array.from(gradient.slice(i * WIDTH, (i + 1) * WIDTH)));
    return { rows, gap: gap[0]! };
  };
}

const table = new Float32Array(BATCH * WIDTH);
new RandomStream(3).fillNormal(table);
const random = (row: readonly number[]) => row.slice(0, N);
const policy = (row: readonly number[]) => row.slice(N, 3 * N);
const data = (row: readonly number[]) => row.at(-1)!;

describe("the gradient with respect to the values of actions", () => {
  it("is exactly zero for the policy's actions where the reference wins, infinite or not", async () => {
    const calibrated = tabulated(maximum);
    for (const returnToGo of [100, 1e6, Infinity]) {
      for (const row of (await calibrated(table, returnToGo)).rows) {
        expect(policy(row).every((value) => value === 0)).toBe(true);
        expect(data(row)).toBeLessThan(0.5); // -1 for the gap, and the Bellman error's 2·(Q - y)/batch
        expect(Number.isFinite(data(row))).toBe(true);
      }
    }
    for (const row of (await calibrated(table, 3)).rows) expect(random(row).every((value) => value > 0)).toBe(true);
    const uncalibrated = await tabulated((values) => values)(table, 100);
    for (const row of uncalibrated.rows) expect(policy(row).every((value) => value > 0)).toBe(true);
  });

  it("is zero for each policy action below its own state's reference and for no other", async () => {
    const returnsToGo = Float32Array.from({ length: BATCH }, (_, i) => -1.5 + 0.6 * i);
    const { rows } = await tabulated(maximum)(table, returnsToGo);
    let wins = 0;
    rows.forEach((row, i) => {
      policy(row).forEach((value, j) => {
        const below = table[i * WIDTH + N + j]! < returnsToGo[i]!;
        wins += below ? 1 : 0;
        expect(value === 0).toBe(below);
      });
      expect(random(row).every((value) => value > 0)).toBe(true);
    });
    expect(wins).toBeGreaterThan(5);
    expect(wins).toBeLessThan(BATCH * 2 * N - 5);
  });

  it("of a random action is the softmax share of its own, unbounded value", async () => {
    // Policy values so low that only random actions count: then the reference must not matter at all.
    const lowPolicy = table.map((value, i) => (i % WIDTH >= N && i % WIDTH < 3 * N ? -1e4 : value));
    const calibrated = tabulated(maximum);
    const [without, beneath] = [await calibrated(lowPolicy, -Infinity), await calibrated(lowPolicy, -200)];
    expect(beneath).toEqual(without);
    without.rows.forEach((row, i) => {
      const weights = Array.from(lowPolicy.slice(i * WIDTH, i * WIDTH + N), Math.exp);
      const total = weights.reduce((sum, x) => sum + x, 0);
      random(row).forEach((value, j) => {
        expect(value).toBeCloseTo(weights[j]! / total, 5);
      });
    });
    const gaps = without.rows.map((_, i) => {
      const own = Array.from(lowPolicy.slice(i * WIDTH, i * WIDTH + N));
      const logDensity = sizes.actionSize * Math.log(0.5);
      return Math.log(own.reduce((sum, x) => sum + Math.exp(x - logDensity), 0)) - lowPolicy[i * WIDTH + WIDTH - 1]!;
    });
    expect(without.gap).toBeCloseTo(gaps.reduce((sum, x) => sum + x, 0) / BATCH, 5);
  });

  it("reaches the data's action in the log-sum-exp only without importance sampling", async () => {
    const highData = table.map((value, i) => (i % WIDTH === WIDTH - 1 ? 30 : value));
    const gapOf = async (settings: AgentSettings) => (await tabulated(maximum, settings)(highData, -Infinity)).gap;
    expect(await gapOf({})).toBeLessThan(-20);
    expect(await gapOf({ importanceSampling: false })).toBeCloseTo(0, 4); // its own value is the largest: logsumexp - Q = 0
    expect(await gapOf({ gapClip: [null, 0] })).toBeLessThan(-20);
    expect(await gapOf({ gapClip: [-3, null] })).toBe(-3);
  });

  it("vanishes in the gap's term where the gap is clipped", async () => {
    const { rows } = await tabulated(maximum, { gapClip: [null, -50] })(table, -Infinity);
    for (const row of rows) expect([...random(row), ...policy(row)].every((value) => value === 0)).toBe(true);
  });
});
