/** Values of all actions, looking them up, and the policy that takes the best or, as often as it should, any. */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { evaluate, gradientsOf, numbersOf } from "../tensor/evaluate.fixture.js";
import { constant, input } from "../tensor/operations.js";
import { declareDiscreteCritics, greedyActions, greedyPolicy, isAction, valuesWhere } from "./discrete.js";
import { perceptron, perceptronSize, stackedNumbers } from "./perceptron.fixture.js";

const table = constant(Float32Array.of(1, 5, 2, 4, 4, 0, 7, 1, 2, 4, 4, 9), [2, 2, 3]); // 2 critics, 2 states, 3 actions

describe("looking up values", () => {
  const taken = isAction(constant(Float32Array.of(2, 0), [2, 1]), 3);

  it("finds the value of each row's action for every critic", async () => {
    expect(await numbersOf(valuesWhere(taken, table))).toEqual([2, 4, 2, 4]);
  });

  it("lets the gradient through at that place and nowhere else", async () => {
    const values = input("values", [2, 2, 3]);
    const weights = constant(Float32Array.of(1, 2, 3, 4), [2, 2]);
    const [gradient] = await gradientsOf(
      valuesWhere(taken, values),
      [values],
      { values: new Float32Array(12) },
      weights,
    );
    expect(gradient).toEqual([0, 0, 1, 2, 0, 0, 0, 0, 3, 4, 0, 0]);
  });

  it("takes the best by the mean of the critics, of equals the first", async () => {
    expect(await numbersOf(greedyActions(table))).toEqual([0, 2]); // means [4, 3, 2] and [4, 4, 4.5]
    expect(await numbersOf(greedyActions(constant(Float32Array.of(1, 3, 3), [1, 1, 3])))).toEqual([1]);
  });
});

const shape = { observationSize: 2, actions: 3, hidden: [7, 5], count: 2 };
const sizes = [2, 7, 5, 3];

describe("declareDiscreteCritics", () => {
  it("computes what plain perceptrons compute, one output an action", async () => {
    const critics = declareDiscreteCritics("critics", shape, new RandomStream(1));
    const networks = [2, 3].map((seed) => normal(perceptronSize(sizes), seed));
    const observations = normal(8, 4);
    const given = { critics: stackedNumbers(networks, sizes), observations };
    const { values } = await evaluate({ values: critics.forward(input("observations", [4, 2])) }, given);
    const rows = [0, 1, 2, 3].map((i) => Array.from(observations.slice(2 * i, 2 * i + 2)));
    const expected = networks.flatMap((network) => perceptron(network, sizes, rows).flat());
    expect(values.length).toBe(24);
    expected.forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 4);
    });
  });
});

describe("greedyPolicy", () => {
  const critics = declareDiscreteCritics("critics", shape, new RandomStream(1));
  const numbers = normal(2 * perceptronSize(sizes), 5);
  const ROWS = 20_000;
  const observations = input("observations", [ROWS, 2]);
  const seen = normal(2 * ROWS, 6);

  /** The actions of an exploring policy beside the greedy ones. */
  async function act(epsilon: number, draws: Float32Array) {
    const policy = greedyPolicy(critics, 3, epsilon);
    expect(policy.noiseSize).toBe(5);
    const outputs = {
      actions: policy.act(observations, input("noise", [ROWS, 5])),
      greedy: greedyActions(critics.forward(observations)),
    };
    return evaluate(outputs, { observations: seen, noise: draws, critics: numbers });
  }

  it.each([0, 0.05, 0.5, 1])("does not explore without noise, epsilon %d", async (epsilon) => {
    const { actions, greedy } = await act(epsilon, new Float32Array(5 * ROWS));
    expect(actions).toEqual(greedy);
    expect(new Set(greedy)).toEqual(new Set([0, 1, 2]));
  });

  it.each([0, 0.05, 0.3, 1])("takes any action, equally likely, in a share of %d", async (epsilon) => {
    const { actions, greedy } = await act(epsilon, normal(5 * ROWS, 7));
    const shareOf = (matches: (action: number, i: number) => boolean) => actions.filter(matches).length / ROWS;
    // Of the explored ones a third is the greedy one; five standard errors.
    const tolerance = 5 * Math.sqrt((epsilon * (1 - epsilon / 2)) / ROWS);
    expect(Math.abs(shareOf((action, i) => action !== greedy[i]) - (2 / 3) * epsilon)).toBeLessThanOrEqual(tolerance);
    for (const step of [1, 2]) {
      const share = shareOf((action, i) => action === (greedy[i]! + step) % 3);
      expect(Math.abs(share - epsilon / 3)).toBeLessThanOrEqual(tolerance);
    }
  });
});

function normal(length: number, seed: number): Float32Array {
  const values = new Float32Array(length);
  new RandomStream(seed).fillNormal(values);
  return values;
}
