/** The plain Gaussian policy: its density, its samples, its bounds, and what an exported file of it answers. */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { evaluate, gradientsOf } from "../tensor/evaluate.fixture.js";
import { input } from "../tensor/operations.js";
import { gaussianPolicy, normalActions, normalLogProbability } from "./gaussian.js";
import { perceptron, perceptronSize } from "./perceptron.fixture.js";

const distribution = { mean: input("mean", [2, 2]), logStd: input("logStd", [2]) };
const [mean, logStd] = [
  [0.3, -0.8, 1.2, 0],
  [-0.5, 0.2],
];

/** The normal density, written out. */
function density(x: number, m: number, std: number): number {
  return Math.exp(-0.5 * ((x - m) / std) ** 2) / (std * Math.sqrt(2 * Math.PI));
}

describe("normalLogProbability", () => {
  it("is the sum of the logarithms of the normal densities, at the box's bounds and outside too", async () => {
    const actions = [0.1, -1, 1, 1.5];
    const { value } = await evaluate(
      { value: normalLogProbability(distribution, input("actions", [2, 2])) },
      { mean, logStd, actions },
    );
    [0, 1].forEach((row) => {
      const logs = [0, 1].map((j) =>
        Math.log(density(actions[2 * row + j]!, mean[2 * row + j]!, Math.exp(logStd[j]!))),
      );
      expect(value[row]).toBeCloseTo(logs[0]! + logs[1]!, 5);
    });
  });
});

describe("normalActions", () => {
  it("are mean + std·noise inside the box", async () => {
    const noise = [0.5, 1, 3, -2];
    const { value } = await evaluate(
      { value: normalActions(distribution, input("noise", [2, 2])) },
      { mean, logStd, noise },
    );
    noise.forEach((z, i) => {
      const free = mean[i]! + Math.exp(logStd[i % 2]!) * z;
      expect(value[i]).toBeCloseTo(Math.min(Math.max(free, -1), 1), 6);
    });
  });
});

describe("gaussianPolicy", () => {
  const shape = { observationSize: 3, actionSize: 2, hidden: [5], logStdRange: [-1, 0.5] as const };
  const sizes = [3, 5, 2];
  const observations = input("observations", [4, 3]);
  const actor = new Float32Array(perceptronSize(sizes) + 2);
  const rows = new Float32Array(12);
  new RandomStream(1).fillNormal(actor);
  new RandomStream(2).fillNormal(rows);
  actor.set([-3, 0.25], perceptronSize(sizes)); // the first is below its bound

  it.each([true, false])(
    "has the perceptron's output as its mean, squashed: %s, and one bounded deviation",
    async (squashedMean) => {
      const policy = gaussianPolicy("actor", { ...shape, squashedMean }, new RandomStream(3));
      const outputs = policy.outputs(observations, policy.parameters.members);
      const given = await evaluate(outputs, { observations: rows, actor });
      const plain = perceptron(
        actor,
        sizes,
        [0, 1, 2, 3].map((i) => [...rows.slice(3 * i, 3 * i + 3)]),
      ).flat();
      plain.forEach((output, i) => {
        const expected = squashedMean ? Math.tanh(output) : output;
        expect(given.mean![i]).toBeCloseTo(expected, 5);
        expect(given.actions![i]).toBeCloseTo(Math.min(Math.max(expected, -1), 1), 5);
      });
      expect([...given.logStd!]).toEqual([-1, 0.25, -1, 0.25, -1, 0.25, -1, 0.25]);
      expect(plain.some((output) => Math.abs(output) > 1)).toBe(true);
    },
  );

  it("begins with a deviation of one", () => {
    const { initial } = gaussianPolicy("actor", { ...shape, squashedMean: true }, new RandomStream(3)).parameters;
    expect([...initial.slice(-2)]).toEqual([0, 0]);
  });

  it("lets a log deviation beyond its bounds learn nothing", async () => {
    const policy = gaussianPolicy("actor", { ...shape, squashedMean: true }, new RandomStream(3));
    const logPi = normalLogProbability(policy.distribution(observations), input("actions", [4, 2]));
    const given = { observations: rows, actor, actions: new Float32Array(8).fill(0.9) };
    const [gradient] = await gradientsOf(logPi, [policy.parameters.flat], given);
    expect(gradient!.at(-2)).toBe(0);
    expect(Math.abs(gradient!.at(-1)!)).toBeGreaterThan(0.01);
  });
});
