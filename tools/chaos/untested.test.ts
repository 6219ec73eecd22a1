/** A run that others can be compared with is told apart from one that tests nothing. */
import { expect, it } from "vitest";
import type { RunIdentity } from "./run-identity.js";
import { keepsBestByChance, untestedBy } from "./untested.js";

/** A run with these returns at updates 0, 10 and so on, the state after so many updates its best. */
function runWith(returns: readonly number[], bestUpdates: number) {
  const result = { episodes: 2, successRate: 0, returnStandardDeviation: 0, lengthMean: 120 };
  const at = (updates: number) => ({ phase: "offline", updates, onlineSteps: 0 }) as const;
  const saved = { position: at(bestUpdates) } as RunIdentity["best"]["saved"];
  const notice = { ...at(7), kind: "dropped-episode", notice: "The motor is hot." } as const;
  return {
    evaluations: returns.map((returnMean, i) => ({ ...at(10 * i), ...result, returnMean })),
    best: { tensors: "", saved },
    notices: [notice],
  };
}

it("accepts a run whose evaluations differ, with the best in between, and that recorded its notice", () => {
  expect(untestedBy(runWith([1, 3, 2], 10), {})).toEqual([]);
  expect(untestedBy(runWith([1, 3, 2, 3, 0], 30), {})).toEqual([]);
  expect(untestedBy(runWith([1, 3, 2], 10), { tells: "dropped-episode" })).toEqual([]);
});

it.each<[string, number[], number, Parameters<typeof untestedBy>[1], RegExp]>([
  ["evaluations that are all the same", [1, 1, 1], 0, {}, /^its evaluations are all the same/],
  ["a best state that was never evaluated", [1, 3, 2], 15, {}, /^its best state is not the one/],
  ["the earlier of two equal ones as its best", [1, 3, 2, 3, 0], 10, {}, /^its best state is not the one/],
  ["another state as its best than was evaluated best", [1, 3, 2, 4, 0], 10, {}, /^its best state is not the one/],
  [
    "no notice of the kind that it must record",
    [1, 3, 2],
    10,
    { tells: "values-too-high" },
    /^nothing of the kind values-too-high/,
  ],
])("refuses a run with %s", (_, returns, bestUpdates, chaosCase, problem) => {
  expect(untestedBy(runWith(returns, bestUpdates), chaosCase).join("; ")).toMatch(problem);
});

it.each([
  [[3, 1, 2], 0, true],
  [[1, 2, 3], 20, true],
  [[1, 3, 2], 10, false],
])("may have kept the best of %j by chance at update %d: %s", (returns, updates, byChance) => {
  expect(keepsBestByChance(runWith(returns, updates))).toBe(byChance);
});
