import { describe, expect, it } from "vitest";
import { UsageError } from "../../errors.js";
import { RandomStream } from "../../random.js";
import { gridBehaviour, gridModelOf } from "./collect-gridworld.js";
import { makeGridWorld } from "./gridworld.js";
import { type GridModel, gridModel } from "./gridworld-dynamics.js";
import { gridNames, parseLayout } from "./gridworld-layouts.js";
import { epsilonGreedyPolicy, optimalValues, policyValues, type ValueOptions } from "./gridworld-values.js";

const RIGHT = 1;
const corridor = gridModel(parseLayout(["S.G"]), 0);
const closeTo = (values: Float64Array, expected: readonly number[], digits = 9) => {
  expect(values.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(values[i]).toBeCloseTo(value, digits);
};

/** Bellman's equation written out anew: the largest difference between a value and what its right side says. */
function residual(model: GridModel, options: ValueOptions, policy?: Float64Array): number {
  const { values, actionValues } = policy ? policyValues(model, policy, options) : optimalValues(model, options);
  const { discount, rewardScale = 1, rewardShift = 0 } = options;
  let largest = 0;
  model.outcomes.forEach((actions, state) => {
    if (state === model.layout.goal) return;
    const row = actions.map((possible) =>
      possible
        .map(
          (outcome) =>
            outcome.probability *
            (rewardScale * outcome.reward + rewardShift + (outcome.terminated ? 0 : discount * values[outcome.state]!)),
        )
        .reduce((sum, term) => sum + term, 0),
    );
    const value = policy
      ? row.reduce((sum, term, action) => sum + policy[4 * state + action]! * term, 0)
      : Math.max(...row);
    row.forEach((term, action) => {
      largest = Math.max(largest, Math.abs(term - actionValues[4 * state + action]!));
    });
    largest = Math.max(largest, Math.abs(value - values[state]!));
  });
  return largest;
}

describe("optimalValues", () => {
  it("are those computed by hand in a corridor of three cells", () => {
    const { values, actionValues } = optimalValues(corridor, { discount: 0.9 });
    closeTo(values, [0.9, 1, 0]);
    closeTo(actionValues, [0.81, 0.9, 0.81, 0.81, 0.9, 1, 0.9, 0.81, 0, 0, 0, 0]);
  });

  it("are on the scale of the rewards as they are learned from", () => {
    const { values, actionValues } = optimalValues(corridor, { discount: 0.9, rewardScale: 10, rewardShift: -5 });
    closeTo(values, [-0.5, 5, 0]);
    expect(actionValues[3]).toBeCloseTo(-5.45, 9); // to the left, against the border: -5 + 0.9 * -0.5
  });

  it("count on slipping: to the side there are walls, so one move in five stays", () => {
    const icy = gridModel(parseLayout(["S~G"]), 0.1);
    const middle = 0.8 / (1 - 0.2 * 0.9);
    closeTo(optimalValues(icy, { discount: 0.9 }).values, [0.9 * middle, middle, 0]);
  });

  it("solve Bellman's equation, whatever the scale", () => {
    for (const name of gridNames) {
      const model = gridModelOf(`gridworld-${name}`);
      for (const options of [
        { discount: 0.99 },
        { discount: 0.99, rewardScale: 10, rewardShift: -5 },
        { discount: 0.5, rewardShift: -1 },
        { discount: 0 },
      ])
        expect(residual(model, options)).toBeLessThan(1e-9);
    }
  });

  it("follow a shift of the rewards as a sum of discounts does", () => {
    const [discount, rewardScale, rewardShift] = [0.99, 10, -5];
    for (const name of gridNames) {
      const model = gridModelOf(`gridworld-${name}`);
      const own = optimalValues(model, { discount });
      const shifted = optimalValues(model, { discount, rewardScale, rewardShift });
      // With T steps to the goal, V = E[discount^(T-1)] and the shifts add up to shift (1 - discount^T) / (1 - discount).
      const forever = rewardShift / (1 - discount);
      own.values.forEach((value, state) => {
        if (state === model.layout.goal) return;
        expect(shifted.values[state]).toBeCloseTo(forever + value * (rewardScale - discount * forever), 7);
      });
    }
  });

  it("know the firm way through four rooms, and that the icy one is worse", () => {
    const model = gridModelOf("gridworld-four-rooms");
    const { values, actionValues } = optimalValues(model, { discount: 0.99 });
    const { start, at } = model.layout;
    expect(values[start]).toBeCloseTo(0.99 ** 19, 9);
    const [icyDoor, firmDoor] = [at(2, 5), at(5, 1)].map((door) => values[Number(door)]!);
    expect(firmDoor).toBeCloseTo(0.99 ** 13, 9);
    expect(icyDoor).toBeLessThan(0.99 ** 12 - 0.01);
    expect(actionValues[4 * start + RIGHT]).toBeCloseTo(values[start]!, 9); // one column to the right is still firm
  });

  it("are what the greedy policy earns: Monte-Carlo returns in the environment", () => {
    for (const name of gridNames) {
      const options = { discount: 0.98, rewardScale: 10, rewardShift: -1 };
      const environment = makeGridWorld(name, { slip: 0.2, horizon: 100_000 });
      const { model } = environment;
      const { values, actionValues } = optimalValues(model, options);
      const policy = epsilonGreedyPolicy(model, actionValues, 0);
      const returns = Array.from({ length: 2_000 }, (_, episode) => {
        let { state } = environment.reset({ seed: episode }).info;
        let [total, weight] = [0, 1];
        for (;;) {
          const best = policy.subarray(4 * state, 4 * state + 4).indexOf(1);
          const { info, reward, terminated } = environment.step(Float32Array.of(best));
          total += weight * (options.rewardScale * reward + options.rewardShift);
          weight *= options.discount;
          if (terminated) return total;
          state = info.state;
        }
      });
      const mean = returns.reduce((sum, x) => sum + x, 0) / returns.length;
      const variance = returns.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (returns.length - 1);
      const error = Math.sqrt(variance / returns.length);
      expect(Math.abs(mean - values[model.layout.start]!)).toBeLessThan(Math.max(4 * error, 1e-9));
      if (name === "cliff") expect(error).toBeGreaterThan(0);
    }
  });
});

describe("policyValues", () => {
  it("are those computed by hand for a random walk in the corridor", () => {
    // V1 = 1/4 + 0.9 (V1 / 2 + V0 / 4) and V0 = 0.9 (V1 / 4 + 3 V0 / 4).
    const middle = 0.25 / (1 - 0.45 - (0.225 * 0.225) / 0.325);
    const { values, actionValues } = policyValues(corridor, new Float64Array(12).fill(0.25), { discount: 0.9 });
    closeTo(values, [(0.225 / 0.325) * middle, middle, 0]);
    expect(actionValues[4 + RIGHT]).toBe(1);
  });

  it("are the optimal ones for the greedy policy, and lower the more it errs", () => {
    const model = gridModelOf("gridworld-cliff");
    const options = { discount: 0.97, rewardScale: 10, rewardShift: -5 };
    const best = optimalValues(model, options);
    const [greedy, noisy, noisier] = [0, 0.2, 0.6].map(
      (epsilon) => policyValues(model, epsilonGreedyPolicy(model, best.actionValues, epsilon), options).values,
    );
    closeTo(greedy!, [...best.values], 8);
    for (let state = 0; state < model.states; state++) {
      if (state === model.layout.goal) continue;
      expect(noisy![state]).toBeLessThan(best.values[state]!);
      expect(noisier![state]).toBeLessThan(noisy![state]!);
    }
  });

  it("solve Bellman's equation of the policy that collects", () => {
    for (const name of gridNames) {
      const model = gridModelOf(`gridworld-${name}`);
      const options = { discount: 0.99, rewardScale: 10, rewardShift: -5 };
      expect(residual(model, options, gridBehaviour(model, 0.5))).toBeLessThan(1e-9);
    }
  });

  it("are off by no more than the tolerance, however slowly they converge", () => {
    const model = gridModelOf("gridworld-four-rooms");
    const options = { discount: 0.999, rewardScale: 10, rewardShift: -5 };
    const wandering = gridBehaviour(model, 1);
    const exact = policyValues(model, wandering, options).values;
    for (const tolerance of [100, 1, 0.01]) {
      const { values } = policyValues(model, wandering, { ...options, tolerance });
      const error = Math.max(...values.map((value, state) => Math.abs(value - exact[state]!)));
      expect(error).toBeLessThan(tolerance);
      expect(error).toBeGreaterThan(0);
    }
  });

  it("refuse a discount of 1 and a policy that is none", () => {
    expect(() => optimalValues(corridor, { discount: 1 })).toThrow(UsageError);
    expect(() => policyValues(corridor, new Float64Array(8), { discount: 0.9 })).toThrow(
      "A policy of 8 probabilities does not fit 3 states with 4 actions.",
    );
    expect(() => policyValues(corridor, new Float64Array(12).fill(0.3), { discount: 0.9 })).toThrow(
      "The policy's probabilities in state 0 are 0.3, 0.3, 0.3, 0.3; give numbers from 0 on that add up to 1.",
    );
  });
});

describe("epsilonGreedyPolicy", () => {
  it("gives the best action the rest, and the lowest number where rounding alone tells two apart", () => {
    const actionValues = new Float64Array(12);
    actionValues.set([1, 2, 2 + 1e-13, 0]);
    const row = epsilonGreedyPolicy(corridor, actionValues, 0.2).subarray(0, 4);
    closeTo(row, [0.05, 0.85, 0.05, 0.05], 12);
    const random = new RandomStream(1);
    const sum = epsilonGreedyPolicy(
      corridor,
      actionValues.map(() => random.normal()),
      0.3,
    ).reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(3, 12);
  });
});
