import { describe, expect, it } from "vitest";
import { RandomStream } from "../../random.js";
import { discrete } from "../environment.js";
import { makeSync } from "../sync.fixture.js";
import { GridWorldEnvironment, makeGridWorld } from "./gridworld.js";
import { gridModel } from "./gridworld-dynamics.js";
import { gridLayout, gridNames, parseLayout } from "./gridworld-layouts.js";
import { gridView } from "./gridworld-observations.js";

const [up, right, down, left] = [0, 1, 2, 3].map((action) => Float32Array.of(action)) as [
  Float32Array,
  Float32Array,
  Float32Array,
  Float32Array,
];

/** The state after each of the actions, from a reset on. */
function walk(environment: GridWorldEnvironment, actions: readonly Float32Array[]): number[] {
  environment.reset({ seed: 0 });
  return actions.map((action) => environment.step(action).info.state);
}

/** A gridworld from its map, seen one-hot, from the fixed start. */
function worldOf(map: readonly string[], slip: number): GridWorldEnvironment {
  const layout = parseLayout(map);
  return new GridWorldEnvironment("test", gridModel(layout, slip), gridView(layout, "one-hot"), "fixed", 1_000);
}

describe("the layouts", () => {
  it("have 104 and 38 cells, lines of one length, and a way from everywhere to the goal", () => {
    expect(gridNames.map((name) => gridLayout(name).cells.length)).toEqual([104, 38]);
    for (const name of gridNames) {
      const layout = gridLayout(name);
      const { outcomes } = gridModel(layout, 0.1);
      const reached = new Set([layout.goal]);
      for (let before = 0; before < reached.size; ) {
        before = reached.size;
        outcomes.forEach((actions, state) => {
          if (actions.flat().some((outcome) => reached.has(outcome.state))) reached.add(state);
        });
      }
      expect(reached.size).toBe(layout.cells.length);
    }
  });
});

