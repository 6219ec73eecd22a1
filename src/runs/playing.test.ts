/**
 * Playing episodes, to measure the policy (deterministic, the same seeds each time) and to collect with it
 * (stochastic, one whole trajectory), on lines whose reward is the action.
 */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Agent } from "../agents/agent.js";
import { stateOf } from "../data/episode.js";
import { adroitScore } from "../environments/adroit/adroit.js";
import type { Environment } from "../environments/environment.js";
import { makeEnvironment } from "../environments/registry.js";
import { evaluate } from "../training/environment-evaluator.js";
import { collected } from "./collected.fixture.js";
import { registerLine, tiny } from "./tiny-run.fixture.js";

const reward = (_: number, action: number) => action;
const failing = registerLine("failing-line", { reward });
const passing = registerLine("passing-line", { reward, success: (step) => step === 3 });
const ending = registerLine("short-line", { reward, endsAt: 4, success: (step) => step === 4 });
let agent: Agent;
beforeAll(async () => {
  const { batchSize, nActions, actorHidden, criticHidden } = tiny;
  const settings = { batchSize, nActions, actorHidden, criticHidden };
  agent = await Agent.create("sac", { observationSize: 2, actionSize: 1, seed: 1, threads: 1, settings });
});
afterAll(() => agent.release());

const played = async (tasks: readonly string[], seed: number) =>
  evaluate(agent, await Promise.all(tasks.map((task) => makeEnvironment(task))), seed);

describe("evaluate", () => {
  it("counts an episode as a success that reached it at least once", async () => {
    const { episodes, successRate } = await played([passing, failing, failing, ending, failing], 0);
    expect({ episodes, successRate }).toEqual({ episodes: 5, successRate: 0.4 });
  });

  it("averages lengths over episodes that end at different times", async () => {
    expect((await played([failing, ending], 0)).lengthMean).toBe(7);
  });

  it("scores the mean return as D4RL does, where the task has a score", async () => {
    const line = await makeEnvironment(registerLine("line-as-door", { reward: () => 100 }));
    const environment: Environment = Object.create(line, {
      normalisedScore: { value: (sum: number) => adroitScore("door", sum) },
    });
    const { returnMean, normalisedScore } = await evaluate(agent, [environment], 0);
    expect(returnMean).toBe(1000);
    // 100 * (1000 - -56.51) / (2880.57 - -56.51)
    expect(normalisedScore).toBeCloseTo(35.9714, 4);
    expect(await played([failing], 0)).not.toHaveProperty("normalisedScore");
  });

  it("acts with the mean action: the same again for the same seed, although the agent explored in between", async () => {
    const first = await played([failing, failing, failing], 5);
    await agent.act(Float32Array.of(0, 0), { deterministic: false });
    expect(await played([failing, failing, failing], 5)).toEqual(first);
    expect(await played([failing, failing, failing], 6)).not.toEqual(first);
  });

  it("sums rewards by episode, and measures their spread around the mean", async () => {
    const level = registerLine("level-line", { reward: () => 1 });
    const short = registerLine("level-short-line", { reward: () => 1, endsAt: 4 });
    expect(await played([level, short], 0)).toMatchObject({ returnMean: 7, returnStandardDeviation: 3 });
  });
});

describe("a trajectory", () => {
  it("records one whole episode with the actions that were taken", async () => {
    const episode = await collected(agent, await makeEnvironment(failing), 3);
    expect(episode).toMatchObject({ length: 10, truncated: true });
    expect([...episode.terminated]).toEqual(new Array(10).fill(0));
    expect([...episode.rewards]).toEqual([...episode.actions]);
    for (let step = 0; step < 10; step++) {
      const observations = stateOf(episode.observations);
      const [position, next] = [observations[2 * step]!, observations[2 * step + 2]!];
      expect(next).toBeCloseTo(position + episode.actions[step]!, 5);
      expect(observations[2 * step + 1]).toBe(step);
    }
  });

  it("explores: two episodes from one seed begin alike and go on differently", async () => {
    const environment = await makeEnvironment(failing);
    const [first, second] = [await collected(agent, environment, 3), await collected(agent, environment, 3)];
    expect([...stateOf(first.observations).slice(0, 2)]).toEqual([...stateOf(second.observations).slice(0, 2)]);
    expect([...first.actions]).not.toEqual([...second.actions]);
  });

  it("tells the task's end from the clock's", async () => {
    const episode = await collected(agent, await makeEnvironment(ending), 3);
    expect(episode).toMatchObject({ length: 4, truncated: false });
    expect([...episode.terminated]).toEqual([0, 0, 0, 1]);
  });
});
