/** Actions that were drawn are as likely as they are said to be. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { drawChoice, drawRules, drawVector, upperTail } from "./drawn-actions.js";

type Row = readonly [mean: number, logStd: number, noise: number, logDensity: number];
const golden = JSON.parse(readFileSync(new URL("../../fixtures/drawn-actions.json", import.meta.url), "utf8")) as {
  readonly tanh: readonly Row[];
  readonly clip: readonly Row[];
  readonly tails: readonly (readonly [z: number, tail: number])[];
};
const [tanh, clip] = drawRules as [(typeof drawRules)[0], (typeof drawRules)[0]];

describe("densities are SciPy's", () => {
  it.each([
    ["tanh", tanh, golden.tanh],
    ["clip", clip, golden.clip],
  ])("%s", (_, rule, rows) => {
    for (const [mean, logStd, noise, expected] of rows)
      expect(Math.abs(rule.logDensity(mean, logStd, noise) - expected)).toBeLessThan(
        1e-6 * Math.max(1, Math.abs(expected)),
      );
  });

  it("tails of the normal distribution", () => {
    for (const [z, tail] of golden.tails) expect(Math.abs(upperTail(z) / tail - 1)).toBeLessThan(1e-9);
  });
});

describe("vectors", () => {
  const draws = 200_000;
  const scale = { low: [-3, 10], high: [5, 10.5] };

  /** The mean of 1/p over draws from p is the size of what they can reach. */
  it("have the density that belongs to their own units: 8 times 0.5 is their area", () => {
    const random = new RandomStream(1);
    const [mean, logStd] = [Float32Array.of(0, 0.2), Float32Array.of(0, -0.1)];
    let [sum, outside] = [0, 0];
    for (let i = 0; i < draws; i++) {
      const { action, density } = drawVector(tanh, mean, logStd, scale, random);
      if (action.some((value, k) => value < scale.low[k]! || value > scale.high[k]!)) outside++;
      sum += 1 / density;
    }
    expect(outside).toBe(0);
    expect(sum / draws).toBeCloseTo(4, 1);
  });

  it("that are clipped have the probability with which they are", () => {
    const random = new RandomStream(2);
    const [mean, logStd] = [Float32Array.of(0.5), Float32Array.of(0)];
    let [top, inside] = [0, 0];
    const probabilities = new Set<number>();
    for (let i = 0; i < draws; i++) {
      const { action, density } = drawVector(clip, mean, logStd, { low: [0], high: [4] }, random);
      if (action[0] === 4) {
        top++;
        probabilities.add(density);
      } else if (action[0] !== 0) inside += 1 / density;
    }
    expect([...probabilities].map((value) => Number(value.toFixed(6)))).toEqual([0.308538]); // 1 - Phi(0.5)
    expect(top / draws).toBeCloseTo(0.3085, 2);
    expect(inside / draws).toBeCloseTo(4, 1);
  });
});

describe("choices", () => {
  const values = Float32Array.of(0.1, 3, -1, 3);

  it("are the first of the best, surely, where nothing is drawn", () => {
    expect(drawChoice(values)).toEqual({ action: 1, probability: 1 });
  });

  it("are as frequent as their probabilities say", () => {
    const random = new RandomStream(3);
    const counts = [0, 0, 0, 0];
    const told = new Map<number, number>();
    for (let i = 0; i < 100_000; i++) {
      const { action, probability } = drawChoice(values, { epsilon: 0.2, random });
      counts[action]!++;
      told.set(action, probability);
    }
    expect([0, 1, 2, 3].map((action) => told.get(action))).toEqual([0.05, 0.8500000000000001, 0.05, 0.05]);
    counts.forEach((count, action) => {
      expect(Math.abs(count / 100_000 - told.get(action)!)).toBeLessThan(0.004);
    });
  });
});
