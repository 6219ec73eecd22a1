/** The squashed normal policy: its density integrates to one, its samples and log-probabilities belong together. */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { evaluate, gradientsOf } from "../tensor/evaluate.fixture.js";
import { constant, input, slice } from "../tensor/operations.js";
import { logProbability, sample, tanhGaussianPolicy } from "./tanh-gaussian.js";

/** The density of a = tanh(u), u ~ N(mean, std), by the change of variables written out for `a`. */
function densityOf(action: number, mean: number, std: number): number {
  const u = Math.atanh(action);
  const normal = Math.exp(-0.5 * ((u - mean) / std) ** 2) / (std * Math.sqrt(2 * Math.PI));
  return normal / (1 - action * action);
}

async function draw(mean: number[], logStd: number[], noise: number[], n = 1) {
  const [batch, size] = [mean.length / 2, 2];
  const distribution = { mean: input("mean", [batch, size]), logStd: input("logStd", [batch, size]) };
  const shape = n === 1 ? [batch, size] : [batch, n, size];
  return evaluate({ ...sample(distribution, input("noise", shape)) }, { mean, logStd, noise });
}

describe("sample", () => {
  const [mean, logStd] = [
    [0.3, -0.8, 1.2, 0],
    [-0.5, 0.2, -1, 0.4],
  ];

  it("gives tanh(mean + std·noise) and the logarithm of the density there, summed over the dimensions", async () => {
    const noise = [0.4, -1.1, -2, 0.7];
    const { actions, logProbabilities } = await draw(mean, logStd, noise);
    const exact = noise.map((z, i) => Math.tanh(mean[i]! + Math.exp(logStd[i]!) * z));
    exact.forEach((action, i) => {
      expect(actions[i]).toBeCloseTo(action, 6);
    });
    for (const row of [0, 1]) {
      const logs = [0, 1]
        .map((j) => 2 * row + j)
        .map((i) => Math.log(densityOf(exact[i]!, mean[i]!, Math.exp(logStd[i]!))));
      expect(logProbabilities[row]).toBeCloseTo(logs[0]! + logs[1]!, 5);
    }
  });

  it("gives a density that integrates to one over the box", async () => {
    // The integral of the density over a in (-1, 1)^2 along a grid of noise: da = (1 - a^2)·std·dz in each dimension.
    const cells = 60;
    const grid = Array.from({ length: cells }, (_, i) => -6 + (12 * (i + 0.5)) / cells);
    const noise = grid.flatMap((x) => grid.flatMap((y) => [x, y]));
    const repeated = (values: number[]) => noise.map((_, i) => values[i % 2]!);
    const { actions, logProbabilities } = await draw(repeated(mean.slice(0, 2)), repeated(logStd.slice(0, 2)), noise);
    const stds = logStd.slice(0, 2).map(Math.exp);
    let total = 0;
    logProbabilities.forEach((log, i) => {
      const [a, b] = [actions[2 * i]!, actions[2 * i + 1]!];
      total += Math.exp(log) * (1 - a * a) * (1 - b * b) * stds[0]! * stds[1]! * (12 / cells) ** 2;
    });
    expect(total).toBeCloseTo(1, 3);
  });

  it("stays finite and right where tanh has saturated", async () => {
    const { actions, logProbabilities } = await draw([15, -15], [0, 0], [0, 0]);
    expect([...actions]).toEqual([1, -1]);
    // 1 - tanh(u)^2 = 4·exp(-2|u|) to all digits at |u| = 15.
    const exact = 2 * (-0.5 * Math.log(2 * Math.PI) - (Math.log(4) - 30));
    expect(logProbabilities[0]).toBeCloseTo(exact, 3);
  });

  it("draws several actions a state in the order [batch, n, action]", async () => {
    const noise = Array.from({ length: 12 }, (_, i) => Math.sin(i + 1));
    const many = await draw(mean, logStd, noise, 3);
    expect(many.logProbabilities).toHaveLength(6);
    for (let k = 0; k < 3; k++) {
      const own = [noise[2 * k]!, noise[2 * k + 1]!, noise[6 + 2 * k]!, noise[7 + 2 * k]!];
      const one = await draw(mean, logStd, own);
      expect([many.actions[2 * k], many.actions[2 * k + 1]]).toEqual([one.actions[0], one.actions[1]]);
      expect([many.actions[6 + 2 * k], many.actions[7 + 2 * k]]).toEqual([one.actions[2], one.actions[3]]);
      expect([many.logProbabilities[k], many.logProbabilities[3 + k]]).toEqual([...one.logProbabilities]);
    }
  });

  it("carries the gradient of a reparameterised sample to mean and log-std", async () => {
    const distribution = { mean: input("mean", [1, 1]), logStd: input("logStd", [1, 1]) };
    const given = { mean: [0.4], logStd: [-0.3], noise: [0.9] };
    const { actions, logProbabilities } = sample(distribution, input("noise", [1, 1]));
    const std = Math.exp(-0.3);
    const action = Math.tanh(0.4 + std * 0.9);
    const parameters = [distribution.mean, distribution.logStd];
    const [byMean, byStd] = await gradientsOf(actions, parameters, given);
    expect(byMean![0]).toBeCloseTo(1 - action ** 2, 6);
    expect(byStd![0]).toBeCloseTo((1 - action ** 2) * std * 0.9, 6);
    // d log pi/du = 2·tanh(u); the noise is fixed, so log-std itself adds -1.
    const [logByMean, logByStd] = await gradientsOf(logProbabilities, parameters, given);
    expect(logByMean![0]).toBeCloseTo(2 * action, 6);
    expect(logByStd![0]).toBeCloseTo(2 * action * std * 0.9 - 1, 6);
  });
});

