/** What the operations compute at the places where mistakes hide: ties, corners, large numbers, broadcasts, axes. */
import { describe, expect, it } from "vitest";
import { evaluate, numbersOf } from "./evaluate.fixture.js";
import {
  add,
  argMax,
  broadcastShapes,
  clip,
  concat,
  constant,
  cos,
  div,
  expand,
  gather,
  greater,
  input,
  isPositive,
  less,
  logSumExp,
  matmul,
  maximum,
  mean,
  minimum,
  mul,
  relu,
  reshape,
  scatter,
  sigmoid,
  sign,
  slice,
  softmax,
  softplus,
  sub,
  sum,
  toFloat,
  where,
} from "./operations.js";

const x = input("x", [4]);
const grid = input("grid", [2, 3]);
const numbers = { grid: [1, 2, 3, 4, 5, 6] };
const indices = argMax(constant(Float32Array.of(0, 9, 0, 9, 0, 0), [2, 3]), 1); // [[1], [0]]

describe("element-wise operations", () => {
  it("are right at zero, at infinity and far from it", async () => {
    const given = { x: [-200, 0, 1e-37, 200] };
    expect(await numbersOf(isPositive(x), given)).toEqual([0, 0, 1, 1]);
    expect(await numbersOf(sign(x), given)).toEqual([-1, 0, 1, 1]);
    expect(await numbersOf(relu(x), given)).toEqual([0, 0, Math.fround(1e-37), 200]);
    expect(await numbersOf(sigmoid(x), { x: [0, 0, 0, 200] })).toEqual([0.5, 0.5, 0.5, 1]);
    const soft = await numbersOf(softplus(x), given);
    expect(soft[0]).toBe(0);
    expect(soft[1]).toBeCloseTo(Math.LN2, 7);
    expect(soft[3]).toBe(200);
    const waves = await numbersOf(cos(x), { x: [0, Math.PI / 3, -Math.PI / 2, Math.PI] });
    [1, 0.5, 0, -1].forEach((value, i) => {
      expect(waves[i]).toBeCloseTo(value, 6);
    });
    expect(await numbersOf(clip(x, -1, 1), given)).toEqual([-1, 0, Math.fround(1e-37), 1]);
    expect(await numbersOf(clip(x, -Infinity, Infinity), given)).toEqual(given.x.map(Math.fround));
  });

  it("take numbers for scalars, on either side", async () => {
    const given = { x: [1, 2, 4, 8] };
    expect(await numbersOf(sub(1, x), given)).toEqual([0, -1, -3, -7]);
    expect(await numbersOf(div(8, x), given)).toEqual([8, 4, 2, 1]);
    expect(await numbersOf(maximum(x, 3), given)).toEqual([3, 3, 4, 8]);
    expect(await numbersOf(minimum(3, x), given)).toEqual([1, 2, 3, 3]);
    expect(await numbersOf(where(greater(x, 2), x, -1), given)).toEqual([-1, -1, 4, 8]);
    expect(await numbersOf(where(less(x, 2), 0, x), given)).toEqual([0, 2, 4, 8]);
  });

  it("broadcast from the right, in both operands at once", async () => {
    const [column, row] = [constant(Float32Array.of(10, 20), [2, 1]), constant(Float32Array.of(1, 2, 3), [3])];
    expect(add(column, row).shape).toEqual([2, 3]);
    expect(await numbersOf(add(column, row))).toEqual([11, 12, 13, 21, 22, 23]);
    expect(await numbersOf(mul(grid, column), numbers)).toEqual([10, 20, 30, 80, 100, 120]);
    expect(await numbersOf(expand(column, [2, 2, 2]))).toEqual([10, 10, 20, 20, 10, 10, 20, 20]);
    expect(broadcastShapes([5, 1, 2], [3, 1])).toEqual([5, 3, 2]);
    expect(broadcastShapes([2, 3], [2])).toBeUndefined();
  });
});

