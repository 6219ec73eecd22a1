/** Who is ahead, and who cannot be told apart, by members that are written down. */
import { expect, it } from "vitest";
import { judgements } from "./judgement.js";

it("orders policies by their mean and tells two apart by what they differ in within each member", () => {
  // The members disagree widely on each, and not at all on the order of the first two.
  const members = new Map([
    ["rule", Float64Array.of(1, 5, 9, 3, 7)],
    ["candidate", Float64Array.of(2, 6.1, 9.9, 4, 8)],
    ["other", Float64Array.of(5, 1, 2, 9, 10)],
  ]);
  const found = judgements(members);
  expect(found.map(({ name }) => name)).toEqual(["candidate", "other", "rule"]);
  expect(found[0]).toMatchObject({ value: 6, told: false });
  expect(found[0]!.behind).toBeUndefined();
  expect(found[1]!.told).toBe(false); // .6 behind, give or take a lot
  expect(found[2]!.told).toBe(true); // 1 behind in every member, although the intervals overlap
  expect(found[2]!.behind!.value).toBeCloseTo(-1, 12);
  expect(found[2]!.high).toBeGreaterThan(found[0]!.low);
});
