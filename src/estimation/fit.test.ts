/**
 * Fitted values against exact ones: a row of five cells in which only the last one's end pays, logged by a walker that turns
 * around now and then, judged for walkers that it is not.
 */
import { describe, expect, it } from "vitest";
import type { Sizes } from "../agents/context.js";
import { stateOf } from "../data/episode.js";
import { fitValue, type Judged } from "./fit.js";
import { intervalOfMembers, studentQuantile } from "./interval.js";
import { fitSteps } from "./step-estimates.js";
import { atStarts, cells, dataset, discount, straight } from "./walker.fixture.js";

const settings = {
  discount,
  hidden: [32],
  members: 6,
  batchSize: 64,
  learningRate: 3e-3,
  polyakTau: 0.05,
  updates: 1500,
};

const always =
  (action: number): Judged =>
  async (observations) =>
    new Float32Array(stateOf(observations).length / cells).fill(action);

describe("the fitted value of a policy", () => {
  it.each([
    ["numbered actions", true, { observationSize: cells, actionSize: 1, discreteActions: 2 }, 1],
    ["actions that are vectors", false, { observationSize: cells, actionSize: 1 }, 0.75],
  ] as const)(
    "with %s is what it earns, not what the walker that logged it earned",
    async (_, discrete, sizes: Sizes, onward) => {
      const data = dataset(discrete);
      const { value } = intervalOfMembers(await fitValue(data, sizes, always(onward), settings));
      expect(value).toBeCloseTo(atStarts(data, straight), 1);
      expect(Math.abs(value - atStarts(data, straight))).toBeLessThan(0.04);
      const back = intervalOfMembers(await fitValue(data, sizes, always(discrete ? 0 : -0.75), settings));
      expect(Math.abs(back.value)).toBeLessThan(0.04);
      const own = intervalOfMembers(await fitValue(data, sizes, undefined, settings));
      expect(own.value).toBeGreaterThan(0.2);
      expect(own.value).toBeLessThan(value - 0.1);
    },
    120_000,
  );

  it("of each logged step is that of its cell, beside whether the policy does the same", async () => {
    const data = dataset(true);
    const sizes = { observationSize: cells, actionSize: 1, discreteActions: 2 };
    const { members, steps } = await fitSteps(data, sizes, always(1), settings);
    expect(intervalOfMembers(members).value).toBeCloseTo(atStarts(data, straight), 1);
    for (const [i, { actions, observations, length }] of data.episodes.entries())
      for (let step = 0; step < length; step++) {
        const cell = stateOf(observations)
          .subarray(step * cells, (step + 1) * cells)
          .indexOf(1);
        const { probabilities, actionValues, values } = steps[i]!;
        expect(probabilities[step]).toBe(actions[step]);
        expect(Math.abs(values[step]! - straight(cell))).toBeLessThan(0.08);
        const ahead = actions[step] === 1 ? straight(cell) : discount * straight(Math.max(0, cell - 1));
        expect(Math.abs(actionValues[step]! - ahead)).toBeLessThan(0.08);
      }
  }, 120_000);

  it("is less sure with fewer episodes, and the same for the same seed", async () => {
    const sizes = { observationSize: cells, actionSize: 1, discreteActions: 2 };
    const fitted = async (count: number) => fitValue(dataset(true, count), sizes, undefined, settings);
    const width = ({ low, high }: { low: number; high: number }) => high - low;
    const [few, many] = [await fitted(12), await fitted(150)];
    expect(width(intervalOfMembers(few))).toBeGreaterThan(1.5 * width(intervalOfMembers(many)));
    expect(await fitted(12)).toEqual(few);
  }, 120_000);
});

describe("the quantile of Student's distribution", () => {
  it.each([
    [5, 2.5706],
    [9, 2.2622],
    [19, 2.093],
    [1000, 1.9623],
  ])("with %d degrees of freedom is %d", (freedom, quantile) => {
    expect(studentQuantile(freedom)).toBeCloseTo(quantile, 2);
  });
});