describe("logProbability", () => {
  it("is the density of the given actions, and that of a sample where the sample is given", async () => {
    const [mean, logStd] = [input("mean", [2, 2]), input("logStd", [2, 2])];
    const drawn = sample({ mean, logStd }, input("noise", [2, 2]));
    const outputs = { ...drawn, again: logProbability({ mean, logStd }, drawn.actions) };
    const numbers = { mean: [0.3, -0.8, 1.2, 0], logStd: [-0.5, 0.2, -1, 0.4], noise: [0.4, -1.1, -2, 0.7] };
    const { again, logProbabilities } = await evaluate(outputs, numbers);
    again.forEach((value, i) => {
      expect(value).toBeCloseTo(logProbabilities[i]!, 4);
    });
    const given = constant(Float32Array.of(0.5, -0.99999), [1, 2]);
    const first = { mean: slice(mean, 0, 0, 1), logStd: slice(logStd, 0, 0, 1) };
    const { value } = await evaluate({ value: logProbability(first, given) }, numbers);
    const exact = [0.5, -0.99999].map((a, i) => densityOf(a, numbers.mean[i]!, Math.exp(numbers.logStd[i]!)));
    expect(value[0]).toBeCloseTo(Math.log(exact[0]!) + Math.log(exact[1]!), 1);
  });
});

describe("tanhGaussianPolicy", () => {
  const shape = { observationSize: 3, actionSize: 2, hidden: [8], logStdRange: [-5, 2] as [number, number] };
  const policy = tanhGaussianPolicy("actor", shape, new RandomStream(4));
  const distribution = policy.distribution(input("observations", [1, 3]));
  const actor = (change: (name: string) => number | undefined) => {
    const values = policy.parameters.initial.slice();
    let offset = 0;
    for (const { name, initial } of policy.parameters.definitions) {
      const replacement = change(name);
      if (replacement !== undefined) values.fill(replacement, offset, offset + initial.length);
      offset += initial.length;
    }
    return values;
  };

  it("starts near the mean 0 with log-std -1", async () => {
    const given = { observations: [1, -1, 0.5], actor: policy.parameters.initial };
    const actions = policy.act(input("observations", [1, 3]), input("noise", [1, 2]));
    const { mean, logStd, action } = await evaluate({ ...distribution, action: actions }, { ...given, noise: [0, 0] });
    for (const value of mean) expect(Math.abs(value)).toBeLessThan(0.05);
    for (const value of logStd) expect(Math.abs(value + 1)).toBeLessThan(0.05);
    mean.forEach((value, i) => {
      expect(action[i]).toBeCloseTo(Math.tanh(value), 7);
    });
  });

  it("scales and shifts the raw log-std by trainable numbers and limits it to the range", async () => {
    // A last layer of zero kernel and bias 0.5 says mean = raw = 0.5 for every observation.
    const say = (multiplier: number, offset: number) =>
      actor(
        (name) =>
          ({
            "actor/layer1/kernel": 0,
            "actor/layer1/bias": 0.5,
            "actor/logStdMultiplier": multiplier,
            "actor/logStdOffset": offset,
          })[name],
      );
    const logStdOf = async (multiplier: number, offset: number) => {
      const given = { observations: [1, 2, 3], actor: say(multiplier, offset) };
      const { mean, logStd } = await evaluate({ ...distribution }, given);
      expect([...mean]).toEqual([0.5, 0.5]);
      return [...logStd];
    };
    expect(await logStdOf(3, -1)).toEqual([0.5, 0.5]);
    expect(await logStdOf(8, 0)).toEqual([2, 2]);
    expect(await logStdOf(-8, -3)).toEqual([-5, -5]);
  });
});
