/** Scores of estimates that are written down. */
import { expect, it } from "vitest";
import { pairsOf } from "./estimates.js";
import { rankCorrelation, scoresOf } from "./scores.js";

it("ranks correlate as Spearman says, equal values sharing their rank", () => {
  // From scipy, by fixtures/shop_values.py.
  expect(rankCorrelation([1, 2, 3, 4, 5], [5, 6, 7, 8, 7])).toBeCloseTo(0.8207826816681233, 12);
  expect(rankCorrelation([1, 2, 2, 4], [3, 1, 2, 2])).toBeCloseTo(-0.5, 12);
  expect(rankCorrelation([1, 2, 3], [7, 7, 7])).toBe(0);
});

it("every pair stands once", () => {
  expect(pairsOf(3)).toEqual([
    [0, 1],
    [0, 2],
    [1, 2],
  ]);
});

it("counts what an interval holds, and errors by the deviation of the true values of a set", () => {
  const about = (value: number, reach: number) => ({ value, low: value - reach, high: value + reach });
  const set = (truths: readonly number[], values: readonly number[], differences: readonly number[]) => ({
    ...{ name: "", kind: "", episodes: 30, truths },
    methods: { some: { values: values.map((v) => about(v, 1)), differences: differences.map((d) => about(d, 1)) } },
  });
  // Deviations 2 and 1. Errors 0, 0 and 2, 0 of them; of the pairs one is told rightly and one on the wrong side.
  const results = [set([0, 4], [0, 4], [-4]), set([6, 4], [8, 4], [-2])];
  const scores = scoresOf(results, "some");
  expect(scores).toEqual({
    ...{ coverage: 0.75, bias: 0.5, error: 1, width: 2, unbounded: 0, rankCorrelation: 1, told: 1, toldWrongly: 0.5 },
  });
  const untold = scoresOf([set([0, 4], [3.5, 3], [0.5])], "some");
  expect(untold).toMatchObject({ coverage: 0.5, rankCorrelation: -1, told: 0, toldWrongly: 0 });
});
