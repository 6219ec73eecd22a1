import { describe, expect, it } from "vitest";
import { UsageError } from "../errors.js";
import { box, dict, observationPartsOf, pixels, vectorOf } from "./spaces.js";

describe("a box", () => {
  it("has the same bounds for all entries, or one for each", () => {
    expect(box(2, -1, 3)).toEqual({ kind: "box", size: 2, low: Float32Array.of(-1, -1), high: Float32Array.of(3, 3) });
    expect(box(2, 0, [1, 2])).toMatchObject({ low: Float32Array.of(0, 0), high: Float32Array.of(1, 2) });
    expect(box([0, -5], [3.5, 40])).toMatchObject({ size: 2, low: Float32Array.of(0, -5) });
  });

  it("refuses bounds of another length", () => {
    expect(() => box([0, 0], [1])).toThrow(UsageError);
    expect(() => box(3, 0, [1, 2])).toThrow(
      "A box of 3 entries was given 2 bounds; give one number for all entries, or one for each.",
    );
  });
});

describe("a box that is none", () => {
  const call = (...given: readonly unknown[]) => (box as (...given: readonly unknown[]) => unknown)(...given);

  it.each([
    [
      [],
      /^The size of a box is undefined, not a whole number of 1 or more; write box\(size, low, high\), or box\(low,/,
    ],
    [[0, -1, 1], /^The size of a box is 0, /],
    [[2], /^A bound of a box is undefined; give one number for all entries, or a list with one for each\.$/],
    [[2, "ab", 3], /^A bound of a box is "ab"; give one number/],
    [[1, 5, 2], /^The bounds of a box are \[5, 2\] at index 0, .*; name the lower one first\.$/],
    [
      [
        [0, 4],
        [1, 3],
      ],
      /^The bounds of a box are \[4, 3\] at index 1, /,
    ],
    [[2, Number.NaN, 1], /^The bounds of a box are \[NaN, 1\] at index 0, /],
  ])("is refused: %j", (given, sentence) => {
    expect(() => call(...given)).toThrow(UsageError);
    expect(() => call(...given)).toThrow(sentence);
  });
});

describe("observations of several parts", () => {
  const space = dict({ state: box(4, -1, 1), image: pixels(48, 32) });

  it("have the columns of their parts; a vector is the part state", () => {
    expect(observationPartsOf(space)).toEqual({
      state: { type: "float32", shape: [4] },
      image: { type: "uint8", shape: [48, 32, 3] },
    });
    expect(observationPartsOf(box(3, 0, 1))).toEqual({ state: { type: "float32", shape: [3] } });
  });

  it("are no vectors", () => {
    expect(vectorOf(Float32Array.of(7))[0]).toBe(7);
    expect(() => vectorOf({ image: new Uint8Array(1) })).toThrow(UsageError);
  });
});
