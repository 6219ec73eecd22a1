/** How far two results are from each other, where a plain quotient has no answer too. */
import { expect, it } from "vitest";
import { largestDifference } from "./computed.js";

const of = (tensors: Readonly<Record<string, readonly number[]>>) => ({
  name: "a result",
  numbers: new Map(Object.entries(tensors).map(([name, values]) => [name, Float64Array.from(values)])),
});

it.each<[string, number[], number[], number | undefined]>([
  ["the same bits", [1, -0, Number.NaN], [1, -0, Number.NaN], undefined],
  ["a difference, of the largest number", [1, -4], [2, -4], 0.25],
  ["a sign of zero", [0, 0], [-0, 0], 0],
  ["a sign of zero beside numbers", [0, 2], [-0, 2], 0],
  ["a number where there was nothing but zero", [0], [1], Number.POSITIVE_INFINITY],
  ["a number that is none in the other", [1, Number.NaN], [1, 2], Number.POSITIVE_INFINITY],
  ["another length", [1], [1, 1], Number.POSITIVE_INFINITY],
])("is for %s", (_, one, other, relative) => {
  expect(largestDifference(of({ one }), of({ one: other }))?.relative).toBe(relative);
});

it("is the largest of all tensors, those that are missing before all", () => {
  const [here, there] = [of({ zero: [0], far: [2], near: [4] }), of({ zero: [-0], far: [3], near: [5] })];
  expect(largestDifference(here, there)).toEqual({ tensor: "far", relative: 0.5 });
  expect(largestDifference(of({ near: [4], gone: [1] }), there)?.tensor).toBe("gone");
});
