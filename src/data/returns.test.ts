import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageError } from "../errors.js";
import { returnsToGo } from "./returns.js";

interface GoldenCase {
  readonly discount: number;
  readonly sparse: boolean;
  readonly failureReward: number;
  readonly rewards: number[];
  readonly terminals: number[];
  readonly returnToGo: number[];
}

const golden: { cases: GoldenCase[] } = JSON.parse(
  readFileSync(new URL("../../fixtures/golden/returns.json", import.meta.url), "utf8"),
);

/** n failing steps, then the step that reaches the goal. */
function solvedAfter(failing: number): { rewards: number[]; terminated: number[] } {
  return {
    rewards: [...new Array<number>(failing).fill(-5), 5],
    terminated: [...new Array<number>(failing).fill(0), 1],
  };
}

describe("returnsToGo", () => {
  it("reproduces the returns recorded from the authors' function, to 1e-6", () => {
    expect(golden.cases.length).toBe(60);
    for (const recorded of golden.cases) {
      const { discount, failureReward } = recorded;
      const rule = recorded.sparse ? { discount, sparseFailureReward: failureReward } : { discount };
      const computed = returnsToGo(recorded.rewards, recorded.terminals, rule);
      recorded.returnToGo.forEach((expected, step) => {
        const deviation = Math.abs(computed[step]! - expected) / Math.max(1e-3, Math.abs(expected));
        expect(deviation).toBeLessThan(1e-6);
      });
    }
  });

  it.each([
    [0, 5],
    [1, -0.05],
    [10, -43.287],
    [100, -315.154],
  ])("is the anchor of %i failing steps before the goal: %f", (failing, expected) => {
    const { rewards, terminated } = solvedAfter(failing);
    expect(returnsToGo(rewards, terminated, { discount: 0.99, sparseFailureReward: -5 })[0]).toBeCloseTo(expected, 3);
  });

  it("takes a trajectory of failures only to fail forever", () => {
    const returns = returnsToGo([-5, -5, -5], [0, 0, 0], { discount: 0.99, sparseFailureReward: -5 });
    for (const value of returns) expect(value).toBeCloseTo(-500, 3);
  });

  it("decides that by all rewards, not by the last one", () => {
    const returns = returnsToGo([-5, 5, -5, -5], [0, 0, 0, 0], { discount: 0.9, sparseFailureReward: -5 });
    expect([...returns].map((value) => Number(value.toFixed(4)))).toEqual([-8.195, -3.55, -9.5, -5]);
  });

  it("adds no bootstrap where the recording was truncated", () => {
    expect([...returnsToGo([1, 1], [0, 0], { discount: 0.5 })]).toEqual([1.5, 1]);
  });

  it("is cut by a terminated step in mid-trajectory", () => {
    expect([...returnsToGo([1, 1, 1], [0, 1, 0], { discount: 0.5 })]).toEqual([1.5, 1, 1]);
  });

  it("compares with the failure reward in float32, in which rewards are stored", () => {
    const returns = returnsToGo(Float32Array.of(-0.1, -0.1), [0, 0], { discount: 0.5, sparseFailureReward: -0.1 });
    expect(returns[0]).toBeCloseTo(-0.2, 6);
  });

  it("satisfies its recursion for any rewards, flags and discount", () => {
    const step = fc.record({ reward: fc.float({ min: -10, max: 10, noNaN: true }), terminated: fc.constantFrom(0, 1) });
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (steps, discount) => {
          const returns = returnsToGo(
            steps.map(({ reward }) => reward),
            steps.map(({ terminated }) => terminated),
            { discount },
          );
          steps.forEach(({ reward, terminated }, t) => {
            const expected = reward + discount * (returns[t + 1] ?? 0) * (1 - terminated);
            expect(Math.abs(returns[t]! - expected)).toBeLessThan(1e-4);
          });
        },
      ),
    );
  });

  it("refuses a discount of 1 together with the rule of failing forever, and unequal lengths", () => {
    expect(() => returnsToGo([-5], [0], { discount: 1, sparseFailureReward: -5 })).toThrow("discount 1");
    expect(() => returnsToGo([-5], [0], { discount: 1.5 })).toThrow("discount 1.5");
    expect(() => returnsToGo([-5], [], { discount: 0.9 })).toThrow("1 rewards but 0 terminated");
  });

  it("refuses a call without arrays or rule", () => {
    const call = (...given: readonly unknown[]) => (returnsToGo as (...given: readonly unknown[]) => unknown)(...given);
    expect(() => call()).toThrow(UsageError);
    expect(() => call()).toThrow(/^The rewards of returnsToGo\(\) is undefined; write returnsToGo\(rewards, /);
    expect(() => call([1], [0])).toThrow(/^The rule of returnsToGo\(\) is undefined; write/);
  });
});
