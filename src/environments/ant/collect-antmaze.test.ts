import { describe, expect, it } from "vitest";
import { vectorParts } from "../../data/columns.js";
import { stateOf } from "../../data/episode.js";
import { readD4RL } from "../../data/formats/d4rl/d4rl.js";
import { writeD4RL } from "../../data/formats/d4rl/d4rl-writer.js";
import type { WalkingPolicy } from "../family.js";
import { cellAt, makeMaze, type Position } from "../mazes.js";
import { WalkPlan } from "./antmaze-walks.js";
import { type AntMazeCollection, collectAntMaze } from "./collect-antmaze.js";
import { antCellSize, antMazeCollectedTasks } from "./tasks.js";

/** Draws every torque evenly; counts how many ants it moved at once. */
function drunkard(): WalkingPolicy & { readonly counts: Set<number> } {
  const counts = new Set<number>();
  return {
    name: "drunkard",
    counts,
    async act(observations, random) {
      counts.add(observations.length / 29);
      const actions = new Float32Array((8 * observations.length) / 29);
      random.fillUniform(actions, -1, 1);
      return actions;
    },
  };
}

const collect = (settings: Partial<AntMazeCollection> = {}) =>
  collectAntMaze({ task: "antmaze-umaze", policy: drunkard(), episodes: 3, horizon: 30, seed: 4, ...settings });

describe("data of the ant mazes", () => {
  it("exist under the names of D4RL's six datasets", () => {
    expect(antMazeCollectedTasks).toEqual([
      "antmaze-umaze",
      "antmaze-umaze-diverse",
      "antmaze-medium-play",
      "antmaze-medium-diverse",
      "antmaze-large-play",
      "antmaze-large-diverse",
    ]);
  });

  it("are walks of full length that the clock ended, seen as the mazes' environment sees an ant", async () => {
    const dataset = await collect();
    expect([dataset.observations, dataset.actionSize]).toEqual([vectorParts(29), 8]);
    expect(dataset.source).toBe(
      "antmaze-umaze, walking policy drunkard, starts fixed, goals fixed, goal share 1, noise 0.2, horizon 30, seed 4",
    );
    expect(dataset.episodes.map(({ length, truncated }) => [length, truncated])).toEqual(new Array(3).fill([30, true]));
    for (const { observations: parts, rewards, terminated } of dataset.episodes) {
      const observations = stateOf(parts);
      expect(Math.hypot(observations[0]!, observations[1]!)).toBeLessThanOrEqual(Math.hypot(0.1, 0.1));
      expect(Math.abs(observations[2]! - 0.75)).toBeLessThanOrEqual(0.1 + 1e-6);
      expect([rewards.includes(1), terminated.includes(1)]).toEqual([false, false]);
    }
  });

  it("repeat to the bit, and differ from seed to seed", async () => {
    expect(await collect()).toEqual(await collect());
    expect((await collect({ seed: 5 })).episodes[0]!.observations).not.toEqual(
      (await collect()).episodes[0]!.observations,
    );
  });

  it("record what was carried out: noise on every torque, clipped to [-1, 1]", async () => {
    const still: WalkingPolicy = {
      name: "still",
      act: async (observations) => new Float32Array((8 * observations.length) / 29),
    };
    const actions = (await collect({ policy: still, horizon: 200 })).episodes.flatMap((episode) => [
      ...episode.actions,
    ]);
    expect(actions.length).toBe(3 * 200 * 8);
    const square = actions.reduce((sum, action) => sum + action * action, 0) / actions.length;
    expect(Math.abs(Math.sqrt(square) - 0.2)).toBeLessThan(0.01);
    const wild = (await collect({ noise: 5 })).episodes.flatMap((episode) => [...episode.actions]);
    expect([Math.min(...wild), Math.max(...wild)]).toEqual([-1, 1]);
    const exact = (await collect({ policy: still, noise: 0 })).episodes[0]!;
    expect(exact.actions.every((action) => action === 0)).toBe(true);
  });

  it("come back from a file as they were, a row more for every walk", async () => {
    const dataset = await collect({ task: "antmaze-umaze-diverse", episodes: 6, horizon: 20 });
    const bytes = await writeD4RL(dataset);
    const { episodes } = await readD4RL(bytes, dataset.source);
    expect(episodes).toEqual(dataset.episodes);
  });

  it("count steps as well as walks, and cut the last walk there", async () => {
    const cut = { task: "antmaze-umaze", policy: drunkard(), steps: 70, horizon: 30, seed: 4 };
    const dataset = await collectAntMaze(cut);
    expect(dataset.episodes.map(({ length }) => length)).toEqual([30, 30, 10]);
    const policy = drunkard();
    const done: number[] = [];
    await collect({ policy, episodes: 11, horizon: 5, onProgress: (count) => done.push(count) });
    expect([...policy.counts]).toEqual([8, 3]);
    expect(done).toEqual([8, 11]);
  });

  it("keep the complete walks when they are interrupted", async () => {
    const stop = new AbortController();
    const dataset = await collect({ episodes: 100, horizon: 5, signal: stop.signal, onProgress: () => stop.abort() });
    expect(dataset.episodes.map(({ length }) => length)).toEqual(new Array(8).fill(5));
    const never = await collect({ signal: AbortSignal.abort() });
    expect(never.episodes).toEqual([]);
  });

  it("refuse what is no such dataset, and settings out of range", async () => {
    await expect(collect({ task: "antmaze-larg-play" })).rejects.toThrow(
      'Unknown ant maze dataset "antmaze-larg-play". Did you mean "antmaze-large-play"?',
    );
    await expect(collect({ noise: -1 })).rejects.toThrow("The setting noise of the collection is -1; give a number 0");
    await expect(collect({ goalShare: 2 })).rejects.toThrow("The setting goalShare of the collection is 2; give a");
    await expect(collect({ horizon: 0.5 })).rejects.toThrow(
      "The option horizon of the collection of antmaze-umaze is 0.5; it must be",
    );
    await expect(collect({ episodes: 0 })).rejects.toThrow("A collection of 0 episodes is not possible");
  });
});

