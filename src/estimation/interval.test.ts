/** The studentised bootstrap against numpy's, and what it says where the episodes bound nothing. */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import {
  averaged,
  importanceSampling,
  perDecision,
  type RatioTerms,
  weightedPerDecision,
} from "./importance-sampling.js";
import { interval, intervalOfDifference } from "./interval.js";

const figures = [0, 0, 0.1, 0.3, 0, 4.2, 0.2, 0.9, 0, 0.5, 1.7, 0.4, 0.1, 0, 2.3, 0.6, 0.2, 0.8, 0.3, 1.1];
const ratios: RatioTerms = {
  numerators: Float64Array.from(figures.flatMap((figure, i) => [figure, 1 + (i % 3)])),
  denominators: Float64Array.from(figures.flatMap((figure, i) => [0.5 + figure, 1 + (i % 5)])),
  ...{ episodes: 20, terms: 2 },
};

describe("the interval", () => {
  // From fixtures/studentised_bootstrap.py; what resamples differ by is some percent of the width.
  it.each([
    ["a mean", averaged(figures), 0.685, 0.328, 1.7026],
    ["a sum of two ratios", ratios, 1.2280590717299575, 0.9716, 1.6515],
  ] as const)("of %s is numpy's", (_, terms, value, low, high) => {
    const found = interval(terms, { resamples: 20_000 });
    expect(found.value).toBeCloseTo(value, 12);
    expect(Math.abs(found.low - low)).toBeLessThan(0.03 * (high - low));
    expect(Math.abs(found.high - high)).toBeLessThan(0.03 * (high - low));
  });

  it("holds the mean of skewed figures in nine of ten data sets of 30, where the percentiles' would in eight", () => {
    const random = new RandomStream(2, "test");
    const [sets, mean] = [400, Math.exp(0.72)];
    let covered = 0;
    for (let set = 0; set < sets; set++) {
      const some = Array.from({ length: 30 }, () => Math.exp(1.2 * random.normal()));
      const { low, high } = interval(averaged(some), { resamples: 300, seed: set });
      covered += Number(low <= mean && mean <= high);
    }
    expect(covered / sets).toBeGreaterThan(0.89);
    expect(covered / sets).toBeLessThan(0.97);
  });
});

describe("where the episodes say too little", () => {
  const episode = (probability: number) => ({ rewards: [1], propensities: [0.5], probabilities: [probability] });

  it("there is no bound without a single episode that the policy would have chosen", () => {
    const none = Array.from({ length: 12 }, () => episode(0));
    for (const estimate of [importanceSampling, perDecision, weightedPerDecision]) {
      const terms = estimate(none, 1);
      const nothing = { value: 0, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
      expect(interval(terms)).toEqual(nothing);
      const known = estimate(
        none.map((_, i) => episode(i % 3 ? 1 : 0)),
        1,
      );
      expect(intervalOfDifference(terms, known)).toMatchObject({ low: nothing.low, high: nothing.high });
    }
  });

  it("there is no upper bound with one such episode: many resamples hold none", () => {
    const terms = importanceSampling(
      Array.from({ length: 12 }, (_, i) => episode(i === 4 ? 1 : 0)),
      1,
    );
    expect(interval(terms)).toMatchObject({ value: 2 / 12, high: Number.POSITIVE_INFINITY });
  });
});

it("figures that are all the same leave no doubt", () => {
  expect(interval(averaged([0.1, 0.1, 0.1]))).toEqual({
    value: expect.closeTo(0.1, 12),
    low: expect.closeTo(0.1, 12),
    high: expect.closeTo(0.1, 12),
  });
});
