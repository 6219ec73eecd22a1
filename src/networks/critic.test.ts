/** Critics: rows of observations beside actions, stacked perceptrons, and walking a batch in blocks. */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { evaluate, gradientsOf, numbersOf } from "../tensor/evaluate.fixture.js";
import { input, mul, reshape, square } from "../tensor/operations.js";
import type { Tensor } from "../tensor/tensor.js";
import { inRowBlocks } from "./blocks.js";
import { actionValues, declareCritics, minimumOverCritics, stateActionRows } from "./critic.js";
import { perceptron, perceptronSize, stackedNumbers } from "./perceptron.fixture.js";

const shape = { observationSize: 2, actionSize: 1, hidden: [7, 5], count: 3 };
const sizes = [3, 7, 5, 1];

function normal(length: number, seed: number): Float32Array {
  const values = new Float32Array(length);
  new RandomStream(seed).fillNormal(values);
  return values;
}

describe("stateActionRows", () => {
  it("puts every observation beside each of its actions", async () => {
    const rows = stateActionRows(input("observations", [2, 2]), input("actions", [2, 3, 1]));
    expect(rows.shape).toEqual([6, 3]);
    expect(await numbersOf(rows, { observations: [1, 2, 3, 4], actions: [10, 20, 30, 40, 50, 60] })).toEqual(
      [
        [1, 2, 10],
        [1, 2, 20],
        [1, 2, 30],
        [3, 4, 40],
        [3, 4, 50],
        [3, 4, 60],
      ].flat(),
    );
  });
});

describe("critics", () => {
  const rows = normal(4 * 3, 3);
  const plainRows = [0, 1, 2, 3].map((i) => Array.from(rows.slice(3 * i, 3 * i + 3)));
  const tensor = input("rows", [4, 3]);
  const own = [0, 1, 2].map((i) => normal(perceptronSize(sizes), 20 + i));

  it("compute what plain perceptrons compute, each with its own numbers", async () => {
    const ensemble = declareCritics("critics", shape, new RandomStream(1));
    const critics = stackedNumbers(own, sizes);
    expect(ensemble.parameters.flat.shape).toEqual([critics.length]);
    const { values } = await evaluate({ values: actionValues(ensemble, tensor) }, { rows, critics });
    own.forEach((numbers, i) => {
      perceptron(numbers, sizes, plainRows).forEach(([expected], row) => {
        expect(values[4 * i + row]).toBeCloseTo(expected!, 4);
      });
    });
    const smallest = await numbersOf(minimumOverCritics(actionValues(ensemble, tensor)), { rows, critics });
    smallest.forEach((value, row) => {
      expect(value).toBe(Math.min(...[0, 1, 2].map((i) => values[4 * i + row]!)));
    });
  });

  it("are picked by a selection to the bit, in its order", async () => {
    const ensemble = declareCritics("critics", shape, new RandomStream(1));
    const selection = input("selection", [2, 3]);
    const outputs = { all: actionValues(ensemble, tensor), some: actionValues(ensemble.select(selection), tensor) };
    const given = { rows, critics: stackedNumbers(own, sizes), selection: [0, 0, 1, 1, 0, 0] };
    const { all, some } = await evaluate(outputs, given);
    expect(some).toEqual(Float32Array.of(...all.slice(8, 12), ...all.slice(0, 4)));
  });

  it("normalise their layers on request", async () => {
    const ensemble = declareCritics("critics", { ...shape, count: 2, layerNorm: true }, new RandomStream(1));
    const options = { layerNorm: true };
    const numbers = [30, 31].map((seed) => normal(perceptronSize(sizes, options), seed));
    const critics = stackedNumbers(numbers, sizes, options);
    expect(ensemble.parameters.flat.shape).toEqual([critics.length]);
    const { values } = await evaluate({ values: actionValues(ensemble, tensor) }, { rows, critics });
    numbers.forEach((own, i) => {
      perceptron(own, sizes, plainRows, options).forEach(([expected], row) => {
        expect(values[4 * i + row]).toBeCloseTo(expected!, 4);
      });
    });
  });

  it("start apart from each other, and alike in two ensembles from streams in one state", () => {
    const first = declareCritics("critics", shape, new RandomStream(5)).parameters.initial;
    expect(declareCritics("targetCritics", shape, new RandomStream(5)).parameters.initial).toEqual(first);
    const kernel = sizes[0]! * sizes[1]!;
    expect(first.slice(0, kernel)).not.toEqual(first.slice(kernel, 2 * kernel));
  });
});

describe("inRowBlocks", () => {
  const ensemble = declareCritics("critics", { ...shape, count: 1 }, new RandomStream(1));
  const critic = { values: (x: Tensor) => reshape(actionValues(ensemble, x), [x.shape[0]!]) };
  const kernel = input("kernel", [3, 1]);
  const rows = input("rows", [7, 3]);
  const given = { rows: normal(21, 4), kernel: [0.5, -1, 2], critics: normal(perceptronSize(sizes), 6) };
  const valuesInBlocks = (size: number) =>
    inRowBlocks(7, size, (take) => ({ values: critic.values(take(rows)), squares: square(take(rows)) }));

  it.each([1, 2, 3, 6, 7, 100])("of at most %i rows gives the rows of the whole, in order", async (size) => {
    const whole = await evaluate({ values: critic.values(rows), squares: square(rows) }, given);
    const blocks = valuesInBlocks(size);
    expect(blocks.squares.shape).toEqual([7, 3]);
    const computed = await evaluate(blocks, given);
    expect(computed.squares).toEqual(whole.squares);
    whole.values.forEach((value, i) => {
      expect(computed.values[i]).toBeCloseTo(value, 5);
    });
  });

  it("joins along the dimension that counts the rows", async () => {
    const numbers = [1, 2, 3, 4, 5, 6];
    const x = input("x", [3, 2]);
    const transposed = inRowBlocks(3, 2, (take) => ({ y: reshape(take(x), [1, take(x).shape[0]!, 2]) }), 1);
    expect(transposed.y.shape).toEqual([1, 3, 2]);
    expect(await numbersOf(transposed.y, { x: numbers })).toEqual(numbers);
  });

  it("gives the gradients of the whole", async () => {
    const weights = mul(input("weights", [7]), 1);
    const data = { ...given, weights: [1, -2, 3, 0, 5, -6, 7] };
    const [whole] = await gradientsOf(critic.values(rows), [rows], data, weights);
    const [blocks] = await gradientsOf(valuesInBlocks(3).values, [rows], data, weights);
    expect(whole!.some((x) => Math.abs(x) > 0.1)).toBe(true);
    whole!.forEach((value, i) => {
      expect(blocks![i]).toBeCloseTo(value, 4);
    });
    expect(await gradientsOf(valuesInBlocks(3).values, [kernel], data)).toEqual([[0, 0, 0]]);
  });
});