describe("gridworlds", () => {
  it("observe one-hot over their cells, or x and y from -1 to 1", async () => {
    const oneHot = await makeSync("gridworld-cliff");
    expect([oneHot.observationSpace.size, oneHot.horizon]).toEqual([38, 100]);
    expect(oneHot.actionSpace).toEqual(discrete(["up", "right", "down", "left"]));
    const { observation, info } = oneHot.reset();
    expect([observation.indexOf(1), observation.reduce((sum, x) => sum + x, 0)]).toEqual([36, 1]);
    expect(info).toEqual({ success: false, state: 36 });
    const coordinates = await makeSync("gridworld-cliff", { observation: "coordinates" });
    expect([...coordinates.reset().observation]).toEqual([-1, 1]);
    expect([...coordinates.step(up).observation]).toEqual([-1, Math.fround(1 / 3)]);
  });

  it("show every state as an observation of its own, from which it can be told", () => {
    for (const name of gridNames)
      for (const kind of ["one-hot", "coordinates"] as const) {
        const layout = gridLayout(name);
        const view = gridView(layout, kind);
        for (let state = 0; state < layout.cells.length; state++) expect(view.stateOf(view.observe(state))).toBe(state);
      }
  });

  it("move up, right, down and left, and stay where a wall or the border is", () => {
    const environment = worldOf(["...", "S#G"], 0);
    expect(walk(environment, [right, left, down, up, right, right, right, up])).toEqual([3, 3, 3, 0, 1, 2, 2, 2]);
    const { reward, terminated, truncated, info } = environment.step(down);
    expect({ reward, terminated, truncated, info }).toEqual({
      reward: 1,
      terminated: true,
      truncated: false,
      info: { success: true, state: 4 },
    });
  });

  it("lead back from the cliff to the start, without an end or a reward", () => {
    const environment = worldOf(["..", "SC", ".G"], 0);
    expect(walk(environment, [up, right])).toEqual([0, 1]);
    const { reward, terminated, info } = environment.step(down);
    expect([reward, terminated, info.success, info.state]).toEqual([0, false, false, 2]);
  });

  it("slip to either side on slippery cells alone, as often as the model says", () => {
    const environment = worldOf(["...", "S~G", "..."], 0.1);
    const steps = 20_000;
    const counts = new Map<number, number>();
    environment.reset({ seed: 1 });
    for (let i = 0; i < steps; i++) {
      environment.reset();
      expect(environment.step(right).info.state).toBe(4); // from firm floor, always
      const { state } = environment.step(right).info;
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([1, 5, 7]);
    for (const { probability, state } of environment.model.outcomes[4]![1]!) {
      expect(probability).toBeCloseTo(state === 5 ? 0.8 : 0.1, 12);
      const deviation = Math.sqrt((probability * (1 - probability)) / steps);
      expect(Math.abs(counts.get(state)! / steps - probability)).toBeLessThan(4 * deviation);
    }
  });

  it("follow the model's probabilities in every state and action", () => {
    for (const name of gridNames) {
      const environment = makeGridWorld(name, { start: "diverse", slip: 0.25, horizon: 1_000_000 });
      const { outcomes } = environment.model;
      for (const actions of outcomes)
        for (const possible of actions)
          if (possible.length > 0)
            expect(possible.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
      const random = new RandomStream(3, "test");
      // The sum of (outcome happened - its probability) / its deviation over some 10^5 steps is a standard normal.
      let [surplus, draws] = [0, 0];
      let { state } = environment.reset({ seed: 3 }).info;
      for (let step = 0; step < 100_000; step++) {
        const action = random.integer(4);
        const possible = outcomes[state]![action]!;
        const { info, terminated, reward } = environment.step(Float32Array.of(action));
        const found = possible.find((outcome) => outcome.state === info.state)!;
        expect([found.terminated, found.reward]).toEqual([terminated, reward]);
        const first = possible[0]!;
        if (first.probability < 1) {
          const happened = found === first ? 1 : 0;
          surplus += (happened - first.probability) / Math.sqrt(first.probability * (1 - first.probability));
          draws++;
        }
        state = terminated ? environment.reset().info.state : info.state;
      }
      expect(draws).toBeGreaterThan(10_000);
      expect(Math.abs(surplus) / Math.sqrt(draws)).toBeLessThan(4);
    }
  });

  it("begin in every cell but the goal's when they may begin anywhere", () => {
    const environment = makeGridWorld("cliff", { start: "diverse" });
    const seen = new Set<number>();
    environment.reset({ seed: 0 });
    for (let episode = 0; episode < 1_000; episode++) seen.add(environment.reset().info.state);
    expect(seen.size).toBe(37);
    expect(seen).not.toContain(environment.model.layout.goal);
  });

  it("are truncated at the horizon", () => {
    const environment = makeGridWorld("four-rooms", { horizon: 7 });
    environment.reset({ seed: 0 });
    for (let step = 1; step <= 7; step++) {
      const { terminated, truncated } = environment.step(up);
      expect([terminated, truncated]).toEqual([false, step === 7]);
    }
  });

  it("repeat an episode from the same seed, whatever happened before", () => {
    const states = (warmUp: number) => {
      const environment = makeGridWorld("cliff", { start: "diverse", slip: 0.3 });
      environment.reset({ seed: 99 });
      for (let step = 0; step < warmUp; step++) environment.step(up);
      const random = new RandomStream(4, "test");
      const first = environment.reset({ seed: 17 }).info.state;
      const rest = Array.from({ length: 60 }, () => environment.step(Float32Array.of(random.integer(3))).info.state);
      return [first, ...rest];
    };
    expect(states(20)).toEqual(states(0));
  });

  it("refuse options that do not fit, and actions that are none", async () => {
    await expect(makeSync("gridworld-cliff", { slip: 0.6 })).rejects.toThrow(
      "The option slip of gridworld-cliff is 0.6; it must be at most 0.5.",
    );
    await expect(makeSync("gridworld-cliff", { start: "elsewhere" })).rejects.toThrow(
      "it must be one of fixed, diverse",
    );
    const environment = await makeSync("gridworld-cliff");
    environment.reset({ seed: 0 });
    expect(() => environment.step(Float32Array.of(4))).toThrow("holds 4, which is no whole number from 0 to 3");
  });
});
