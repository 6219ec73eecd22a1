/** How gradients are chained: where they stop, where they add up, who gets them at a tie, and whom they do not reach. */
import { describe, expect, it } from "vitest";
import { gradientsOf, numbersOf } from "./evaluate.fixture.js";
import { gradients } from "./gradients.js";
import {
  add,
  clip,
  constant,
  exp,
  greater,
  input,
  isPositive,
  less,
  log,
  logSumExp,
  matmul,
  maximum,
  minimum,
  mul,
  relu,
  sign,
  softmax,
  softplus,
  square,
  stopGradient,
  sub,
  sum,
  tanh,
  where,
} from "./operations.js";
import { centralDifferences } from "./reference.fixture.js";

const x = input("x", [3]);
const y = input("y", [3]);
const values = { x: [1, -2, 3], y: [4, 5, 6] };

describe("gradients", () => {
  it("stop at stopGradient, which keeps the value", async () => {
    const frozen = mul(stopGradient(square(x)), x);
    expect(await numbersOf(frozen, values)).toEqual([1, -8, 27]);
    expect(await gradientsOf(frozen, [x], values)).toEqual([[1, 4, 9]]); // not 3·x^2
    expect(await gradientsOf(stopGradient(x), [x], values)).toEqual([[0, 0, 0]]);
  });

  it("add up where a tensor is used more than once", async () => {
    expect(await gradientsOf(add(mul(x, x), add(x, mul(x, 5))), [x], values)).toEqual([[8, 2, 12]]);
    expect(await gradientsOf(mul(x, y), [x, y], values)).toEqual([values.y, values.x]);
    expect(await gradientsOf(sub(x, x), [x], values)).toEqual([[0, 0, 0]]);
  });

  it("are zeros of the right shape for what the loss does not depend on", async () => {
    const [kernel, scalar, single] = [input("k", [2, 3]), input("s", []), input("one", [1, 1])];
    const result = gradients(sum(x), [kernel, scalar, single]);
    expect(result.map((gradient) => gradient.shape)).toEqual([[2, 3], [], [1, 1]]);
    expect(await gradientsOf(x, [kernel, scalar, single, x], values)).toEqual([
      [0, 0, 0, 0, 0, 0],
      [0],
      [0],
      [1, 1, 1],
    ]);
  });

  it("are 1 for the loss itself and may be taken at a tensor in the middle", async () => {
    const middle = square(x);
    const loss = sum(mul(middle, y));
    expect(await gradientsOf(loss, [loss, middle, x], values)).toEqual([[1], [4, 5, 6], [8, -20, 36]]);
  });

  it("are zero through comparisons, signs and steps, and through conditions", async () => {
    const shifted = { x: [1, -2, 3], y: [2, -3, 4] };
    for (const flat of [sign(x), isPositive(x), where(greater(x, y), 1, 0), where(less(x, y), 1, 0)]) {
      expect(await gradientsOf(flat, [x, y], shifted)).toEqual([
        [0, 0, 0],
        [0, 0, 0],
      ]);
    }
    const chosen = where(greater(x, 0), mul(x, 2), y);
    expect(await gradientsOf(chosen, [x, y], shifted)).toEqual([
      [2, 0, 2],
      [0, 1, 0],
    ]);
  });

  it("go to the second operand at a tie, to no operand at the rectifier's corner, and inside at a clip's bounds", async () => {
    const equal = { x: [1, 1, 1], y: [1, 1, 1] };
    for (const tied of [maximum(x, y), minimum(x, y)]) {
      expect(await gradientsOf(tied, [x, y], equal)).toEqual([
        [0, 0, 0],
        [1, 1, 1],
      ]);
    }
    expect(await gradientsOf(relu(x), [x], { x: [0, -0, 1e-30] })).toEqual([[0, 0, 1]]);
    expect(await gradientsOf(clip(x, -1, 1), [x], { x: [-1, 1, 1.001] })).toEqual([[1, 1, 0]]);
  });

  it("stay finite and right where naive formulas overflow", async () => {
    const large = { x: [1000, 999, -1000] };
    const [p, q] = [Math.E / (1 + Math.E), 1 / (1 + Math.E)];
    const [ofSum] = await gradientsOf(logSumExp(x, 0), [x], large);
    expect(ofSum![0]).toBeCloseTo(p, 6);
    expect(ofSum![1]).toBeCloseTo(q, 6);
    expect(ofSum![2]).toBe(0);
    const [ofSoftmax] = await gradientsOf(softmax(x, 0), [x], large, constant(Float32Array.of(1, 0, 0), [3]));
    expect(ofSoftmax![0]).toBeCloseTo(p * q, 6);
    expect(ofSoftmax![1]).toBeCloseTo(-p * q, 6);
    expect(await gradientsOf(softplus(x), [x], { x: [200, -200, 0] })).toEqual([[1, 0, 0.5]]);
    expect(await gradientsOf(maximum(x, y), [x], { x: [1, 2, 3], y: [-Infinity, Infinity, -Infinity] })).toEqual([
      [1, 0, 1],
    ]);
  });

  it("follow the chain rule through a small network", async () => {
    const [rows, kernel, bias] = [input("rows", [3, 2]), input("kernel", [2, 3]), input("bias", [3])];
    const hidden = tanh(add(matmul(rows, kernel), bias));
    const loss = sum(log(add(logSumExp(mul(hidden, exp(bias)), 1), 2)));
    const given = {
      rows: [0.3, -0.2, 0.8, 0.4, -0.6, 0.1],
      kernel: [0.5, -0.4, 0.3, 0.2, 0.7, -0.9],
      bias: [0.1, -0.1, 0.2],
    };
    const computed = await gradientsOf(loss, [rows, kernel, bias], given);
    ["rows", "kernel", "bias"].forEach((name, i) => {
      const expected = centralDifferences(loss, name, given);
      expect(computed[i]!.length).toBe(expected.length);
      expected.forEach((value, j) => {
        expect(computed[i]![j]).toBeCloseTo(value, 6);
      });
    });
  });
});
