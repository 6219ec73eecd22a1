/** The agents that imitate the data: the same bits twice, and as one run where they are handed on to themselves. */
import { describe, expect, it } from "vitest";
import { makeUpdates, smallAgent, snapshot, withAgent } from "./agent.fixture.js";
import type { AgentSettings } from "./registry.js";

const agents: readonly (readonly [string, AgentSettings])[] = [
  ["iql", { actorDecayUpdates: 15 }],
  ["awac", {}],
  ["td3-bc", { actorDelay: 3, cloningDecayUpdates: 10 }],
  ["rebrac", { actorDelay: 3, cloningDecayStart: 5, cloningDecayUpdates: 10 }],
  ["bc", {}],
];

describe.each(agents)("%s %j", (name, settings) => {
  it("leaves the same bits after 20 updates twice", async () => {
    const bits = () =>
      withAgent(name, settings, async (agent) => {
        await makeUpdates(agent, 20);
        return Object.values(snapshot(agent)).map((values) => new Uint32Array(values.buffer));
      });
    expect(await bits()).toEqual(await bits());
  });

  it("handed on to itself goes on as if nothing had happened", async () => {
    const [stayed, left] = [await smallAgent(name, settings), await smallAgent(name, settings)];
    await makeUpdates(stayed, 4);
    await makeUpdates(left, 4);
    const returned = await left.continueAs(name);
    await makeUpdates(stayed, 6);
    await makeUpdates(returned, 6);
    expect(snapshot(returned)).toEqual(snapshot(stayed));
    expect(returned.updates).toBe(10);
    await stayed.release();
    await returned.release();
  });
});

it("the same numbers are another policy under another mean: awac refuses to go on as iql", async () => {
  const awac = await smallAgent("awac", {});
  const iql = awac.continueAs("iql", { batchSize: 6, actorHidden: [8, 8], criticHidden: [8, 8] });
  await expect(iql).rejects.toThrow(
    "awac cannot continue as iql: it has a Gaussian, linear-mean policy, iql a Gaussian, squashed-mean one",
  );
  await makeUpdates(awac, 1);
  await awac.release();
});
