import { describe, expect, it } from "vitest";
import { applyAdroitBinaryRule } from "./adroit-binary.js";
import type { Dataset, Episode } from "./episode.js";

/** A truncated episode with these rewards, observation t at step t and action -t. */
function episodeOf(rewards: readonly number[]): Episode {
  const { length } = rewards;
  return {
    length,
    observations: Float32Array.from({ length: length + 1 }, (_, t) => t),
    actions: Float32Array.from({ length }, (_, t) => -t),
    rewards: Float32Array.from(rewards),
    terminated: new Uint8Array(length),
    truncated: true,
  };
}

function datasetOf(...rewards: readonly number[][]): Dataset {
  return { source: "binary.hdf5", observationSize: 1, actionSize: 1, episodes: rewards.map(episodeOf) };
}

describe("applyAdroitBinaryRule", () => {
  it("drops failures, cuts after the last solved step, and terminates at every solved step", () => {
    const { episodes } = applyAdroitBinaryRule(datasetOf([-1, -1], [-1, 0, -1, 0, 0, -1, -1], [0]));
    expect(episodes.length).toBe(2);
    const [first, second] = episodes;
    expect(first!.length).toBe(5);
    expect([...first!.observations]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...first!.actions]).toEqual([-0, -1, -2, -3, -4]);
    expect([...first!.rewards]).toEqual([-1, 0, -1, 0, 0]);
    expect([...first!.terminated]).toEqual([0, 1, 0, 1, 1]);
    expect(first!.truncated).toBe(false);
    expect(second!.length).toBe(1);
  });

  it("leaves the episodes it was given as they were", () => {
    const dataset = datasetOf([-1, 0, -1]);
    applyAdroitBinaryRule(dataset);
    expect(dataset.episodes[0]).toEqual(episodeOf([-1, 0, -1]));
  });

  it("refuses rewards that are not raw, and data without a success", () => {
    expect(() => applyAdroitBinaryRule(datasetOf([-1, 0], [-5, 5]))).toThrow(
      "reward -5 in step 0 of episode 1 is neither -1 nor 0",
    );
    expect(() => applyAdroitBinaryRule(datasetOf([-1], [-1]))).toThrow("none of its 2 episodes solves the task");
  });
});
