/**
 * The tasks reward and fail as action and seed say, in a restored episode too: else a resumed run could not be compared.
 */
import { describe, expect, it } from "vitest";
import { checkEnvironment } from "../../src/environments/check.js";
import { chaosTasks, failingStep, failingTask, gridTask, mazeTask, unsavedTask } from "./tasks.js";

const make = () => chaosTasks.get(failingTask)!();
const action = Float32Array.of(0.1, 0.2);

describe("the failing maze", () => {
  it("fails at the beginning where the seed ends in 5, in the middle where it ends in 0, and else not", () => {
    const maze = make();
    const play = (seed: number, steps: number) => {
      maze.reset({ seed });
      for (let step = 0; step < steps; step++) maze.step(action);
    };
    expect(() => play(25, 0)).toThrow("the seed 25 ends in 5");
    play(20, failingStep - 1);
    expect(() => maze.step(action)).toThrow("the seed 20 ends in 0");
    play(21, maze.horizon);
    maze.close();
  });

  it("fails at the same step where it was restored", () => {
    const [saved, restored] = [make(), make()];
    saved.reset({ seed: 20 });
    for (let step = 1; step < failingStep - 1; step++) saved.step(action);
    restored.restoreState!(saved.saveState!());
    expect(restored.step(action).observation).toEqual(saved.step(action).observation);
    expect(() => restored.step(action)).toThrow("the seed 20 ends in 0");
    saved.close();
    restored.close();
  });
});

const made = (name: string) => chaosTasks.get(name)!();

describe("the tasks that do not fail", () => {
  it.each([mazeTask, gridTask, unsavedTask])("keep the contract of environments: %s", async (name) => {
    const environment = made(name);
    expect(await checkEnvironment(environment, { another: made(name) })).toEqual([]);
    environment.close();
  });

  it.each([
    [mazeTask, 2, 0.3],
    [gridTask, 1, 3],
  ])("reward by the action and the seed of the episode: %s", (name, size, other) => {
    const rewardOf = (action: number, seed: number) => {
      const environment = made(name);
      environment.reset({ seed });
      return environment.step(new Float32Array(size).fill(action)).reward;
    };
    for (const seed of [4, 5]) expect(rewardOf(0, seed)).toBeCloseTo(Math.cos(seed), 12);
    expect(Math.abs(rewardOf(other, 5) - rewardOf(0, 5))).toBeGreaterThan(0.01);
  });
});
