import { describe, expect, it } from "vitest";
import { countSteps, type Dataset, stateOf } from "../../data/episode.js";
import { collectedTasks, collectTask } from "../collect-task.js";
import { cellAt, makeMaze, mazeNames } from "../mazes.js";
import { collectPointMaze } from "./collect-pointmaze.js";

const successShare = ({ episodes }: Dataset) =>
  episodes.filter(({ terminated }) => terminated.at(-1) === 1).length / episodes.length;

/** The number of different cells of the maze in which the ball was seen. */
function coveredCells(dataset: Dataset, mazeName: (typeof mazeNames)[number]): number {
  const maze = makeMaze(mazeName, 1);
  const seen = new Set<string>();
  for (const episode of dataset.episodes) {
    const observations = stateOf(episode.observations);
    for (let i = 0; i < observations.length; i += 4)
      seen.add(JSON.stringify(cellAt(maze, observations[i]!, observations[i + 1]!)));
  }
  return seen.size;
}

describe("collectPointMaze", () => {
  it("reaches the goal in every episode without noise, in a third of the horizon", async () => {
    const medians: number[] = [];
    for (const name of mazeNames) {
      const task = `pointmaze-${name}`;
      const dataset = await collectPointMaze({ task, starts: "fixed", goals: "fixed", noise: 0, episodes: 9, seed: 1 });
      expect(successShare(dataset)).toBe(1);
      medians.push(dataset.episodes.map(({ length }) => length).sort((a, b) => a - b)[4]!);
    }
    expect(medians[0]).toBeGreaterThan(30);
    expect(medians[0]).toBeLessThan(45);
    expect(medians[1]).toBeLessThan(75);
    expect(medians[2]).toBeLessThan(105);
  });

  it("covers the whole maze and seldom reaches the goal by default", async () => {
    for (const name of mazeNames) {
      const dataset = await collectPointMaze({ task: `pointmaze-${name}`, steps: 15_000, seed: 2 });
      expect(countSteps(dataset)).toBe(15_000);
      expect(coveredCells(dataset, name)).toBe(makeMaze(name, 1).freeCells.length);
      expect(successShare(dataset)).toBeGreaterThan(0.1);
      expect(successShare(dataset)).toBeLessThan(0.6);
    }
  });

  it("rewards the task's goal alone: 1 in the last step of a success, 0 everywhere else", async () => {
    const { episodes } = await collectPointMaze({ task: "pointmaze-medium", goalShare: 0.5, episodes: 30, seed: 3 });
    const maze = makeMaze("medium", 1);
    for (const { length, observations: parts, rewards, terminated, truncated } of episodes) {
      const observations = stateOf(parts);
      const distance = Math.hypot(observations[4 * length]! - 5, observations[4 * length + 1]! - 5);
      const success = distance <= 0.5;
      expect([terminated.at(-1), rewards.at(-1), truncated]).toEqual(success ? [1, 1, false] : [0, 0, true]);
      expect(rewards.subarray(0, -1).every((reward) => reward === 0)).toBe(true);
      expect(terminated.subarray(0, -1).every((flag) => flag === 0)).toBe(true);
      if (!success) expect(length).toBe(200);
    }
    expect(maze.goal).toEqual({ row: 6, column: 6 });
  });

  it("has the goal share and the noise that are asked for", async () => {
    const never = await collectPointMaze({ task: "pointmaze-umaze", goalShare: 0, noise: 0, episodes: 20, seed: 4 });
    expect(successShare(never)).toBe(0);
    const half = await collectPointMaze({ task: "pointmaze-umaze", goalShare: 0.5, noise: 0, episodes: 100, seed: 4 });
    expect(Math.abs(successShare(half) - 0.5)).toBeLessThan(0.15);
    const spread: number[] = [];
    for (const noise of [0, 2]) {
      const { episodes } = await collectPointMaze({ task: "pointmaze-umaze", noise, episodes: 5, seed: 4 });
      const actions = episodes.flatMap((episode) => [...episode.actions]);
      expect(Math.max(...actions.map(Math.abs))).toBeLessThanOrEqual(1);
      spread.push(actions.filter((entry) => Math.abs(entry) === 1).length / actions.length);
    }
    expect(spread[1]).toBeGreaterThan(0.5);
    expect(spread[0]).toBeLessThan(0.3);
  });

  it("gives the same data for the same settings to the bit, others for another seed", async () => {
    const collect = (seed: number) => collectPointMaze({ task: "pointmaze-large", steps: 700, seed });
    const dataset = await collect(5);
    expect(await collect(5)).toEqual(dataset);
    expect((await collect(6)).episodes[0]!.observations).not.toEqual(dataset.episodes[0]!.observations);
  });

  it("gives a task with -diverse the data of its maze", async () => {
    const [plain, diverse] = await Promise.all(
      ["pointmaze-medium", "pointmaze-medium-diverse"].map((task) =>
        collectPointMaze({ task, steps: 500, starts: "fixed", seed: 5 }),
      ),
    );
    expect(diverse!.episodes).toEqual(plain!.episodes);
    expect(diverse!.source).toMatch(/^pointmaze-medium-diverse, waypoint controller, starts fixed/);
    const task = "pointmaze-umaze-diverse";
    expect(await collectTask({ task, episodes: 1, seed: 0 })).toEqual(
      await collectPointMaze({ task, episodes: 1, seed: 0 }),
    );
    expect(collectedTasks).toContain("pointmaze-large-diverse");
  });

  it("names its recipe and passes frame skip and horizon on", async () => {
    const dataset = await collectPointMaze({
      task: "pointmaze-umaze",
      frameSkip: 10,
      horizon: 20,
      goalShare: 0,
      episodes: 2,
      seed: 8,
    });
    expect(dataset.source).toBe(
      "pointmaze-umaze, waypoint controller, starts diverse, goals diverse, goal share 0, noise 0.5, frame skip 10, horizon 20, seed 8",
    );
    expect(dataset.episodes.map(({ length }) => length)).toEqual([20, 20]);
  });

  it("refuses other tasks and settings out of range", async () => {
    await expect(collectPointMaze({ task: "pointmaze-larg", episodes: 1, seed: 0 })).rejects.toThrow(
      'Unknown point maze "pointmaze-larg". Did you mean "pointmaze-large"?',
    );
    await expect(collectPointMaze({ task: "pointmaze-umaze", goalShare: 1.5, episodes: 1, seed: 0 })).rejects.toThrow(
      "The setting goalShare of the collection is 1.5; give a number between 0 and 1.",
    );
    await expect(
      collectPointMaze({ task: "pointmaze-umaze", noise: Number.NaN, episodes: 1, seed: 0 }),
    ).rejects.toThrow("The setting noise of the collection is NaN; give a number 0 or more.");
  });
});
