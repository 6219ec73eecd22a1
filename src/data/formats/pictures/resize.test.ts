/** Area averaging: exact where pixels are whole, weighted where they are cut, and never outside of what was there. */
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../../random.js";
import { Resizer } from "./resize.js";

function resized(picture: readonly number[], from: readonly [number, number, number], to: readonly [number, number]) {
  const target = new Uint8Array(to[0] * to[1] * from[2] + 2).fill(9);
  new Resizer(from, to).write(Uint8Array.from(picture), target, 1);
  expect([target[0], target.at(-1)]).toEqual([9, 9]);
  return Array.from(target.subarray(1, -1));
}

describe("a resized picture", () => {
  test("has the means of whole blocks", () => {
    const picture = [0, 10, 20, 30, 40, 50, 60, 70];
    expect(resized(picture, [2, 4, 1], [1, 2])).toEqual([25, 45]);
    expect(resized(picture, [2, 4, 1], [1, 1])).toEqual([35]);
    expect(resized(picture, [2, 2, 2], [1, 1])).toEqual([30, 40]);
  });

  test("counts cut pixels by the share that is covered", () => {
    // Three pixels on two: each takes one whole and half of the middle one.
    expect(resized([0, 90, 240], [1, 3, 1], [1, 2])).toEqual([30, 190]);
    expect(resized([0, 90, 240], [3, 1, 1], [2, 1])).toEqual([30, 190]);
  });

  test("repeats pixels where it grows by a whole factor, and is the same at its own size", () => {
    expect(resized([1, 2, 3, 4], [2, 2, 1], [4, 4])).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
    expect(resized([1, 2, 3, 4], [2, 2, 1], [2, 2])).toEqual([1, 2, 3, 4]);
  });

  test("keeps one colour, whatever the sizes, and the mean of all", () => {
    const random = new RandomStream(1, "resize");
    for (let i = 0; i < 50; i++) {
      const [height, width] = [1 + random.integer(40), 1 + random.integer(40)];
      const [down, across] = [1 + random.integer(40), 1 + random.integer(40)];
      const plain = new Array<number>(height * width * 3).fill(255);
      expect(resized(plain, [height, width, 3], [down, across]).every((value) => value === 255)).toBe(true);
      const noise = Array.from({ length: height * width }, () => random.integer(256));
      const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(Math.abs(mean(resized(noise, [height, width, 1], [down, across])) - mean(noise))).toBeLessThan(0.6);
    }
  });
});
