/** Between which bounds the rewards lie that were seen. */
import { expect, it } from "vitest";
import { RewardRange } from "./reward-range.js";

it("is none before the first reward, then from the minimum to the maximum of all that were seen", () => {
  const range = new RewardRange();
  expect(range.bounds).toBeNull();
  range.see([]);
  expect(range.bounds).toBeNull();
  range.see([2]);
  expect(range.bounds).toEqual([2, 2]);
  range.see(Float32Array.of(3, -0.5, 1));
  expect(range.bounds).toEqual([-0.5, 3]);
  range.see([0, 2]);
  expect(range.bounds).toEqual([-0.5, 3]);
});

it("goes on where it stood from what a checkpoint keeps of it, beside what it has seen by then", () => {
  const [before, after] = [new RewardRange(), new RewardRange()];
  before.see([4, -7, -2, 0]);
  after.see([5]);
  after.restore(before.bounds!);
  expect(after.bounds).toEqual([-7, 5]);
  after.restore([-8, 1]);
  expect(after.bounds).toEqual([-8, 5]);
});
