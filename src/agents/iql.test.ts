/** IQL in its limiting cases: an expectile of one half, weights of one, bounded weights, a rate that has fallen to 0. */
import { describe, expect, it } from "vitest";
import { perceptron } from "../networks/perceptron.fixture.js";
import { RandomStream } from "../random.js";
import { makeUpdates, randomBatch, sizes, snapshot, stir, withAgent } from "./agent.fixture.js";
import type { Agent } from "./agent.js";
import type { AgentSettings } from "./registry.js";

const batch = randomBatch(new RandomStream(1));
const mean = (values: readonly number[]) => values.reduce((total, x) => total + x, 0) / values.length;

/** The metrics of one update with networks of order 1. */
function metricsOf(settings: AgentSettings): Promise<Record<string, number>> {
  return withAgent("iql", settings, async (agent) => {
    stir(agent);
    return { ...(await agent.update(batch)) };
  });
}

/** The advantages Q'(s, a) - V(s) of the batch by one critic, in double precision. */
function advantages(agent: Agent): number[] {
  const row = (values: Float32Array, i: number, width: number) => [...values.slice(i * width, (i + 1) * width)];
  const { observationSize, actionSize } = sizes;
  return [...batch.rewards].map((_, i) => {
    const observation = row(batch.observations, i, observationSize);
    const pair = [...observation, ...row(batch.actions, i, actionSize)];
    const [[q]] = perceptron(agent.state("targetCritics"), [5, 8, 8, 1], [pair]) as [[number]];
    const [[v]] = perceptron(agent.state("value"), [3, 8, 8, 1], [observation]) as [[number]];
    return q - v;
  });
}

describe("the value's loss", () => {
  it("weighs what lies above by the expectile and what lies below by the rest", async () => {
    for (const expectile of [0.5, 0.9]) {
      await withAgent("iql", { expectile, criticCount: 1 }, async (agent) => {
        stir(agent);
        const value = agent.state("value");
        value[value.length - 1]! += mean(advantages(agent)); // so that some states lie above and some below
        const us = advantages(agent);
        const weights = us.map((u) => (u < 0 ? 1 - expectile : expectile));
        const expected = mean(us.map((u, i) => weights[i]! * u * u));
        await agent.update(batch);
        expect(agent.metrics.valueLoss! / expected).toBeCloseTo(1, 5);
        const mse = mean(us.map((u) => u * u));
        if (expectile === 0.5) expect(agent.metrics.valueLoss! / (mse / 2)).toBeCloseTo(1, 5);
        expect(us.some((u) => u < 0) && us.some((u) => u > 0)).toBe(true);
      });
    }
  });
});

describe("the policy's loss", () => {
  it("is plain behaviour cloning at a temperature of 0", async () => {
    const metrics = await metricsOf({ advantageTemperature: 0 });
    expect(metrics.advantageWeightMean).toBe(1);
    expect(metrics.actorLoss).toBeCloseTo(-metrics.dataLogPiMean!, 5);
    const weighted = await metricsOf({ advantageTemperature: 3 });
    expect(Math.abs(weighted.actorLoss! + weighted.dataLogPiMean!)).toBeGreaterThan(0.1);
  });

  it("bounds its weights, however large the advantage", async () => {
    const { advantageWeightMean: most } = await metricsOf({ advantageTemperature: 1e6, advantageWeightMax: 7 });
    expect(most).toBeGreaterThan(0);
    // Each weight is now 0 or the largest.
    expect((6 * most!) / 7).toBeCloseTo(Math.round((6 * most!) / 7), 5);
    expect((await metricsOf({ advantageWeightMax: 0.01 })).advantageWeightMean).toBeLessThanOrEqual(0.0100001);
  });
});

describe("the policy's learning rate", () => {
  it("ends at 0 after actorDecayUpdates, where the policy stays and the others go on", async () => {
    await withAgent("iql", { actorDecayUpdates: 3 }, async (agent) => {
      await makeUpdates(agent, 3);
      const before = snapshot(agent);
      await makeUpdates(agent, 2);
      const after = snapshot(agent);
      expect(after.actor).toEqual(before.actor);
      for (const name of ["value", "critics", "targetCritics"]) expect(after[name], name).not.toEqual(before[name]);
    });
  });

  it("begins at its full height and is constant without a schedule", async () => {
    const firstStep = (settings: AgentSettings) =>
      withAgent("iql", settings, async (agent) => {
        await makeUpdates(agent, 1);
        return snapshot(agent).actor;
      });
    expect(await firstStep({ actorDecayUpdates: 1 })).toEqual(await firstStep({}));
  });
});

it("values no action that is not in the data: next actions of the policy move nothing but the policy", async () => {
  const criticsAfter = (changeActor: boolean) =>
    withAgent("iql", {}, async (agent) => {
      stir(agent);
      if (changeActor) agent.state("actor").fill(0.3);
      await agent.update(batch);
      const { critics, value } = snapshot(agent);
      return { critics, value };
    });
  expect(await criticsAfter(true)).toEqual(await criticsAfter(false));
});
