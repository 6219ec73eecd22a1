/** The share of a second policy, and what takes it back: when it is worse, and seldom when it is not. */
import { expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { Guard, isInShare } from "./guard.js";

/** The number of the second policy's episodes after which the share went back; undefined if it did not. */
function stopsAfter(seed: number, less: number, episodes: number): number | undefined {
  const guard = new Guard();
  const random = new RandomStream(seed, "returns");
  for (let i = 1; i <= episodes; i++) {
    for (let k = 0; k < 4; k++) guard.add(random.normal(), "first");
    if (guard.add(random.normal() - less, "second")) return i;
  }
  return undefined;
}

it("a name is always in the share or never, and so are as many as were told", () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `session-${i}`);
  for (const share of [0, 0.05, 0.5, 1]) {
    const inside = names.filter((name) => isInShare(name, share)).length / names.length;
    expect(Math.abs(inside - share)).toBeLessThan(0.011);
  }
  expect(names.filter((name) => isInShare(name, 0.05) && !isInShare(name, 0.06))).toEqual([]);
});

it("of 40 second policies that are as good, at most 2 lose their share within 113 episodes", () => {
  const lost = Array.from({ length: 40 }, (_, seed) => stopsAfter(seed, 0, 113)).filter((at) => at !== undefined);
  expect(lost.length).toBeLessThanOrEqual(2);
});

it("one that earns a deviation less loses it within 75 episodes, one that earns half of one within 255", () => {
  for (let seed = 0; seed < 5; seed++) {
    expect(stopsAfter(seed, 1, 75)).toBeGreaterThanOrEqual(50);
    expect(stopsAfter(seed, 0.5, 255) ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(255);
  }
});

it("one that earns more keeps it, and the guard says by how much", () => {
  const guard = new Guard();
  const random = new RandomStream(5);
  for (let i = 0; i < 200; i++) {
    guard.add(random.normal(), "first");
    expect(guard.add(random.normal() + 2, "second")).toBeUndefined();
  }
  const { low, value, high } = guard.difference!;
  expect(low).toBeGreaterThan(1);
  expect(value).toBeCloseTo(2, 0);
  expect(high).toBeLessThan(3);
});
