/** Between which bounds the rewards lie that were seen, and the lowest of those that did not end an episode. */
import { expect, it } from "vitest";
import { RewardRange } from "./reward-range.js";

it("is none before the first reward, then from the minimum to the maximum of all that were seen", () => {
  const range = new RewardRange();
  expect([range.bounds, range.lowestLasting]).toEqual([null, undefined]);
  range.see([], []);
  expect(range.bounds).toBeNull();
  range.see([2], [0]);
  expect(range.bounds).toEqual([2, 2]);
  range.see(Float32Array.of(3, -0.5, 1), Float32Array.of(0, 0, 0));
  expect(range.bounds).toEqual([-0.5, 3]);
  range.see([0, 2], [0, 0]);
  expect(range.bounds).toEqual([-0.5, 3]);
});

it("knows the lowest reward after which the episode went on: what ends one is received once", () => {
  const range = new RewardRange();
  range.see([-25], [1]);
  expect([range.bounds, range.lowestLasting]).toEqual([[-25, -25], undefined]);
  range.see([-1, 0, -25], [0, 0, 1]);
  expect([range.bounds, range.lowestLasting]).toEqual([[-25, 0], -1]);
});

it("goes on where it stood from what a checkpoint keeps of it, beside what it has seen by then", () => {
  const [before, after] = [new RewardRange(), new RewardRange()];
  before.see([4, -7, -2, 0], [0, 1, 0, 0]);
  after.see([5], [0]);
  after.restore(before.bounds!, before.lowestLasting!);
  expect([after.bounds, after.lowestLasting]).toEqual([[-7, 5], -2]);
  after.restore([-8, 1], null);
  expect([after.bounds, after.lowestLasting]).toEqual([[-8, 5], -2]);
});
