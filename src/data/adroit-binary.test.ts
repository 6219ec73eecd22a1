import { describe, expect, it } from "vitest";
import { applyAdroitBinaryRule, withBinaryRewards } from "./adroit-binary.js";
import { vectorParts } from "./columns.js";
import { type Dataset, type Episode, splitAtTerminations, stateOf } from "./episode.js";

/** A truncated episode with these rewards, observation t at step t and action -t. */
function episodeOf(rewards: readonly number[]): Episode {
  const { length } = rewards;
  return {
    length,
    observations: { state: Float32Array.from({ length: length + 1 }, (_, t) => t) },
    actions: Float32Array.from({ length }, (_, t) => -t),
    rewards: Float32Array.from(rewards),
    terminated: new Uint8Array(length),
    truncated: true,
  };
}

function datasetOf(...rewards: readonly number[][]): Dataset {
  return { source: "binary.hdf5", observations: vectorParts(1), actionSize: 1, episodes: rewards.map(episodeOf) };
}

describe("applyAdroitBinaryRule", () => {
  it("drops failures, cuts after the last solved step, and terminates at every solved step", () => {
    const { episodes } = applyAdroitBinaryRule(datasetOf([-1, -1], [-1, 0, -1, 0, 0, -1, -1], [0]));
    expect(episodes.length).toBe(2);
    const [first, second] = episodes;
    expect(first!.length).toBe(5);
    expect([...stateOf(first!.observations)]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...first!.actions]).toEqual([-0, -1, -2, -3, -4]);
    expect([...first!.rewards]).toEqual([-1, 0, -1, 0, 0]);
    expect([...first!.terminated]).toEqual([0, 1, 0, 1, 1]);
    expect(first!.truncated).toBe(false);
    expect(second!.length).toBe(1);
  });

  it("cuts after the first solved step where that is asked for", () => {
    const { episodes } = applyAdroitBinaryRule(datasetOf([-1, -1], [-1, 0, -1, 0]), "first");
    expect(episodes.map(({ rewards }) => [...rewards])).toEqual([[-1, 0]]);
    expect([...stateOf(episodes[0]!.observations)]).toEqual([0, 1, 2]);
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

describe("withBinaryRewards", () => {
  it("rewards a step by the observation that follows it", () => {
    const observations = new Float32Array(4 * 39);
    observations[39 + 28] = 1.4;
    observations[3 * 39 + 28] = 1.4;
    const episode = { ...episodeOf([7, 8, 9]), observations: { state: observations } };
    const dataset = { ...datasetOf(), observations: vectorParts(39), episodes: [episode] };
    expect([...withBinaryRewards(dataset, "door").episodes[0]!.rewards]).toEqual([0, -1, 0]);
    expect([...episode.rewards]).toEqual([7, 8, 9]);
  });

  it("refuses the observations of another task", () => {
    expect(() => withBinaryRewards(datasetOf([1]), "pen")).toThrow(
      '"binary.hdf5" has observations that are vectors of 1 number where those of pen have 45',
    );
  });
});

describe("splitAtTerminations", () => {
  it("ends an episode wherever a step is terminated and keeps every step with its next observation", () => {
    const { episodes } = splitAtTerminations(applyAdroitBinaryRule(datasetOf([-1, 0, -1, 0, 0, -1])));
    expect(episodes.map(({ observations }) => [...stateOf(observations)])).toEqual([
      [0, 1, 2],
      [2, 3, 4],
      [4, 5],
    ]);
    expect(episodes.map(({ rewards }) => [...rewards])).toEqual([[-1, 0], [-1, 0], [0]]);
    expect(episodes.map(({ terminated }) => [...terminated])).toEqual([[0, 1], [0, 1], [1]]);
    expect(episodes.map(({ actions }) => [...actions])).toEqual([[-0, -1], [-2, -3], [-4]]);
    expect(episodes.every(({ truncated }) => !truncated)).toBe(true);
  });

  it("leaves a truncated rest truncated", () => {
    const episode = { ...episodeOf([0, -1]), terminated: Uint8Array.of(1, 0) };
    const { episodes } = splitAtTerminations({ ...datasetOf(), episodes: [episode] });
    expect(episodes.map(({ length, truncated }) => [length, truncated])).toEqual([
      [1, false],
      [1, true],
    ]);
  });
});
