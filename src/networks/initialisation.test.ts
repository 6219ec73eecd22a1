/** First values: the shorter side of a kernel is orthonormal times the gain, and networks get the gains of the paper. */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { orthogonal } from "./initialisation.js";
import { mlpParameters } from "./mlp.js";

/** The products of all pairs of columns (or of rows) of a row-major kernel. */
function gram(kernel: Float32Array, rows: number, columns: number, of: "rows" | "columns"): number[][] {
  const count = of === "rows" ? rows : columns;
  const entry = (vector: number, i: number) => kernel[of === "rows" ? vector * columns + i : i * columns + vector]!;
  const length = kernel.length / count;
  const dot = (a: number, b: number) =>
    Array.from({ length }, (_, i) => entry(a, i) * entry(b, i)).reduce((total, x) => total + x, 0);
  return Array.from({ length: count }, (_, a) => Array.from({ length: count }, (_, b) => dot(a, b)));
}

function expectScaledIdentity(products: readonly number[][], scale: number): void {
  const deviations = products.flatMap((row, i) => row.map((value, j) => Math.abs(value - (i === j ? scale : 0))));
  expect(Math.max(...deviations)).toBeLessThan(1e-6);
}

describe("orthogonal kernels", () => {
  it.each([
    [37, 8, "columns"],
    [8, 37, "rows"],
    [16, 16, "columns"],
    [16, 16, "rows"],
    [128, 128, "rows"],
    [5, 1, "columns"],
    [1, 5, "rows"],
  ] as const)("%i x %i: %s are orthonormal times the gain", (rows, columns, of) => {
    const kernel = orthogonal(rows, columns, Math.SQRT2, new RandomStream(1));
    expectScaledIdentity(gram(kernel, rows, columns, of), 2);
  });

  it("point in random directions: signs differ and another seed gives another kernel", () => {
    const kernel = orthogonal(64, 64, 1, new RandomStream(3));
    expect(Math.abs(kernel.reduce((total, x) => total + x, 0))).toBeLessThan(5 * 8); // five standard deviations
    expect(kernel.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0)).toBeLessThan(0.8);
    expect(orthogonal(64, 64, 1, new RandomStream(4))).not.toEqual(kernel);
    expect(orthogonal(64, 64, 1, new RandomStream(3))).toEqual(kernel);
  });
});

describe("a perceptron's first values", () => {
  it("have gain sqrt(2) in hidden layers, 1e-2 in the last, and zero biases", () => {
    const definitions = mlpParameters("net", [6, 4, 3, 2], new RandomStream(0));
    expect(definitions.map(({ name, shape }) => [name, shape])).toEqual([
      ["net/layer0/kernel", [6, 4]],
      ["net/layer0/bias", [4]],
      ["net/layer1/kernel", [4, 3]],
      ["net/layer1/bias", [3]],
      ["net/layer2/kernel", [3, 2]],
      ["net/layer2/bias", [2]],
    ]);
    const scales = [2, 2, 1e-4];
    scales.forEach((scale, layer) => {
      const { initial, shape } = definitions[2 * layer]!;
      expectScaledIdentity(gram(initial, shape[0]!, shape[1]!, "columns"), scale);
      expect(gram(initial, shape[0]!, shape[1]!, "columns")[0]![0]! / scale).toBeCloseTo(1, 5);
      expect(definitions[2 * layer + 1]!.initial.every((bias) => bias === 0)).toBe(true);
    });
  });
});
