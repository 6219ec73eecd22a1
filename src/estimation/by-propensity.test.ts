/** The weights of episodes by hand: what they overlap with, and what is said of it. */
import { describe, expect, it } from "vitest";
import { estimatesByPropensity, overlapOf, overlapWarnings } from "./by-propensity.js";
import type { ModelledEpisode } from "./logged-episode.js";

/** One step, whose weight is `probability / propensity`. */
const step = (propensity: number, probability: number, reward = 1): ModelledEpisode => ({
  rewards: [reward],
  propensities: [propensity],
  probabilities: [probability],
  actionValues: [2],
  values: [3],
});

const many = (count: number, episode: ModelledEpisode) => new Array<ModelledEpisode>(count).fill(episode);

describe("the estimates side by side", () => {
  it("are those of their formulas", () => {
    // Weights 2, 0, 4: their sum is 6.
    const episodes = [step(0.5, 1, 10), step(0.5, 0, 100), step(0.25, 1, 1)];
    const found = estimatesByPropensity(episodes, 0.9, { resamples: 10 });
    expect(found.importanceSampling.value).toBeCloseTo((2 * 10 + 4 * 1) / 3, 12);
    expect(found.selfNormalised.value).toBeCloseTo((2 * 10 + 4 * 1) / 6, 12);
    expect(found.perDecision.value).toBeCloseTo((2 * 10 + 4 * 1) / 3, 12);
    expect(found.doublyRobust.value).toBeCloseTo(3 + (2 * (10 - 2) + 4 * (1 - 2)) / 3, 12);
    expect(found.overlap.effective).toBeCloseTo(36 / 20, 12);
    expect(found.overlap.largestShare).toBeCloseTo(4 / 6, 12);
    expect(found.overlap.meanWeight).toBeCloseTo(2, 12);
    expect(found.overlap.meanWeightError).toBeCloseTo(Math.sqrt(4 / 3), 12);
  });
});

describe("what is said of the overlap", () => {
  const said = (episodes: readonly ModelledEpisode[]) => overlapWarnings("one", overlapOf(episodes)).join(" ");

  it("is nothing where it is good", () => {
    expect(said([...many(50, step(0.5, 1)), ...many(50, step(0.5, 0))])).toBe("");
  });

  it("is that nothing can be said where no episode counts", () => {
    expect(said(many(50, step(0.5, 0)))).toMatch(/^No logged episode does what one does from beginning to end/);
  });

  it("is how few count, and that one decides much", () => {
    const some = said([...many(12, step(0.1, 1)), ...many(108, step(0.5, 0))]);
    expect(some).toMatch(/^Of one's 120 weighted episodes about 12 count:/);
    expect(some).not.toContain("single");
    expect(said([step(0.02, 1), ...many(50, step(0.5, 1))])).toContain("A single episode has 33 % of all weight");
  });

  it("is that propensities are too low or too high where weights are not 1 on average", () => {
    const wrong = [...many(60, step(0.25, 1)), ...many(40, step(0.75, 0))];
    expect(said(wrong)).toMatch(/The weights of one have the mean 2\.4 where 1 is expected:/);
  });
});
