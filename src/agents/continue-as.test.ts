/** Switching the algorithm at the boundary: what both have goes on to the bit, what only one has is left or begins. */
import { describe, expect, it } from "vitest";
import { UsageError } from "../errors.js";
import { RandomStream } from "../random.js";
import { makeUpdates, randomBatch, smallAgent, smallSettings, snapshot } from "./agent.fixture.js";

describe("continueAs", () => {
  it("keeps networks, targets, moments, the temperature and the count from Cal-QL to SAC", async () => {
    const calQl = await smallAgent("cal-ql", { lagrange: true });
    await makeUpdates(calQl, 4);
    const before = snapshot(calQl);
    const sac = await calQl.continueAs("sac", smallSettings);
    expect(sac.name).toBe("sac");
    expect(sac.updates).toBe(4);
    expect(Object.keys(before).filter((name) => !sac.stateNames.includes(name))).toEqual([
      "logAlphaPrime",
      "logAlphaPrime/firstMoment",
      "logAlphaPrime/secondMoment",
      "logAlphaPrime/steps",
    ]);
    for (const [name, values] of Object.entries(snapshot(sac))) expect(values, name).toEqual(before[name]);
    await sac.update(randomBatch(new RandomStream(1)));
    expect(sac.updates).toBe(5);
    expect(sac.metrics.conservativeGap).toBeUndefined();
    expect(sac.state("critics")).not.toEqual(before.critics);
    await sac.release();
  });

  it("lets a multiplier that comes in late begin with a beginner's first step", async () => {
    const sac = await smallAgent("sac");
    await makeUpdates(sac, 4);
    const rate = 0.01;
    const cql = await sac.continueAs("cql", { ...smallSettings, lagrange: true, lagrangeLearningRate: rate });
    const first = cql.state("logAlphaPrime")[0]!;
    await makeUpdates(cql, 1);
    // Adam's first step is the learning rate, whatever the gradient.
    expect(Math.abs(cql.state("logAlphaPrime")[0]! - first)).toBeCloseTo(rate, 5);
    await cql.release();
  });

  it("without settings inherits those that the other algorithm has", async () => {
    const calQl = await smallAgent("cal-ql", { discount: 0.9, conservativeWeight: 2, maxTargetBackup: false });
    const cql = await calQl.continueAs("cql");
    expect(cql.settings).toMatchObject({
      ...smallSettings,
      discount: 0.9,
      conservativeWeight: 2,
      maxTargetBackup: false,
    });
    const sac = await cql.continueAs("sac");
    expect(sac.settings).toMatchObject({ ...smallSettings, discount: 0.9, maxTargetBackup: false });
    await sac.release();
  });

  it("into the same algorithm goes on as if nothing had happened, noise and exploration included", async () => {
    const [stayed, left] = [await smallAgent("cql"), await smallAgent("cql")];
    const observation = Float32Array.of(1, 2, 3);
    for (const agent of [stayed, left]) {
      await makeUpdates(agent, 3);
      await agent.act(observation, { deterministic: false });
    }
    const returned = await left.continueAs("cql");
    await makeUpdates(stayed, 3);
    await makeUpdates(returned, 3);
    expect(snapshot(returned)).toEqual(snapshot(stayed));
    const [a, b] = [
      await stayed.act(observation, { deterministic: false }),
      await returned.act(observation, { deterministic: false }),
    ];
    expect(b).toEqual(a);
    await stayed.release();
    await returned.release();
  });

  it("refuses networks of other sizes, and the agent stays usable", async () => {
    const agent = await smallAgent("sac");
    const switched = agent.continueAs("cql", { ...smallSettings, criticHidden: [16, 16] });
    const error = await switched.then(() => undefined).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toBe(
      'sac cannot continue as cql: "critics" has 258 numbers where the settings of cql ask for 770; ' +
        "give both the same hidden sizes, number of critics and encoder (sharedEncoder, too).",
    );
    const before = snapshot(agent);
    await makeUpdates(agent, 1);
    expect(snapshot(agent)).not.toEqual(before);
    await agent.release();
  });
});
