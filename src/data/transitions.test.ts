import { describe, expect, it } from "vitest";
import type { Episode } from "./episode.js";
import { toTransitions } from "./transitions.js";

const first: Episode = {
  length: 2,
  observations: { state: Float32Array.of(1, 2, 3, 4, 5, 6) },
  actions: Float32Array.of(0.5, -2),
  rewards: Float32Array.of(0, 1),
  terminated: Uint8Array.of(0, 1),
  truncated: false,
};
const second: Episode = {
  length: 1,
  observations: { state: Float32Array.of(7, 8, 9, 10) },
  actions: Float32Array.of(1),
  rewards: Float32Array.of(0),
  terminated: Uint8Array.of(0),
  truncated: true,
};

describe("toTransitions", () => {
  it("lays episodes out one after the other, each step with the observation that followed it", () => {
    const transitions = toTransitions([first, second]);
    expect(transitions.length).toBe(3);
    expect(transitions.columns.map(({ name, shape }) => [name, ...shape])).toEqual([
      ["observations", 2],
      ["actions", 1],
      ["rewards"],
      ["nextObservations", 2],
      ["nextActions", 1],
      ["terminated"],
      ["returnsToGo"],
    ]);
    expect([...transitions.rows.observations!]).toEqual([1, 2, 3, 4, 7, 8]);
    expect([...transitions.rows.nextObservations!]).toEqual([3, 4, 5, 6, 9, 10]);
  });

  it("puts the next step's action beside each action, as clipped, and an episode's last action beside itself", () => {
    const bound = Math.fround(0.99999);
    expect([...toTransitions([first, second]).rows.nextActions!]).toEqual([-bound, -bound, bound]);
    const long = { ...second, length: 3, actions: Float32Array.of(0.1, 0.2, 0.3), rewards: new Float32Array(3) };
    const steps = { ...long, observations: { state: new Float32Array(8) }, terminated: new Uint8Array(3) };
    expect([...toTransitions([first, steps, second]).rows.nextActions!.slice(2)]).toEqual(
      [0.2, 0.3, 0.3, bound].map(Math.fround),
    );
    const empty = { ...first, length: 0, observations: { state: Float32Array.of(1, 2) }, actions: new Float32Array(0) };
    const none = { ...empty, rewards: new Float32Array(0), terminated: new Uint8Array(0) };
    expect([...toTransitions([none, first]).rows.nextActions!]).toEqual([-bound, -bound]);
  });

  it("does not take a truncated end for a terminated one", () => {
    expect([...toTransitions([first, second]).rows.terminated]).toEqual([0, 1, 0]);
  });

  it("scales and shifts rewards, and computes returns-to-go from the result", () => {
    const options = { rewardScale: 10, rewardShift: -5, returns: { discount: 0.99, sparseFailureReward: -5 } };
    const transitions = toTransitions([first, second], options);
    expect([...transitions.rows.rewards]).toEqual([-5, 5, -5]);
    const [solving, solved, failing] = transitions.rows.returnsToGo!;
    expect(solving).toBeCloseTo(-0.05, 6);
    expect(solved).toBe(5);
    expect(failing).toBeCloseTo(-500, 3);
  });

  it("clips actions to +-0.99999, or where told", () => {
    expect([...toTransitions([first, second]).rows.actions]).toEqual([0.5, -0.99999, 0.99999].map(Math.fround));
    expect([...toTransitions([first], { actionClip: 0.25 }).rows.actions]).toEqual([0.25, -0.25]);
    expect([...first.actions]).toEqual([0.5, -2]);
  });

  it("leaves the numbers of discrete actions as they are, and refuses those that are none", () => {
    const choices = { ...first, actions: Float32Array.of(3, 1) };
    expect([...toTransitions([choices], { discreteActions: 4 }).rows.actions]).toEqual([3, 1]);
    expect(() => toTransitions([choices], { discreteActions: 3 })).toThrow(
      "The action of step 0 of episode 0 is 3, which is no whole number from 0 to 2",
    );
    expect(() => toTransitions([second, first], { discreteActions: 3 })).toThrow(
      "The action of step 0 of episode 1 is 0.5,",
    );
    const pairs = { ...first, actions: Float32Array.of(0, 0, 0, 0) };
    expect(() => toTransitions([pairs], { discreteActions: 3 })).toThrow("a discrete action is one number");
  });

  it("has no returns-to-go without a rule", () => {
    expect(toTransitions([first]).rows.returnsToGo).toBeUndefined();
  });

  it("refuses no steps and episodes of different tasks", () => {
    expect(() => toTransitions([])).toThrow("There are no recorded steps to learn from");
    const other = { ...second, observations: { state: Float32Array.of(1, 2) } };
    expect(() => toTransitions([first, other])).toThrow("Episode 1 of 1 step has 2 observation and 1 action values");
  });
});
