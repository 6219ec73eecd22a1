/** The exact values against those of another program and of long logs; what is seen of a state shows that state. */
import { describe, expect, it } from "vitest";
import { discountedReturn } from "../../src/estimation/logged-episode.js";
import { gridTask } from "./grid-task.js";
import { logEpisodes, trueValue } from "./known-task.js";
import { policyOf } from "./policies.js";
import { shopTask } from "./shop-task.js";

const shop = shopTask({ label: "shop", steps: 5, discount: 0.95 });
const grid = gridTask({ label: "grid", map: ["S.~", "..G"], slip: 0.2, discount: 0.9, horizon: 80 });
const best = { label: "best", good: 1, flaws: 0 };
const random = { label: "random", good: 0, flaws: 0 };

describe("the shop", () => {
  // From fixtures/shop_values.py.
  it.each([
    [1, 0.1609875, 0.3054375],
    [3, 0.34095817690865793, 0.5894885384058496],
    [5, 0.4227432667137462, 0.6966418839884487],
  ])("of %d steps is worth what numpy says", (steps, ofRandom, ofBest) => {
    const task = shopTask({ label: "shop", steps, discount: 0.95 });
    expect(trueValue(task, policyOf(task, random, 0))).toBeCloseTo(ofRandom, 12);
    expect(trueValue(task, policyOf(task, best, 0))).toBeCloseTo(ofBest, 12);
  });
});

describe.each([shop, grid])("$name", (task) => {
  it("has outcomes and beginnings whose probabilities add up to 1", () => {
    expect(task.starts.reduce((sum, one) => sum + one)).toBeCloseTo(1, 12);
    for (const outcomes of task.outcomes.flat().filter(({ length }) => length > 0))
      expect(outcomes.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
  });

  it("shows every state by an observation of its own", () => {
    expect(task.observations.map((row) => task.stateOf(row))).toEqual(task.observations.map((_, state) => state));
  });

  it("pays on average what a policy is worth, and logs the probability of what it does", () => {
    const policy = policyOf(task, { label: "some", good: 0.4, flaws: 0.3 }, 2);
    const { episodes, states, propensities } = logEpisodes(task, policy, 3000, 1);
    const returns = episodes.map((episode) => discountedReturn(episode, task.discount));
    const mean = returns.reduce((sum, one) => sum + one, 0) / returns.length;
    const variance = returns.reduce((sum, one) => sum + (one - mean) ** 2, 0) / returns.length;
    const error = Math.sqrt(variance / returns.length);
    expect(Math.abs(mean - trueValue(task, policy))).toBeLessThan(4 * error);
    expect(error).toBeLessThan(0.05 * mean);
    for (const [i, { actions }] of episodes.slice(0, 20).entries())
      expect(propensities[i]).toEqual(states[i]!.map((state, step) => policy[state * task.actions + actions[step]!]));
  });

  it("ends episodes by the task, or by the clock without a termination", () => {
    const { episodes } = logEpisodes(task, policyOf(task, random, 0), 300, 1);
    for (const { length, terminated, truncated } of episodes) {
      expect(length).toBeLessThanOrEqual(task.horizon);
      expect(terminated.at(-1)).toBe(truncated ? 0 : 1);
    }
  });
});

it("a policy with flaws is worse than without, and its mixture with chance lies between", () => {
  for (const task of [shop, grid]) {
    const worth = (good: number, flaws: number) => trueValue(task, policyOf(task, { label: "", good, flaws }, 3));
    expect(worth(1, 0)).toBeGreaterThan(worth(1, 0.5) + 0.01);
    expect(worth(1, 0)).toBeGreaterThan(worth(0.7, 0) + 0.01);
    expect(worth(0.7, 0)).toBeGreaterThan(worth(0, 0) + 0.01);
  }
});
