import { describe, expect, it } from "vitest";
import { vectorParts } from "../data/columns.js";
import { countSteps, stateOf } from "../data/episode.js";
import { UsageError } from "../errors.js";
import { collectEpisodes } from "./collect.js";
import { type ActionSpace, box, discrete, type Environment } from "./environment.js";

/** Observes the step number and the seed; ends after `length` steps, by the task or by the clock. */
function clockwork(length: number, byTask: boolean): Environment {
  let step = 0;
  let episodeSeed = 0;
  const answer = () => ({ observation: Float32Array.of(step, episodeSeed), info: { success: false } });
  return {
    name: "clockwork",
    observationSpace: box(2, 0, Infinity),
    actionSpace: box(1, -1, 1),
    horizon: length,
    reset({ seed = 0 } = {}) {
      step = 0;
      episodeSeed = seed % 1000;
      return answer();
    },
    step(action) {
      step++;
      const ended = step === length;
      return { ...answer(), reward: action[0]!, terminated: ended && byTask, truncated: ended && !byTask };
    },
    close: () => undefined,
  };
}

const tenths = new Float32Array(1);
/** Reuses its array, as a controller may. */
const controller = (observation: Float32Array) => tenths.fill(observation[0]! / 10);

describe("collectEpisodes", () => {
  it("records one observation more than actions, the rewards and the end by the task", async () => {
    const dataset = await collectEpisodes(clockwork(3, true), () => controller, "a recipe", { episodes: 2, seed: 1 });
    expect([dataset.source, dataset.observations, dataset.actionSize]).toEqual(["a recipe", vectorParts(2), 1]);
    expect(dataset.episodes.length).toBe(2);
    const episode = dataset.episodes[0]!;
    const seed = stateOf(episode.observations)[1]!;
    expect(episode).toEqual({
      length: 3,
      observations: { state: Float32Array.of(0, seed, 1, seed, 2, seed, 3, seed) },
      actions: Float32Array.of(0, 0.1, 0.2),
      rewards: Float32Array.of(0, 0.1, 0.2),
      terminated: Uint8Array.of(0, 0, 1),
      truncated: false,
    });
    expect(stateOf(dataset.episodes[1]!.observations)[1]).not.toBe(seed);
  });

  it("tells how many discrete actions there were, one number a step", async () => {
    const environment = { ...clockwork(3, true), actionSpace: discrete(5) };
    const dataset = await collectEpisodes(environment, () => () => Float32Array.of(4), "", { episodes: 1, seed: 1 });
    expect([dataset.actionSize, dataset.discreteActions]).toEqual([1, 5]);
    expect([...dataset.episodes[0]!.actions]).toEqual([4, 4, 4]);
    const vectors = await collectEpisodes(clockwork(3, true), () => controller, "", { episodes: 1, seed: 1 });
    expect(vectors).not.toHaveProperty("discreteActions");
  });

  it("gives the data the bounds of actions, where they are finite and not what is usual", async () => {
    const boundsIn = async (actionSpace: ActionSpace) => {
      const environment = { ...clockwork(3, true), actionSpace };
      return (await collectEpisodes(environment, () => controller, "", { episodes: 1, seed: 1 })).actionBounds;
    };
    expect(await boundsIn(box([0], [100]))).toEqual({ low: Float32Array.of(0), high: Float32Array.of(100) });
    for (const space of [box(1, -1, 1), box(1, 0, Infinity), discrete(2)])
      expect(await boundsIn(space)).toBeUndefined();
  });

  it("marks an end by the clock as truncated and nothing as terminated", async () => {
    const [episode] = (await collectEpisodes(clockwork(4, false), () => controller, "", { episodes: 1, seed: 1 }))
      .episodes;
    expect([[...episode!.terminated], episode!.truncated]).toEqual([[0, 0, 0, 0], true]);
  });

  it("collects exactly the steps asked for and tells how far it is", async () => {
    const told: [number, number][] = [];
    const onProgress = (done: number, total: number) => told.push([done, total]);
    const dataset = await collectEpisodes(clockwork(4, true), () => controller, "", { steps: 10, seed: 1, onProgress });
    expect(countSteps(dataset)).toBe(10);
    expect(dataset.episodes.map(({ length, truncated }) => [length, truncated])).toEqual([
      [4, false],
      [4, false],
      [2, true],
    ]);
    expect(told).toEqual([
      [4, 10],
      [8, 10],
      [10, 10],
    ]);
  });

  it("begins each episode with a controller of its own", async () => {
    const begun: number[] = [];
    const begin = (episode: number) => {
      begun.push(episode);
      return () => Float32Array.of(episode);
    };
    const { episodes } = await collectEpisodes(clockwork(2, true), begin, "", { episodes: 3, seed: 1 });
    expect(begun).toEqual([0, 1, 2]);
    expect(episodes.map(({ actions }) => [...actions])).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
  });

  it("refuses a size that is missing, given twice or not a positive integer", async () => {
    const collect = (amount: object) =>
      collectEpisodes(clockwork(2, true), () => controller, "", { seed: 0, ...amount });
    await expect(collect({})).rejects.toThrow(UsageError);
    await expect(collect({ episodes: 1, steps: 1 })).rejects.toThrow(
      "give either a number of episodes or a number of steps.",
    );
    await expect(collect({ steps: 0 })).rejects.toThrow(
      "A collection of 0 steps is not possible; ask for a whole number of 1 or more.",
    );
    await expect(collect({ episodes: 2.5 })).rejects.toThrow("A collection of 2.5 episodes is not possible");
  });
});
