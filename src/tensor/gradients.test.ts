/**
 * Every operation, over random shapes and broadcasts: what ONNX Runtime computes is what plain JavaScript computes,
 * and its gradient is what central differences of the plain JavaScript say.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluate.fixture.js";
import { Draw, gradientCases } from "./gradient-cases.fixture.js";
import { gradients } from "./gradients.js";
import { constant, mul, sum } from "./operations.js";
import { centralDifferences, referenceValue } from "./reference.fixture.js";
import type { OperationKind, OperationOf, Tensor } from "./tensor.js";

/** Deviations are relative to the largest number of the compared array, or to 1. */
const TOLERANCE = 2e-6;
const RUNS = 6;
const CASES_PER_PROGRAM = 12;

const kinds = Object.keys(gradientCases) as OperationKind[];

describe("each operation's value and gradient", () => {
  it.each(kinds)("%s", async (kind) => {
    const programs = fc.asyncProperty(fc.gen(), async (generate) => {
      const draw = new Draw(generate);
      const expected: Record<string, readonly number[]> = {};
      const outputs: Record<string, Tensor> = {};
      for (let i = 0; i < CASES_PER_PROGRAM; i++) {
        const before = draw.inputs.length;
        const value = gradientCases[kind](draw);
        const loss = sum(mul(value, constant(draw.numbers(value.shape), value.shape)));
        const inputs = draw.inputs.slice(before);
        outputs[`case ${i}: value`] = mul(value, 1);
        expected[`case ${i}: value`] = referenceValue(value, draw.values);
        gradients(loss, inputs).forEach((gradient, j) => {
          const { name } = inputs[j]!.operation as OperationOf<"input">;
          expect(gradient.shape).toEqual(inputs[j]!.shape);
          outputs[`case ${i}: gradient ${name}`] = gradient;
          expected[`case ${i}: gradient ${name}`] = centralDifferences(loss, name, draw.values);
        });
      }
      const computed = await evaluate(outputs, draw.values);
      for (const [name, values] of Object.entries(expected)) {
        expect(deviation(computed[name]!, values), `${name}: [${computed[name]}] for [${values}]`).toBeLessThan(
          TOLERANCE,
        );
      }
    });
    await fc.assert(programs, { numRuns: RUNS, seed: 20231206 });
  });
});

function deviation(computed: Float32Array, expected: readonly number[]): number {
  if (computed.length !== expected.length) return Number.POSITIVE_INFINITY;
  const scale = Math.max(1, ...expected.map(Math.abs));
  return Math.max(0, ...expected.map((x, i) => Math.abs(x - computed[i]!) / scale));
}
