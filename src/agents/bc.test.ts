/** Behaviour cloning: the maximum of its likelihood, what it does not look at, and where it can go on. */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { filled, makeUpdates, randomBatch, smallAgent, snapshot, stir, withAgent } from "./agent.fixture.js";

const batch = randomBatch(new RandomStream(1));

describe.each(["log-likelihood", "mse"] as const)("cloning by %s", (cloningLoss) => {
  it("looks at observations and actions alone", async () => {
    const actorAfter = (given = batch) =>
      withAgent("bc", { cloningLoss }, async (agent) => {
        stir(agent);
        await agent.update(given);
        return snapshot(agent).actor;
      });
    const other = { rewards: 9, nextObservations: 9, nextActions: 1, terminated: 1, returnsToGo: Number.NaN };
    expect(await actorAfter(filled(batch, other))).toEqual(await actorAfter());
    expect(await actorAfter(filled(batch, { actions: 0.2 }))).not.toEqual(await actorAfter());
  });

  it("comes to repeat the action that was always taken", async () => {
    const wanted = 0.6;
    await withAgent("bc", { cloningLoss, actorLearningRate: 0.01 }, async (agent) => {
      await makeUpdates(agent, 300, (drawn) => filled(drawn, { actions: wanted }));
      for (const action of await agent.act(batch.observations, { deterministic: true }))
        expect(Math.abs(action - wanted)).toBeLessThan(0.05);
      expect(agent.metrics.cloningError).toBeLessThan(0.01);
    });
  });
});

it("minimises what it says: minus the log-likelihood, or the square", async () => {
  const metricsOf = (cloningLoss: "log-likelihood" | "mse") =>
    withAgent("bc", { cloningLoss }, async (agent) => ({ ...(await agent.update(batch)) }));
  const [likelihood, square] = [await metricsOf("log-likelihood"), await metricsOf("mse")];
  expect(likelihood.actorLoss).toBe(-likelihood.dataLogPiMean!);
  expect(square.actorLoss).toBe(square.cloningError);
  expect(square.dataLogPiMean).toBe(likelihood.dataLogPiMean);
});

it("leaves its policy to the agents of the SAC family", async () => {
  const agent = await smallAgent("bc");
  await makeUpdates(agent, 3);
  const cloned = snapshot(agent);
  const sac = await agent.continueAs("sac", { batchSize: 6, actorHidden: [8, 8], criticHidden: [8, 8] });
  expect(sac.state("actor")).toEqual(cloned.actor);
  expect(sac.state("actor/steps")[0]).toBe(3);
  expect(sac.updates).toBe(3);
  await sac.release();
});
