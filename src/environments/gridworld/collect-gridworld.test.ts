import { describe, expect, it } from "vitest";
import { observationWidth, vectorParts } from "../../data/columns.js";
import { countSteps, type Dataset, stateOf } from "../../data/episode.js";
import { readD4RL } from "../../data/formats/d4rl/d4rl.js";
import { writeD4RL } from "../../data/formats/d4rl/d4rl-writer.js";
import { collectedTasks, collectTask, needsWalkingPolicy } from "../collect-task.js";
import { collectGridWorld, gridBehaviour, gridModelOf } from "./collect-gridworld.js";
import { gridNames } from "./gridworld-layouts.js";
import { policyValues } from "./gridworld-values.js";

const successShare = ({ episodes }: Dataset) =>
  episodes.filter(({ terminated }) => terminated.at(-1) === 1).length / episodes.length;

/** State and action of every step of one-hot data. */
function stepsOf({ episodes, observations: parts }: Dataset): { readonly state: number; readonly action: number }[] {
  const observationSize = observationWidth(parts);
  return episodes.flatMap(({ observations, actions }) =>
    [...actions].map((action, step) => ({
      state: stateOf(observations)
        .subarray(step * observationSize, (step + 1) * observationSize)
        .indexOf(1),
      action,
    })),
  );
}

describe("collectGridWorld", () => {
  it("goes the shortest firm way without noise", async () => {
    const dataset = await collectGridWorld({
      task: "gridworld-four-rooms",
      starts: "fixed",
      noise: 0,
      episodes: 3,
      seed: 1,
    });
    expect(dataset).toMatchObject({ observations: vectorParts(104), actionSize: 1, discreteActions: 4 });
    expect(dataset.episodes.map(({ length }) => length)).toEqual([20, 20, 20]);
    expect(dataset.episodes[0]!.rewards.at(-1)).toBe(1);
  });

  it("covers every state by default, and reaches the goal in most episodes", async () => {
    for (const name of gridNames) {
      const dataset = await collectGridWorld({ task: `gridworld-${name}`, steps: 20_000, seed: 2 });
      expect(countSteps(dataset)).toBe(20_000);
      expect(new Set(stepsOf(dataset).map(({ state }) => state)).size).toBe(observationWidth(dataset.observations) - 1);
      expect(successShare(dataset)).toBeGreaterThan(0.5);
    }
  });

  it("takes each action as often as the behaviour policy says", async () => {
    const noise = 0.4;
    const steps = stepsOf(await collectGridWorld({ task: "gridworld-cliff", noise, steps: 40_000, seed: 3 }));
    const policy = gridBehaviour(gridModelOf("gridworld-cliff"), noise);
    const greedy = steps.filter(({ state, action }) => policy[4 * state + action]! > 0.5).length / steps.length;
    expect(Math.abs(greedy - 0.7)).toBeLessThan(4 * Math.sqrt((0.7 * 0.3) / steps.length));
    for (const other of [0, 1, 2, 3]) {
      const free = steps.filter(({ state }) => policy[4 * state + other]! < 0.5);
      const share = free.filter(({ action }) => action === other).length / free.length;
      expect(Math.abs(share - 0.1)).toBeLessThan(4 * Math.sqrt(0.09 / free.length));
    }
  });

  it("earns what its policy is worth: discounted returns against the exact values", async () => {
    const [noise, discount] = [0.3, 0.95];
    const settings = { task: "gridworld-cliff", starts: "fixed", noise, horizon: 10_000 } as const;
    const { episodes } = await collectGridWorld({ ...settings, episodes: 3_000, seed: 4 });
    const model = gridModelOf("gridworld-cliff");
    const { values } = policyValues(model, gridBehaviour(model, noise), { discount });
    const returns = episodes.map(({ length }) => discount ** (length - 1));
    const mean = returns.reduce((sum, x) => sum + x, 0) / returns.length;
    const variance = returns.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (returns.length - 1);
    const error = Math.sqrt(variance / returns.length);
    expect(error).toBeLessThan(0.1 * mean);
    expect(Math.abs(mean - values[model.layout.start]!)).toBeLessThan(4 * error);
  });

  it("sees coordinates as well, and then does the same", async () => {
    const settings = { task: "gridworld-four-rooms", noise: 0.3, steps: 500, seed: 6 };
    const oneHot = await collectGridWorld(settings);
    const coordinates = await collectGridWorld({ ...settings, observation: "coordinates" });
    expect(coordinates.observations).toEqual(vectorParts(2));
    expect(coordinates.episodes.map(({ actions }) => [...actions])).toEqual(
      oneHot.episodes.map(({ actions }) => [...actions]),
    );
  });

  it("gives the same data for the same settings to the bit, others for another seed", async () => {
    const collect = (seed: number) => collectGridWorld({ task: "gridworld-cliff", steps: 600, seed });
    expect(Buffer.compare(await writeD4RL(await collect(5)), await writeD4RL(await collect(5)))).toBe(0);
    expect((await collect(6)).episodes[0]).not.toEqual((await collect(5)).episodes[0]);
  });

  it("survives a file", async () => {
    const dataset = await collectGridWorld({ task: "gridworld-cliff", steps: 600, seed: 5 });
    const read = await readD4RL(await writeD4RL(dataset), dataset.source);
    expect(read).toEqual(dataset);
  });

  it("names its recipe and passes slip and horizon on", async () => {
    const recipe = { task: "gridworld-cliff", slip: 0.2, horizon: 9, noise: 1, starts: "fixed", episodes: 2 } as const;
    const { source, episodes } = await collectGridWorld({ ...recipe, seed: 8 });
    expect(source).toBe(
      "gridworld-cliff, epsilon-greedy on exact values, starts fixed, noise 1, observation one-hot, slip 0.2, horizon 9, seed 8",
    );
    expect(episodes.map(({ length }) => length)).toEqual([9, 9]);
  });

  it("refuses other tasks and a noise beyond 1", async () => {
    await expect(collectGridWorld({ task: "gridworld-clif", episodes: 1, seed: 0 })).rejects.toThrow(
      'Unknown gridworld "gridworld-clif". Did you mean "gridworld-cliff"?',
    );
    await expect(collectGridWorld({ task: "gridworld-cliff", noise: 1.5, episodes: 1, seed: 0 })).rejects.toThrow(
      "The setting noise of the collection is 1.5; give a number between 0 and 1.",
    );
  });
});

