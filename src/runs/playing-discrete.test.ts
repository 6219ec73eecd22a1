/** Playing and collecting with discrete actions: an agent answers with one number a row, and so they are recorded. */

import { describe, expect, it } from "vitest";
import type { Agent } from "../agents/agent.js";
import { stateOf } from "../data/episode.js";
import { makeEnvironment } from "../environments/registry.js";
import { evaluate } from "../training/environment-evaluator.js";
import { collected } from "./collected.fixture.js";

const CELLS = 38;
const [UP, RIGHT, DOWN] = [0, 1, 2];

/** Goes along the upper row of the cliff, out of the reach of its slippery edge, until it is above the goal. */
function along(row: number): number {
  if (row === 36) return UP;
  if (row % 12 === 11) return DOWN;
  return row >= 12 ? UP : RIGHT;
}

const walker = {
  act: async (observations: Float32Array) =>
    Float32Array.from({ length: observations.length / CELLS }, (_, i) =>
      along(observations.subarray(i * CELLS, (i + 1) * CELLS).indexOf(1)),
    ),
} as unknown as Agent;

const cliff = () => makeEnvironment("gridworld-cliff", { slip: 0 });

describe("playing with discrete actions", () => {
  it("gives each of several episodes its own action", async () => {
    const evaluation = await evaluate(walker, [await cliff(), await cliff(), await cliff()], 0);
    expect(evaluation).toMatchObject({ episodes: 3, successRate: 1, returnMean: 1, lengthMean: 17 });
  });

  it("records one number a step", async () => {
    const episode = await collected(walker, await cliff(), 0);
    expect(episode).toMatchObject({ length: 17, truncated: false });
    expect([...episode.actions]).toEqual([UP, UP, UP, ...new Array(11).fill(RIGHT), DOWN, DOWN, DOWN]);
    expect(stateOf(episode.observations).length).toBe(18 * CELLS);
  });
});
