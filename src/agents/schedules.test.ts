/** Schedules at their ends, in between, and beyond. */
import { describe, expect, it } from "vitest";
import { numbersOf } from "../tensor/evaluate.fixture.js";
import { input } from "../tensor/operations.js";
import type { Tensor } from "../tensor/tensor.js";
import { cosineDecay, exponentialDecay, linearDecay, progress } from "./schedules.js";

const updates = input("updates", [7]);
const done = progress(updates, 100, 400);
const valuesOf = (tensor: Tensor) => numbersOf(tensor, { updates: [0, 100, 200, 300, 400, 500, 1e6] });

describe("a schedule", () => {
  it.each([
    ["progress", done, [0, 0, 0.25, 0.5, 0.75, 1, 1]],
    ["cosineDecay", cosineDecay(done), [1, 1, 0.5 + Math.SQRT1_2 / 2, 0.5, 0.5 - Math.SQRT1_2 / 2, 0, 0]],
    ["linearDecay", linearDecay(done, 0.2), [1, 1, 0.8, 0.6, 0.4, 0.2, 0.2]],
    ["exponentialDecay", exponentialDecay(done, 1 / 16), [1, 1, 0.5, 0.25, 0.125, 0.0625, 0.0625]],
  ] as const)("%s goes from its start to its end and stays", async (_, schedule, expected) => {
    const values = await valuesOf(schedule);
    expected.forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 6);
    });
  });
});