describe("reductions", () => {
  it("sum and average over chosen axes, counted from the end if negative", async () => {
    const result = await evaluate(
      {
        all: sum(grid),
        rows: sum(grid, [1]),
        columns: sum(grid, [-2]),
        kept: sum(grid, [-1], true),
        mean: mean(grid, [0]),
      },
      numbers,
    );
    expect(result).toEqual({
      all: Float32Array.of(21),
      rows: Float32Array.of(6, 15),
      columns: Float32Array.of(5, 7, 9),
      kept: Float32Array.of(6, 15),
      mean: Float32Array.of(2.5, 3.5, 4.5),
    });
    expect(sum(grid, [-1], true).shape).toEqual([2, 1]);
    expect(sum(grid).shape).toEqual([]);
    expect(await numbersOf(mean(grid), numbers)).toEqual([3.5]);
  });

  it("logSumExp and softmax do not overflow, underflow or lose the largest value", async () => {
    const given = { x: [1000, 1000, -1000, -Infinity] };
    const [soft] = await numbersOf(logSumExp(x, 0), given);
    expect(soft).toBeCloseTo(1000 + Math.LN2, 3);
    expect(await numbersOf(logSumExp(x, 0), { x: [-5000, -5000, -5000, -5000] })).toEqual([
      Math.fround(-5000 + Math.log(4)),
    ]);
    expect(await numbersOf(softmax(x, 0), given)).toEqual([0.5, 0.5, 0, 0]);
  });

  it("argMax takes the first of equals; gather and scatter undo each other there", async () => {
    const tied = argMax(constant(Float32Array.of(1, 7, 7, 3, 3, 3), [2, 3]), 1);
    expect(tied.shape).toEqual([2, 1]);
    expect(await numbersOf(toFloat(tied))).toEqual([1, 0]);
    expect(await numbersOf(gather(grid, tied, 1), numbers)).toEqual([2, 4]);
    expect(await numbersOf(gather(grid, indices, 1), numbers)).toEqual([2, 4]);
    expect(await numbersOf(scatter(constant(Float32Array.of(8, 9), [2, 1]), indices, 1, [2, 3]))).toEqual([
      0, 8, 0, 9, 0, 0,
    ]);
  });
});

describe("shapes and products", () => {
  it("matmul multiplies either operand transposed", async () => {
    const a = Float32Array.of(1, 2, 3, 4, 5, 6);
    const product = [22, 28, 49, 64]; // [[1, 2, 3], [4, 5, 6]] · [[1, 2], [3, 4], [5, 6]]
    const transposed = Float32Array.of(1, 4, 2, 5, 3, 6);
    const transposedB = Float32Array.of(1, 3, 5, 2, 4, 6);
    for (const [transposeA, transposeB] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      const left = transposeA ? constant(transposed, [3, 2]) : constant(a, [2, 3]);
      const right = transposeB ? constant(transposedB, [2, 3]) : constant(a, [3, 2]);
      expect(await numbersOf(matmul(left, right, transposeA, transposeB))).toEqual(product);
    }
  });

  it("matmul multiplies a batch of matrices, and one matrix with each of a batch", async () => {
    const batch = constant(Float32Array.of(1, 0, 0, 1, 0, 2, 2, 0), [2, 2, 2]); // the identity; swap and double
    expect(await numbersOf(matmul(batch, batch))).toEqual([1, 0, 0, 1, 4, 0, 0, 4]);
    const rows = constant(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
    expect(await numbersOf(matmul(rows, batch))).toEqual([1, 2, 3, 4, 5, 6, 4, 2, 8, 6, 12, 10]);
    expect(await numbersOf(matmul(batch, rows, false, true))).toEqual([1, 3, 5, 2, 4, 6, 4, 8, 12, 2, 6, 10]);
    const skewed = constant(Float32Array.of(1, 2, 3, 4), [1, 2, 2]);
    expect(await numbersOf(matmul(skewed, skewed, true, false))).toEqual([10, 14, 14, 20]);
    expect(await numbersOf(matmul(skewed, skewed, true, true))).toEqual([7, 15, 10, 22]);
  });

  it("cut, join and reshape in row-major order", async () => {
    expect(await numbersOf(slice(grid, 1, 1, 3), numbers)).toEqual([2, 3, 5, 6]);
    expect(await numbersOf(slice(grid, -2, 1, 2), numbers)).toEqual([4, 5, 6]);
    expect(await numbersOf(concat([grid, mul(grid, -1)], 1), numbers)).toEqual([
      1, 2, 3, -1, -2, -3, 4, 5, 6, -4, -5, -6,
    ]);
    expect(await numbersOf(slice(reshape(grid, [3, 2]), 1, 0, 1), numbers)).toEqual([1, 3, 5]);
  });

  it("cost nothing where there is nothing to do", () => {
    expect(reshape(grid, [2, 3])).toBe(grid);
    expect(expand(grid, [2, 3])).toBe(grid);
    expect(slice(grid, 1, 0, 3)).toBe(grid);
    expect(concat([grid], 0)).toBe(grid);
    expect(sum(grid, [])).toBe(grid);
  });
});
