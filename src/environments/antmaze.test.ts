import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { makeAntMaze } from "./antmaze.js";
import { type Controller, recordEpisode } from "./collect.js";
import { mazeNames, type Position, waypointsTo } from "./mazes.js";

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

const policies = new URL("../../../shared/policies/", import.meta.url);

/** The recorded behaviour policy: a ReLU network from [29] to the means and log-deviations of 8 actions. */
function readBehaviourPolicy(): (input: Float32Array) => { means: Float32Array; logDeviations: Float32Array } {
  interface Layout {
    tensors: { name: string; shape: number[]; offset: number }[];
  }
  const layout: Layout = JSON.parse(readFileSync(new URL("ant_hierarch_policy.json", policies), "utf8"));
  const weights = new Float32Array(Uint8Array.from(readFileSync(new URL("ant_hierarch_policy.f32", policies))).buffer);
  const tensor = (name: string) => {
    const { shape, offset } = layout.tensors.find((entry) => entry.name === name)!;
    return weights.subarray(offset, offset + shape.reduce((product, size) => product * size, 1));
  };
  const layer = (name: string) => {
    const [weight, bias] = [tensor(`${name}.weight`), tensor(`${name}.bias`)];
    return (input: Float32Array) =>
      bias.map((start, row) => {
        let sum = start;
        for (let i = 0; i < input.length; i++) sum += weight[row * input.length + i]! * input[i]!;
        return sum;
      });
  };
  const [first, second, means, logDeviations] = ["fc0", "fc1", "last_fc", "last_fc_log_std"].map(layer) as [
    ReturnType<typeof layer>,
    ReturnType<typeof layer>,
    ReturnType<typeof layer>,
    ReturnType<typeof layer>,
  ];
  const relu = (values: Float32Array) => values.map((value) => Math.max(value, 0));
  return (input) => {
    const hidden = relu(second(relu(first(input))));
    return { means: means(hidden), logDeviations: logDeviations(hidden) };
  };
}

const clip = (value: number, limit: number) => Math.min(Math.max(value, -limit), limit);

describe.runIf(existsSync(policies))("the ant's physics", () => {
  it("let the recorded behaviour policy reach the umaze goal in at least 60 % of 40 episodes", () => {
    const policy = readBehaviourPolicy();
    const environment = makeAntMaze("umaze");
    const random = new RandomStream(7, "policy");
    const input = new Float32Array(29);
    let reached = 0;
    for (let seed = 0; seed < 40; seed++) {
      const reset = environment.reset({ seed });
      const waypoint = waypointsTo(environment.maze, reset.info.goal as Position);
      const controller: Controller = (observation) => {
        const next = waypoint(observation[0]!, observation[1]!);
        const noise = () => (next.isGoal ? 0 : random.uniform());
        const [dx, dy] = [next.x - observation[0]! + noise(), next.y - observation[1]! + noise()];
        input.set(observation.subarray(2));
        input.set([(10 * dx) / Math.hypot(dx, dy), (10 * dy) / Math.hypot(dx, dy)], 27);
        const { means, logDeviations } = policy(input);
        return means.map((mean, i) => {
          const deviation = Math.exp(Math.max(Math.min(logDeviations[i]!, 2), -20));
          return clip(Math.tanh(mean + deviation * random.normal()) + 0.2 * random.normal(), 1);
        });
      };
      reached += recordEpisode(environment, reset, controller).terminated.at(-1)!;
    }
    environment.close();
    expect(reached / 40).toBeGreaterThanOrEqual(0.6);
  });
});
