/** The verdict follows from where the critic's value of the start lies between the floor and the recorded returns. */
import { describe, expect, it } from "vitest";
import { gradeOf, switchFigures, verdictOf } from "./doctor.js";

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

describe("the sentence", () => {
  it("names the distance, what will look better, and what helps", () => {
    expect(verdictOf(at(-45))).toBe(
      "The critic lies 29.4 below the returns, and below -33.3, which doing nothing forever is worth: whatever ends an episode for more than -45 will look better to the policy than the way it knows, which is worth -15.6. Expect unlearning. What helps: cal-ql, maxTargetBackup, fewer offline updates.",
    );
    expect(verdictOf(at(-25))).toContain("If exploration finds such an end, expect unlearning.");
    expect(verdictOf(at(-15))).toMatch(/^The critic is on the scale of the returns: it says -15 /);
    expect(verdictOf(at(-5))).toMatch(/^The critic lies 10.6 above the returns/);
  });
});

it("needs all three figures", () => {
  const metrics = { startQMean: -1, startReturnMean: -2, floorValue: -3 };
  expect(switchFigures(metrics)).toEqual({ startQ: -1, startReturn: -2, floor: -3 });
  for (const name of Object.keys(metrics)) expect(switchFigures({ ...metrics, [name]: undefined! })).toBeUndefined();
});
