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
