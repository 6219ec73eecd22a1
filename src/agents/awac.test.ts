/** AWAC in its limiting cases, and the order of its update: the policy sees the critics after their step. */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { filled, randomBatch, snapshot, stir, withAgent } from "./agent.fixture.js";
import type { AgentSettings } from "./registry.js";

const batch = randomBatch(new RandomStream(1));

function metricsOf(settings: AgentSettings): Promise<Record<string, number>> {
  return withAgent("awac", settings, async (agent) => {
    stir(agent);
    return { ...(await agent.update(batch)) };
  });
}

describe("the policy's loss", () => {
  it("is plain behaviour cloning at a very high temperature", async () => {
    const metrics = await metricsOf({ advantageTemperature: 1e9 });
    expect(metrics.advantageWeightMean).toBeCloseTo(1, 6);
    expect(metrics.actorLoss).toBeCloseTo(-metrics.dataLogPiMean!, 4);
  });

  it("bounds its weights, each of which is 0 or the largest at a very low temperature", async () => {
    const { advantageWeightMean: mean } = await metricsOf({ advantageTemperature: 1e-6, advantageWeightMax: 12 });
    expect([0, 2, 4, 6, 8, 10, 12].map((value) => Math.abs(value - mean!) < 1e-4)).toContain(true);
  });

  it("sees the critics after their step", async () => {
    const actorAfter = (rewards: number) =>
      withAgent("awac", { criticLearningRate: 0.1 }, async (agent) => {
        stir(agent);
        await agent.update(filled(batch, { rewards }));
        return snapshot(agent).actor;
      });
    expect(await actorAfter(5)).not.toEqual(await actorAfter(-5));
  });
});
