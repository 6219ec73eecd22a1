/** The verdict follows from where the critic's value of the start lies between the floor and the recorded returns. */
import { describe, expect, it } from "vitest";
import { factsOf, gradeOf, switchFigures, verdictOf } from "./doctor.js";

const at = (startQ: number) => ({ startQ, startReturn: -15.6, floor: -33.3 });

it.each([
  [-13, "high"],
  [-14, "calibrated"],
  [-17.3, "calibrated"],
  [-17.4, "low"],
  [-33.2, "low"],
  [-33.4, "below the floor"],
] as const)("a start worth %d to the critic: %s", (startQ, grade) => {
  expect(gradeOf(at(startQ))).toBe(grade);
});

const cql = { agent: "cql", maxTargetBackup: false, mixingRatio: 0, mixingRatioEnd: null };

const calQl = { calibrationSource: "monte-carlo" };

describe("the sentence", () => {
  const verdict = (startQ: number, settings: object = cql, success = 1) =>
    verdictOf(at(startQ), factsOf({ ...settings }, success));

  it("names the distance, what will look better, and what helps", () => {
    expect(verdict(-45)).toBe(
      "The critic lies 29.4 below the returns, and below -33.3, which doing nothing forever is worth: whatever ends an episode for more than -45 will look better to the policy than the way it knows, which is worth -15.6. Unlearning is likely if exploration finds such an end before the values are repaired. What helps: cal-ql, maxTargetBackup, a mixingRatio above 0, fewer offline updates, wider data.",
    );
    expect(verdict(-25)).toMatch(
      /^The critic lies 9.4 below the returns: whatever ends .* Unlearning is likely if exploration finds such an end/,
    );
    expect(verdict(-15)).toMatch(/^The critic is on the scale of the returns: it says -15 .* keep what it knows\.$/);
    expect(verdict(-5)).toMatch(/^The critic lies 10.6 above the returns.* No worse way looks better to it/);
  });

  it.each([
    [{ ...calQl, ...cql }, "maxTargetBackup, a mixingRatio above 0, "],
    [{ ...cql, maxTargetBackup: true }, "cal-ql, a mixingRatio above 0, "],
    [{ ...cql, mixingRatio: 0.5 }, "cal-ql, maxTargetBackup, "],
    [{ ...cql, mixingRatio: -1 }, "cal-ql, maxTargetBackup, "],
    [{ ...cql, mixingRatioEnd: 0.5 }, "cal-ql, maxTargetBackup, "],
    [{ agent: "iql", mixingRatio: 0.5 }, "cal-ql, "],
    [{ agent: "cql-discrete", mixingRatio: 0.5, explorationEpsilon: 0.05 }, "cal-ql-discrete, "],
    [{ ...calQl, mixingRatio: 0.5, explorationEpsilon: 0.05 }, ""],
  ])("does not recommend what the run has: %j", (settings, helps) => {
    expect(verdict(-45, settings)).toMatch(new RegExp(`What helps: ${helps}fewer offline updates, wider data\\.$`));
  });

  it("says in which rewards the values are, where they are scaled or shifted", () => {
    expect(verdict(-45, { ...cql, rewardScale: 10, rewardShift: -5 })).toContain(
      " These values are in rewards scaled by 10 and shifted by -5. Unlearning",
    );
    expect(verdict(-45, { ...cql, rewardScale: 1, rewardShift: -1 })).toContain(" in rewards shifted by -1. ");
    expect(verdict(-45, { ...cql, rewardScale: 1, rewardShift: 0 })).not.toContain("in rewards");
  });

  it("tells that a critic has hardly been trained, and does not advise to train it less", () => {
    const trained = (updates: number) => verdictOf(at(-45), factsOf(cql, 1, updates));
    expect(trained(499)).toContain(" After 499 updates the critic has hardly been trained: ");
    expect(trained(499)).not.toContain("fewer offline updates");
    expect(trained(500)).toBe(verdict(-45));
  });

  it("does not soothe about a policy that has learned nothing", () => {
    for (const startQ of [-5, -15, -25, -45]) {
      expect(verdict(startQ, cql, 0)).toContain("The policy succeeded in no episode at the switch");
      expect(verdict(startQ, cql, 0)).not.toMatch(/should keep|No worse way|Unlearning is likely/);
      expect(verdictOf(at(startQ), factsOf(cql, undefined))).not.toContain("succeeded in no episode");
    }
  });
});

it("needs all three figures, and tells a floor of an earlier calql", () => {
  const metrics = { startQMean: -1, startReturnMean: -2, idleValue: -3 };
  expect(switchFigures(metrics)).toEqual({ startQ: -1, startReturn: -2, floor: -3 });
  for (const name of Object.keys(metrics)) expect(switchFigures({ ...metrics, [name]: undefined! })).toBeUndefined();
  const { idleValue: _, ...earlier } = { ...metrics, floorValue: -833 };
  const figures = switchFigures(earlier)!;
  expect(figures).toEqual({ startQ: -1, startReturn: -2, floor: -833, floorOfAll: true });
  expect(switchFigures({ ...earlier, idleValue: -3 })).toEqual({ startQ: -1, startReturn: -2, floor: -3 });
  expect(verdictOf(figures, factsOf(cql, 1))).toMatch(
    / An earlier calql recorded the worth of doing nothing, .* too low\.$/,
  );
});
