import { describe, expect, it } from "vitest";
import { UsageError } from "../../errors.js";
import { RandomStream } from "../../random.js";
import { cellAt, makeMaze, mazeNames } from "../mazes.js";
import { makeEnvironment } from "../registry.js";
import { makePointMaze } from "./pointmaze.js";

const push = (x: number, y: number) => Float32Array.of(x, y);

describe("point mazes", () => {
  it("observe position and velocity, start near the origin and last 120, 200 and 280 decisions", () => {
    for (const name of mazeNames) {
      const environment = makePointMaze(name);
      expect(environment.observationSpace.size).toBe(4);
      expect(environment.actionSpace.size).toBe(2);
      expect(environment.horizon).toBe({ umaze: 120, medium: 200, large: 280 }[name]);
      const { observation, info } = environment.reset({ seed: 3 });
      for (const value of observation) expect(Math.abs(value)).toBeLessThanOrEqual(0.1);
      expect(info.success).toBe(false);
      environment.close();
    }
  });

  it("accelerate by 100 N on the mass of the ball, against a damping of 1", () => {
    const environment = makePointMaze("umaze", { frameSkip: 1 });
    const before = environment.reset({ seed: 0 }).observation;
    const after = environment.step(push(1, 0)).observation;
    const mass = 1000 * (4 / 3) * Math.PI * 0.1 ** 3;
    // MuJoCo's Euler integrator treats joint damping implicitly: (m + h d) dv = h (f - d v).
    const speed = before[2]! + (0.01 * (100 - before[2]!)) / (mass + 0.01);
    expect(after[2]).toBeCloseTo(speed, 5);
    expect(after[0]).toBeCloseTo(before[0]! + 0.01 * after[2]!, 5);
    environment.close();
  });

  it("count actions beyond the bounds as the bounds", () => {
    const [bounded, beyond] = [1, 50].map((force) => {
      const environment = makePointMaze("umaze");
      environment.reset({ seed: 5 });
      const { observation } = environment.step(push(force, -force));
      environment.close();
      return observation;
    });
    expect(beyond).toEqual(bounded);
  });

  it("keep the ball within the free cells and its speed near the limit, however hard it is pushed", () => {
    for (const name of mazeNames) {
      const environment = makePointMaze(name, { start: "diverse" });
      const maze = makeMaze(name, 1);
      const random = new RandomStream(1, "test");
      let fastest = 0;
      for (let episode = 0; episode < 15; episode++) {
        let { observation } = environment.reset({ seed: episode });
        for (let ended = false, t = 0; !ended; t++) {
          const force = t % 20 === 0 ? push(Math.sign(random.normal()), Math.sign(random.normal())) : undefined;
          const result = environment.step(force ?? push(Math.sign(observation[2]!), Math.sign(observation[3]!)));
          observation = result.observation;
          fastest = Math.max(fastest, Math.abs(observation[2]!), Math.abs(observation[3]!));
          expect(maze.freeCells).toContainEqual(cellAt(maze, observation[0]!, observation[1]!));
          ended = result.terminated || result.truncated;
        }
      }
      expect(fastest).toBeGreaterThan(4.9);
      expect(fastest).toBeLessThan(7); // clipped before a step, to which a corner of the walls can still add a kick
      environment.close();
    }
  });

  it("end at the goal with reward 1, terminated and not truncated", () => {
    const environment = makePointMaze("umaze");
    let { observation } = environment.reset({ seed: 2 });
    const way = [push(2, 0), push(2, 2), push(0, 2)];
    const rewards: number[] = [];
    for (;;) {
      const [x, y, vx, vy] = observation as unknown as [number, number, number, number];
      while (Math.hypot(way[0]![0]! - x, way[0]![1]! - y) < 0.3 && way.length > 1) way.shift();
      const result = environment.step(push(way[0]![0]! - x - 0.4 * vx, way[0]![1]! - y - 0.4 * vy));
      rewards.push(result.reward);
      observation = result.observation;
      if (!result.terminated) {
        expect([result.truncated, result.info.success, result.reward]).toEqual([false, false, 0]);
        continue;
      }
      expect([result.truncated, result.info.success, result.reward]).toEqual([false, true, 1]);
      break;
    }
    expect(Math.hypot(observation[0]!, observation[1]! - 2)).toBeLessThanOrEqual(0.5);
    expect(rewards.length).toBeLessThan(100);
    environment.close();
  });

  it("are truncated at the horizon, which the frame skip divides", () => {
    const environment = makePointMaze("umaze", { frameSkip: 4 });
    expect(environment.horizon).toBe(150);
    environment.reset({ seed: 0 });
    for (let t = 1; t <= 150; t++) {
      const { terminated, truncated } = environment.step(push(0, 0));
      expect([terminated, truncated]).toEqual([false, t === 150]);
    }
    environment.close();
    const short = makePointMaze("large", { horizon: 7 });
    expect(short.horizon).toBe(7);
    short.close();
  });

  it.each([
    ["medium", { start: "diverse" }],
    ["medium-diverse", {}],
  ] as const)("begin in every free cell but the goal's when starts are diverse: %s %o", (name, options) => {
    const environment = makePointMaze(name, options);
    const seen = new Set<string>();
    environment.reset({ seed: 0 });
    for (let episode = 0; episode < 500; episode++) {
      const { observation, info } = environment.reset();
      expect(info.success).toBe(false);
      seen.add(JSON.stringify(cellAt(environment.maze, observation[0]!, observation[1]!)));
    }
    expect(seen.size).toBe(25);
    expect(seen).not.toContain(JSON.stringify(environment.maze.goal));
    environment.close();
  });

  it("are the same maze under a name with -diverse, whose starts an option still fixes", () => {
    const diverse = makePointMaze("large-diverse", { start: "fixed" });
    const plain = makePointMaze("large");
    expect([diverse.name, diverse.maze, diverse.horizon]).toEqual(["pointmaze-large-diverse", plain.maze, 280]);
    expect(diverse.reset({ seed: 4 })).toEqual(plain.reset({ seed: 4 }));
    expect(diverse.step(push(1, 0.5))).toEqual(plain.step(push(1, 0.5)));
    for (const environment of [diverse, plain]) environment.close();
  });

  it("repeat an episode to the bit from the same seed, whatever happened before", () => {
    const trajectory = (warmUp: number) => {
      const environment = makePointMaze("umaze", { start: "diverse" });
      environment.reset({ seed: 99 });
      for (let t = 0; t < warmUp; t++) environment.step(push(1, 1));
      const random = new RandomStream(4, "test");
      const rows = [environment.reset({ seed: 17 }).observation];
      for (let t = 0; t < 100; t++) rows.push(environment.step(push(random.normal(), random.normal())).observation);
      rows.push(environment.reset().observation);
      environment.close();
      return rows;
    };
    expect(trajectory(30)).toEqual(trajectory(0));
  });

  it("refuse unknown and ill-typed options in one sentence", async () => {
    await expect(makeEnvironment("pointmaze-umaze", { frameskip: 3 })).rejects.toThrow(
      'Unknown option of pointmaze-umaze "frameskip". Did you mean "frameSkip"?',
    );
    await expect(makeEnvironment("pointmaze-umaze", { frameSkip: 0 })).rejects.toThrow(
      /^The option frameSkip of pointmaze-umaze is 0; it must be at least 1\.$/,
    );
    await expect(makeEnvironment("pointmaze-umaze", { start: "anywhere" })).rejects.toThrow(UsageError);
  });
});
