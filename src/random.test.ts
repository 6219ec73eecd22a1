import { describe, expect, it } from "vitest";
import { RandomStream } from "./random.js";

describe("RandomStream", () => {
  const draws = 400_000;

  it("has the moments and the tails of the normal distribution", () => {
    const stream = new RandomStream(7, "test");
    let mean = 0;
    let square = 0;
    let fourth = 0;
    let beyondOne = 0;
    let beyondThree = 0;
    let beyondTailStart = 0;
    for (let i = 0; i < draws; i++) {
      const x = stream.normal();
      mean += x / draws;
      square += (x * x) / draws;
      fourth += x ** 4 / draws;
      if (Math.abs(x) > 1) beyondOne++;
      if (Math.abs(x) > 3) beyondThree++;
      if (x > 3.442619855899) beyondTailStart++;
    }
    // Bounds are five standard errors; the exact shares are erfc(1/sqrt 2), erfc(3/sqrt 2) and 2.881e-4.
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(draws));
    expect(Math.abs(square - 1)).toBeLessThan(5 * Math.sqrt(2 / draws));
    expect(Math.abs(fourth - 3)).toBeLessThan(5 * Math.sqrt(96 / draws));
    expect(Math.abs(beyondOne / draws - 0.3173105)).toBeLessThan(5 * Math.sqrt(0.2166 / draws));
    expect(Math.abs(beyondThree / draws - 0.0026998)).toBeLessThan(5 * Math.sqrt(0.0027 / draws));
    expect(Math.abs(beyondTailStart / draws - 2.881e-4)).toBeLessThan(5 * Math.sqrt(2.881e-4 / draws));
  });

  it("draws uniform numbers over the whole interval", () => {
    const values = new Float32Array(draws);
    new RandomStream(1).fillUniform(values, -1, 1);
    const mean = values.reduce((sum, x) => sum + x, 0) / draws;
    const variance = values.reduce((sum, x) => sum + x * x, 0) / draws;
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(3 * draws));
    expect(Math.abs(variance - 1 / 3)).toBeLessThan(0.003);
    expect(Math.min(...values.slice(0, 50_000))).toBeLessThan(-0.999);
  });

  it("repeats with the same seed and purpose, and differs with either", () => {
    const first = (seed: number, purpose: string) => new RandomStream(seed, purpose).uniform();
    expect(first(3, "noise")).toBe(first(3, "noise"));
    const many = [0, 1, 2, 3, 4].flatMap((seed) => ["noise", "replay", ""].map((purpose) => first(seed, purpose)));
    expect(new Set(many).size).toBe(many.length);
  });

  it("continues from a saved state", () => {
    const stream = new RandomStream(5);
    stream.normal();
    const state = stream.state();
    const ahead = Array.from({ length: 20 }, () => stream.normal());
    stream.restore(state);
    expect(Array.from({ length: 20 }, () => stream.normal())).toEqual(ahead);
  });
});
