/** The estimate that stands in for an environment, against what walkers in a row of cells exactly earn. */
import { describe, expect, it } from "vitest";
import { vectorParts } from "../data/columns.js";
import { type Dataset, stateOf } from "../data/episode.js";
import { atStarts, cells, dataset, discount, straight } from "../estimation/walker.fixture.js";
import { EstimateEvaluator, type EstimateOptions } from "./estimate-evaluator.js";
import type { Policy } from "./ports.js";

const sizes = { observationSize: cells, actionSize: 1, discreteActions: 2 };

function heldOut(pay = 1, count = 150): Dataset {
  const { episodes } = dataset(true, count);
  const paid = episodes.map((episode) => ({ ...episode, rewards: episode.rewards.map((reward) => pay * reward) }));
  return { source: "walks", observations: vectorParts(cells), actionSize: 1, discreteActions: 2, episodes: paid };
}

const always = (action: number): Policy => ({
  act: async (observations) => {
    const rows = observations instanceof Float32Array ? observations : stateOf(observations);
    return new Float32Array(rows.length / cells).fill(action);
  },
});

async function evaluated(action: number, data: Dataset, options: Partial<EstimateOptions> = {}) {
  const evaluator = new EstimateEvaluator({ heldOut: data, sizes, discount, seed: 1, updates: 500, ...options });
  try {
    return await evaluator.evaluate(always(action));
  } finally {
    await evaluator.close();
  }
}

describe("the estimate of a policy", () => {
  it("is near what it earns, above and below what was logged, and the logged return is that of the episodes", async () => {
    const data = heldOut();
    const [onward, back] = [await evaluated(1, data), await evaluated(0, data)];
    const truth = atStarts(data, straight);
    expect(Math.abs(onward.returnMean - truth)).toBeLessThan(0.08);
    expect(Math.abs(back.returnMean)).toBeLessThan(0.15);
    const returns = data.episodes.map(({ rewards }) =>
      rewards.reduceRight((ahead, reward) => reward + discount * ahead, 0),
    );
    const logged = returns.reduce((sum, one) => sum + one, 0) / returns.length;
    // Few walks were cut off, after 30 steps, where nearly nothing is left to earn.
    expect(Math.abs(onward.estimate!.logged - logged)).toBeLessThan(0.02);
    expect(onward.returnMean).toBeGreaterThan(logged + 0.1);
    expect(back.returnMean).toBeLessThan(logged - 0.1);
    expect(onward).toMatchObject({ episodes: 150 });
    expect(onward).not.toHaveProperty("successRate");
  }, 120_000);

  it("is in the unit of the rewards, however large that is", async () => {
    const [small, large] = [await evaluated(1, heldOut()), await evaluated(1, heldOut(1024))];
    expect(large.returnMean / small.returnMean).toBeCloseTo(1024, 1);
    expect(large.estimate!.logged / small.estimate!.logged).toBeCloseTo(1024, 1);
  }, 120_000);

  it("counts what a clock cut off, in what was logged too", async () => {
    const { episodes, ...header } = heldOut(0);
    // Every step earns 1, forever: 1 / (1 - .9) = 10, of which an episode of 30 steps has seen 9.6 and one of 3 has 2.7.
    const cut = episodes.map((episode) => {
      const length = Math.min(3, episode.length);
      return {
        length,
        observations: { state: stateOf(episode.observations).slice(0, (length + 1) * cells) },
        actions: episode.actions.slice(0, length),
        rewards: new Float32Array(length).fill(1),
        terminated: new Uint8Array(length),
        truncated: true,
      };
    });
    const { estimate } = await evaluated(1, { ...header, episodes: cut });
    expect(estimate!.logged).toBeGreaterThan(4);
    expect(estimate!.logged).toBeLessThan(11);
  }, 120_000);

  it("ends when the run is told to", async () => {
    const stop = new AbortController();
    const ended = evaluated(1, heldOut(), { signal: stop.signal });
    stop.abort(new Error("told to end"));
    await expect(ended).rejects.toThrow("told to end");
  });
});
