import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Agent } from "../agents/agent.js";
import { stateOf } from "../data/episode.js";
import { rewardGoal } from "../environments/ant/antmaze-walks.js";
import { collectAntMaze } from "../environments/ant/collect-antmaze.js";
import { countArrivals } from "../environments/ant/recorded-walker.fixture.js";
import { antCellSize } from "../environments/ant/tasks.js";
import { makeMaze } from "../environments/mazes.js";
import { RandomStream } from "../random.js";
import { collectOwnData } from "./task-data.js";
import { type LoadedWalkingPolicy, loadWalkingPolicy } from "./walking-policy.js";

let policy: LoadedWalkingPolicy;
beforeAll(async () => {
  policy = await loadWalkingPolicy();
});
afterAll(() => policy.release());

describe("the walking policy that comes with the program", () => {
  it("draws eight torques an ant, the same ones from the same stream", async () => {
    const rows = new Float32Array(3 * 29).fill(0.1);
    const draw = async (seed: number) => policy.act(rows, new RandomStream(seed));
    const actions = await draw(1);
    expect(actions.length).toBe(24);
    expect(await draw(1)).toEqual(actions);
    expect(await draw(2)).not.toEqual(actions);
    expect(actions.every((torque) => Math.abs(torque) <= 1)).toBe(true);
  });

  it("comes to the goal in at least 9 of 10 walks through umaze, and 2 of 3 through large", async () => {
    expect(await countArrivals(policy, "umaze", 10)).toBeGreaterThanOrEqual(9);
    expect(await countArrivals(policy, "large", 3)).toBeGreaterThanOrEqual(2);
  });

  it("makes data whose rows are rewarded and terminal within 0.5 m of the goal, and which go on after them", async () => {
    const goal = rewardGoal(makeMaze("umaze", antCellSize));
    expect(goal).toEqual({ x: 0.75, y: 8.75 });
    const { episodes } = await collectAntMaze({ task: "antmaze-umaze", policy, episodes: 2, horizon: 320, seed: 1 });
    const atGoal: number[] = [];
    const rewards: number[] = [];
    for (const episode of episodes) {
      for (let row = 0; row < episode.length; row++) {
        const observations = stateOf(episode.observations);
        const [x, y] = [observations[29 * row]!, observations[29 * row + 1]!];
        atGoal.push(Number(Math.hypot(x - goal.x, y - goal.y) <= 0.5));
      }
      rewards.push(...episode.rewards);
      expect([...episode.terminated]).toEqual([...episode.rewards]);
      expect(episode.rewards.subarray(0, -1).includes(1)).toBe(false);
    }
    expect(rewards).toEqual(atGoal);
    expect(rewards.length).toBe(640);
    expect(rewards.reduce((sum, reward) => sum + reward)).toBeGreaterThan(100);
  });

  it("walks where an ant maze's data are collected by name", async () => {
    const { source, episodes } = await collectOwnData({ task: "antmaze-medium-play", steps: 16, seed: 0 });
    expect(source).toMatch(/^antmaze-medium-play, walking policy ant-policy\.onnx, starts play, goals play, /);
    expect(episodes.map(({ length }) => length)).toEqual([16]);
  });
});

describe("a walking policy of the user's", () => {
  const folder = mkdtempSync(join(tmpdir(), "calql-walker-"));
  const written = async (name: string, agentName: string, observationSize: number, actionSize: number) => {
    const settings = { actorHidden: [4], criticHidden: [4] };
    const agent = await Agent.create(agentName, { observationSize, actionSize, settings });
    const path = join(folder, name);
    writeFileSync(path, agent.exportPolicy());
    await agent.release();
    return path;
  };

  it("may be any stochastic policy of the same size", async () => {
    const path = await written("own.onnx", "sac", 29, 8);
    const settings = { task: "antmaze-umaze", steps: 8, seed: 0 };
    const { source, episodes } = await collectOwnData(settings, path);
    expect(source).toContain(`walking policy ${path}, `);
    const [shipped] = (await collectOwnData(settings)).episodes;
    expect(episodes[0]!.actions).not.toEqual(shipped!.actions);
  });

  it("is refused in one sentence where it is missing, no policy, another robot's or not stochastic", async () => {
    await expect(loadWalkingPolicy(join(folder, "none.onnx"))).rejects.toThrow(
      /none\.onnx cannot be read: .*\. Give the path of an ONNX file/,
    );
    const text = join(folder, "text.onnx");
    writeFileSync(text, "no model");
    await expect(loadWalkingPolicy(text)).rejects.toThrow(
      /text\.onnx" is not a readable ONNX file; give a policy\.onnx/,
    );
    await expect(loadWalkingPolicy(await written("point.onnx", "sac", 4, 2))).rejects.toThrow(
      /point\.onnx turns 4 numbers into 2; an ant's walking policy turns 29 into 8: give the policy\.onnx of a run on/,
    );
    await expect(loadWalkingPolicy(await written("fixed.onnx", "td3-bc", 29, 8))).rejects.toThrow(
      /fixed\.onnx has no distribution to draw actions from, as the recipe does; give the policy\.onnx of a run on/,
    );
  });
});
