/** The failing maze fails where the seed says, in a restored episode too: else a resumed run could not be compared. */
import { describe, expect, it } from "vitest";
import { chaosTasks, failingStep, failingTask } from "./tasks.js";

const make = () => chaosTasks.get(failingTask)!({});
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