describe("collectTask", () => {
  it("collects for each task by its name, as its own collector does", async () => {
    expect(collectedTasks).toContain("pointmaze-umaze-diverse");
    expect(collectedTasks).toContain("gridworld-cliff");
    const policy = { name: "still", act: async (rows: Float32Array) => new Float32Array((8 * rows.length) / 29) };
    for (const task of collectedTasks) {
      const walker = needsWalkingPolicy(task) ? { policy } : {};
      expect(countSteps(await collectTask({ task, steps: 20, seed: 0, ...walker }))).toBe(20);
    }
    const settings = { task: "gridworld-cliff", noise: 0.2, steps: 50, seed: 1 };
    expect(await collectTask(settings)).toEqual(await collectGridWorld(settings));
  });

  it("refuses tasks without data of their own, and settings that are missing or mean nothing to the task", async () => {
    await expect(collectTask({ task: "antmaze-large", steps: 1, seed: 0 })).rejects.toThrow(
      /^The task antmaze-large has no data of its own; train on recorded data \(--dataset FILE\), or collect the data of one of these: .*pointmaze-large/,
    );
    await expect(collectTask({ task: "gridworld-cliff", goalShare: 0.5, steps: 1, seed: 0 })).rejects.toThrow(
      "The setting goalShare means nothing to the data of gridworld-cliff; leave it out.",
    );
    await expect(collectTask({ task: "antmaze-umaze", steps: 1, seed: 0 })).rejects.toThrow(
      "The data of antmaze-umaze need an ant that can walk; give a walking policy.",
    );
  });
});
