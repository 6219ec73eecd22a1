/** Critics: rows of observations beside actions, the perceptron itself, ensembles, and walking a batch in blocks. */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { evaluate, gradientsOf, numbersOf } from "../tensor/evaluate.fixture.js";
import { input, mul, square } from "../tensor/operations.js";
import { inRowBlocks } from "./blocks.js";
import { criticEnsemble, stateActionRows } from "./critic.js";
import { perceptron, perceptronSize } from "./perceptron.fixture.js";

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

describe("criticEnsemble", () => {
  it("computes what a plain perceptron computes, each member from its own part of the state", async () => {
    const { members, parameters } = criticEnsemble("critics", shape, new RandomStream(1));
    const critics = normal(3 * perceptronSize(sizes), 2);
    expect(parameters.flat.shape).toEqual([critics.length]);
    const rows = normal(4 * 3, 3);
    const tensor = input("rows", [4, 3]);
    const outputs = Object.fromEntries(members.map((critic) => [critic.name, critic.values(tensor)]));
    const values = await evaluate(outputs, { rows, critics });
    const plainRows = [0, 1, 2, 3].map((i) => Array.from(rows.slice(3 * i, 3 * i + 3)));
    members.forEach(({ name }, i) => {
      const own = critics.slice(i * perceptronSize(sizes));
      perceptron(own, sizes, plainRows).forEach(([expected], row) => {
        expect(values[name]![row]).toBeCloseTo(expected!, 4);
      });
    });
  });

  it("has members that start apart, and ensembles that start alike from streams in one state", () => {
    const first = criticEnsemble("critics", shape, new RandomStream(5)).parameters.initial;
    expect(criticEnsemble("targetCritics", shape, new RandomStream(5)).parameters.initial).toEqual(first);
    const size = perceptronSize(sizes);
    expect(first.slice(0, size)).not.toEqual(first.slice(size, 2 * size));
  });
});

describe("inRowBlocks", () => {
  const critic = criticEnsemble("critics", { ...shape, count: 1 }, new RandomStream(1)).members[0]!;
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
