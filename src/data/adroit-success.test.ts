/**
 * The success of the hand tasks as observations show it, by hand-made observations and against the rewards of real
 * recordings.
 */

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type AdroitTaskName, adroitSolutions } from "./adroit-success.js";
import { observationWidth } from "./columns.js";
import { stateOf } from "./episode.js";
import { readD4RL } from "./formats/d4rl/d4rl.js";

function observationWith(task: AdroitTaskName, entries: Readonly<Record<number, number>>): Float32Array {
  const observation = new Float32Array(adroitSolutions[task].observationSize);
  for (const [index, value] of Object.entries(entries)) observation[Number(index)] = value;
  return observation;
}

const solved = (task: AdroitTaskName, entries: Readonly<Record<number, number>>) =>
  adroitSolutions[task].isSolved(observationWith(task, entries), 0);

describe("adroitSolutions", () => {
  it("opens the door at 1.35 rad", () => {
    expect(solved("door", { 28: 1.3501 })).toBe(true);
    expect(solved("door", { 28: 1.3499 })).toBe(false);
  });

  it("asks the pen to be in place and to point the right way", () => {
    const aligned = { 33: 0.6, 34: 0.8, 36: 0.6, 37: 0.8 };
    expect(solved("pen", { ...aligned, 39: 0.07 })).toBe(true);
    expect(solved("pen", { ...aligned, 39: 0.06, 40: 0.06 })).toBe(false);
    expect(solved("pen", { 33: 0.6, 34: 0.8, 36: 1 })).toBe(false);
  });

  it("asks the ball to be within 0.1 m of its target", () => {
    expect(solved("relocate", { 36: 0.05, 37: 0.05, 38: -0.05 })).toBe(true);
    expect(solved("relocate", { 36: 0.1 })).toBe(false);
  });

  for (const task of ["door", "pen", "relocate"] as const) {
    const file = new URL(`../../../shared/data/${task}-binary-rollouts.hdf5`, import.meta.url);
    it.runIf(existsSync(file))(`agrees with every reward of the recorded ${task} rollouts`, async () => {
      const { episodes, observations: parts } = await readD4RL(readFileSync(file), task);
      const observationSize = observationWidth(parts);
      const { isSolved } = adroitSolutions[task];
      let steps = 0;
      for (const { rewards, observations } of episodes) {
        const expected = rewards.map((_, t) => (isSolved(stateOf(observations), (t + 1) * observationSize) ? 0 : -1));
        expect(rewards).toEqual(expected);
        steps += rewards.length;
      }
      expect(steps).toBeGreaterThan(49_000);
    });
  }
});
