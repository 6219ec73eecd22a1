import { describe, expect, it } from "vitest";
import { RandomStream } from "../../random.js";
import { mazeNames, type Position } from "../mazes.js";
import { makeAntMaze } from "./antmaze.js";
import { countArrivals, recordedWalker, recordedWalkerIsThere } from "./recorded-walker.fixture.js";

describe("ant mazes", () => {
  it("observe 29 numbers, act with 8, last 700 or 1000 steps and begin in the start cell", () => {
    for (const name of mazeNames) {
      const environment = makeAntMaze(name);
      expect([environment.observationSpace.size, environment.actionSpace.size]).toEqual([29, 8]);
      expect(environment.horizon).toBe(name === "umaze" ? 700 : 1000);
      const { observation } = environment.reset({ seed: 1 });
      const rest = [0, 0, 0.75, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
      rest.forEach((value, i) => {
        expect(Math.abs(observation[i]! - value)).toBeLessThanOrEqual(0.1 + 1e-6);
      });
      environment.close();
    }
  });

  it("draw position noise from U(-0.1, 0.1), velocities from 0.1 N(0, 1), and the goal anew at every reset", () => {
    const environment = makeAntMaze("umaze");
    environment.reset({ seed: 0 });
    const resets = Array.from({ length: 400 }, () => environment.reset());
    const moments = (values: number[]) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return {
        mean,
        deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length),
      };
    };
    const positions = moments(resets.flatMap(({ observation }) => [...observation.subarray(4, 15)]));
    const velocities = moments(resets.flatMap(({ observation }) => [...observation.subarray(15)]));
    expect(Math.abs(positions.mean)).toBeLessThan(0.005);
    expect(Math.abs(positions.deviation - 0.1 / Math.sqrt(3))).toBeLessThan(0.002);
    expect(Math.abs(velocities.mean)).toBeLessThan(0.005);
    expect(Math.abs(velocities.deviation - 0.1)).toBeLessThan(0.003);
    const goals = resets.map(({ info }) => info.goal as Position);
    for (const offset of [goals.map(({ x }) => x), goals.map(({ y }) => y - 8)]) {
      expect(Math.min(...offset)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...offset)).toBeLessThanOrEqual(1.5);
      expect(Math.abs(moments(offset).mean - 0.75)).toBeLessThan(0.06);
    }
    environment.close();
  });

  it("go on when the ant falls over, and are truncated at the horizon", () => {
    const environment = makeAntMaze("umaze", { horizon: 60 });
    environment.reset({ seed: 3 });
    const random = new RandomStream(2, "test");
    const action = new Float32Array(8);
    for (let t = 1; t <= 60; t++) {
      random.fillUniform(action, -1, 1);
      const { reward, terminated, truncated, info } = environment.step(action);
      expect([reward, terminated, truncated, info.success]).toEqual([0, false, t === 60, false]);
    }
    environment.close();
  });

  it("begin in other cells, away from the goal, when starts are diverse", () => {
    const environment = makeAntMaze("umaze", { start: "diverse" });
    environment.reset({ seed: 0 });
    const cells = new Set<string>();
    for (let i = 0; i < 100; i++) {
      const { observation } = environment.reset();
      cells.add(`${Math.round(observation[0]! / 4)},${Math.round(observation[1]! / 4)}`);
    }
    expect([...cells].sort()).toEqual(["0,0", "1,0", "1,2", "2,0", "2,1", "2,2"]);
    environment.close();
  });

  it("repeat an episode to the bit from the same seed, whatever happened before", () => {
    const trajectory = (warmUp: number) => {
      const environment = makeAntMaze("umaze");
      const action = new Float32Array(8).fill(0.7);
      environment.reset({ seed: 99 });
      for (let t = 0; t < warmUp; t++) environment.step(action);
      const random = new RandomStream(4, "test");
      const rows = [environment.reset({ seed: 17 }).observation];
      for (let t = 0; t < 150; t++) {
        random.fillUniform(action, -1, 1);
        rows.push(environment.step(action).observation);
      }
      environment.close();
      return rows;
    };
    expect(trajectory(25)).toEqual(trajectory(0));
  });
});

describe.runIf(recordedWalkerIsThere)("the ant's physics", () => {
  it("let the recorded behaviour policy reach the umaze goal in at least 60 % of 40 episodes", async () => {
    expect((await countArrivals(recordedWalker(), "umaze", 40)) / 40).toBeGreaterThanOrEqual(0.6);
  });
});