describe("the walks of a collection", () => {
  const maze = makeMaze("large", antCellSize);
  const goalOfRewards = { x: 32.75, y: 24.75 };
  const drawn = (choice: "fixed" | "play" | "diverse", goalShare = 0) =>
    new WalkPlan(maze, { starts: choice, goals: choice, goalShare, horizon: 9 }, { episodes: 600, seed: 2 }).next(600);
  const keyOf = ({ x, y }: Position) => {
    // A goal lies up to 1.5 m beyond the centre of its cell.
    const { row, column } = cellAt(maze, x, y);
    return `${row},${column}`;
  };
  const cells = (choice: "play" | "diverse") => {
    const walks = drawn(choice);
    for (const { start, goal } of walks) expect(keyOf(start)).not.toBe(keyOf(goal));
    return [new Set(walks.map(({ start }) => keyOf(start))), new Set(walks.map(({ goal }) => keyOf(goal)))] as const;
  };

  it("lead from R to the goal of the rewards when both are fixed", () => {
    for (const { start, goal } of drawn("fixed")) expect([start, goal]).toEqual([{ x: 0, y: 0 }, goalOfRewards]);
  });

  it("lead from anywhere to anywhere else when they are diverse, between picked cells when they are play", () => {
    const free = new Set(maze.freeCells.map(({ row, column }) => `${row},${column}`));
    for (const found of cells("diverse")) expect(found).toEqual(free);
    for (const found of cells("play")) {
      expect([found.size, found.has("7,9"), found.has("1,1")]).toEqual([8, true, true]);
      for (const cell of found) expect(free.has(cell)).toBe(true);
    }
  });

  it("lead to the goal of the rewards as often as they are told to", () => {
    const share = (goalShare: number) => {
      const walks = drawn("diverse", goalShare);
      const { x, y } = goalOfRewards;
      return walks.filter(({ goal }) => goal.x === x && goal.y === y).length / walks.length;
    };
    expect([share(0), share(1)]).toEqual([0, 1]);
    expect(Math.abs(share(0.2) - 0.2)).toBeLessThan(0.04);
  });

  it("are the same however many are asked for at once", () => {
    const take = (count: number) => {
      const choice = { starts: "diverse", goals: "diverse", goalShare: 0.2, horizon: 9 } as const;
      const plan = new WalkPlan(maze, choice, { steps: 100, seed: 3 });
      const walks = [];
      for (let some = plan.next(count); some.length > 0; some = plan.next(count)) walks.push(...some);
      return walks.map(({ start, goal, length, random }) => ({ start, goal, length, random: random.state() }));
    };
    expect(take(3)).toEqual(take(100));
    expect(take(3).map(({ length }) => length)).toEqual([...new Array(11).fill(9), 1]);
  });
});
