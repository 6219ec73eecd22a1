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

it.each([
  // Where the data reach hardly more than doing nothing is worth, a tenth of the values is the scale: here 4.
  [-39.8, "calibrated"],
  [-40.5, "low"],
  [-43.3, "low"],
  [-43.7, "below the floor"],
  [-39, "high"],
] as const)(
  "recorded episodes that reach -39.5, where nothing is worth -40, and a start worth %d: %s",
  (startQ, grade) => {
    expect(gradeOf({ startQ, startReturn: -39.5, floor: -40 })).toBe(grade);
  },
);

it.each([
  ["reach no more than doing nothing is worth", { startReturn: 0, floor: 0, startQ: -0.01 }],
  ["reach as much but for rounding", { startReturn: -33.33333, floor: -33.33334, startQ: -60 }],
  ["reach less", { startReturn: -40, floor: -33.3, startQ: -60 }],
  ["were mostly cut off by the clock", { ...at(-45), wholeShare: 0.49 }],
  ["have nothing to be held against", { ...at(-45), floor: undefined }],
])("gives no grade to recorded episodes that %s", (_, figures) => {
  expect(gradeOf(figures)).toBe("not judged");
});

it("grades recorded episodes of which half are whole", () => {
  expect(gradeOf({ ...at(-45), wholeShare: 0.5 })).toBe("below the floor");
});

/** The evaluation at the switch, of four episodes. */
const evaluation = (successRate: number, returnMean = 0, returnStandardDeviation = 0) => {
  const at = { phase: "offline", updates: 1, onlineSteps: 0, seconds: 0 } as const;
  return { ...at, episodes: 4, successRate, returnMean, returnStandardDeviation, lengthMean: 1 };
};

const cql = { agent: "cql", maxTargetBackup: false, mixingRatio: 0, mixingRatioEnd: null };

const calQl = { calibrationSource: "monte-carlo" };

describe("the sentence", () => {
  const verdict = (startQ: number, settings: object = cql, success = 1) =>
    verdictOf(at(startQ), factsOf({ ...settings }, { evaluation: evaluation(success) }));

  it("names the distance, what will look better, and what helps", () => {
    expect(verdict(-45)).toBe(
      "The critic lies 29.4 below the returns, and below −33.3, which doing nothing forever is worth: whatever ends an episode for more than −45 will look better to the policy than the way it knows, which is worth −15.6. Unlearning is likely if exploration finds such an end before the values are repaired. What helps: cal-ql, a mixingRatio of 0.5, maxTargetBackup, fewer offline updates, wider data.",
    );
    expect(verdict(-15)).toMatch(/^The critic is on the scale of the returns: it says −15 .* keep what it knows\.$/);
    expect(verdict(-5)).toMatch(
      /^The critic lies 10.6 above the returns.* they reach −15\.6\. Nothing that is worth less than the data reach on average will look better/,
    );
  });

  it("says of a critic that is low what it is, that it has rarely cost anything, and what to watch", () => {
    expect(verdict(-25)).toBe(
      "The critic lies 9.4 below the returns: it says −25 where recorded episodes begin, and they reach −15.6. Only an end of the episode that is worth between the two could look better than the known way. That alone has rarely cost anything. Watch the first evaluations online; if success falls, what helps: cal-ql, a mixingRatio of 0.5, maxTargetBackup, fewer offline updates, wider data.",
    );
  });

  it.each([
    [
      { startQ: -0.01, startReturn: 0, floor: 0 },
      {},
      "The critic lies 0.01 below the returns: it says −0.01 where recorded episodes begin, and they reach 0. There is no verdict: the data achieve nothing above doing nothing (0, where doing nothing forever is worth 0).",
    ],
    [
      { ...at(-5), wholeShare: 0.2 },
      {},
      "The critic lies 10.6 above the returns: it says −5 where recorded episodes begin, and they reach −15.6. There is no verdict: most of the recorded episodes were cut off by the clock, and what would have come after is in the critic's value alone.",
    ],
    [
      { ...at(-45), floor: undefined },
      { discount: 1 },
      "The critic lies 29.4 below the returns: it says −45 where recorded episodes begin, and they reach −15.6. There is no verdict: with a discount of 1 nothing bounds what doing nothing forever is worth, against which the distance is judged.",
    ],
    [
      { ...at(-45), floor: undefined },
      { discount: 0.9 },
      "The critic lies 29.4 below the returns: it says −45 where recorded episodes begin, and they reach −15.6. There is no verdict: no recorded step goes on, so that what doing nothing is worth, against which the distance is judged, is not known.",
    ],
  ])("says why there is no verdict: %j, %j", (figures, settings, sentence) => {
    expect(verdictOf(figures, factsOf({ ...cql, ...settings }))).toBe(sentence);
  });

  it("tells a run that does not go online nothing of its online phase", () => {
    const offline = { ...cql, onlineSteps: 0 };
    const helps = "what helps: cal-ql, a mixingRatio of 0.5, maxTargetBackup, fewer offline updates, wider data.";
    for (const startQ of [-25, -45])
      expect(verdict(startQ, offline)).toMatch(new RegExp(` If it goes online later, it may unlearn; ${helps}$`));
    for (const startQ of [-5, -15]) expect(verdict(startQ, offline)).toMatch(/they reach −15\.6\.$/);
    for (const startQ of [-5, -15, -25, -45]) {
      expect(verdict(startQ, offline)).not.toMatch(/[Ww]atch the first|Unlearning is likely|should keep/);
      expect(verdict(startQ, { ...cql, onlineSteps: 1 })).not.toContain("goes online later");
    }
  });

  it.each<[policy: number, deviation: number, recorded: number | undefined, better: boolean]>([
    [-21, 0, -24, true],
    [-21, 0, -23, false], // less than a tenth
    [-21, 0, -23.2, false], // a tenth of the larger is 2.32
    [-21, 4, -24, false], // two standard errors are 4
    [-21, 2.9, -24, true],
    [-21, 0, -18, false],
    [-21, 0, undefined, false],
  ])(
    "a calibrated critic, a policy that returns %d ± %d, data that return %s: %s",
    (policy, deviation, recordedReturn, better) => {
      const facts = factsOf(cql, { evaluation: evaluation(1, policy, deviation), recordedReturn });
      const sentence =
        "That is the data's mean, and the policy does better: its episodes return −21, the recorded ones −24 (undiscounted). An end that is worth more than the data's mean and less than the policy's way may still look better; watch the first evaluations online.";
      const said = verdictOf(at(-15.6), facts);
      expect(said.includes(sentence)).toBe(better);
      expect(said.includes("should keep what it knows")).toBe(!better);
    },
  );

  it.each([
    [{ ...calQl, ...cql }, "a mixingRatio of 0.5, maxTargetBackup, "],
    [{ ...cql, maxTargetBackup: true }, "cal-ql, a mixingRatio of 0.5, "],
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
      " These values are in rewards scaled by 10 and shifted by −5. Unlearning",
    );
    expect(verdict(-45, { ...cql, rewardScale: 1, rewardShift: -1 })).toContain(" in rewards shifted by −1. ");
    expect(verdict(-45, { ...cql, rewardScale: 1, rewardShift: 0 })).not.toContain("in rewards");
  });

  it("tells that a critic has hardly been trained, and does not advise to train it less", () => {
    const trained = (updates: number) => verdictOf(at(-45), factsOf(cql, { evaluation: evaluation(1), updates }));
    expect(trained(499)).toContain(" After 499 updates the critic has hardly been trained: ");
    expect(trained(499)).not.toContain("fewer offline updates");
    expect(trained(500)).toBe(verdict(-45));
  });

  it("does not soothe about a policy that has learned nothing", () => {
    for (const startQ of [-5, -15, -25, -45]) {
      expect(verdict(startQ, cql, 0)).toContain("The policy succeeded in no episode at the switch");
      expect(verdict(startQ, cql, 0)).not.toMatch(
        /should keep|Nothing that is worth less|Unlearning is likely|rarely cost/,
      );
      expect(verdictOf(at(startQ), factsOf(cql))).not.toContain("succeeded in no episode");
    }
  });
});

it("needs Q and G, does without a floor, and tells a floor of an earlier calql", () => {
  const metrics = { startQMean: -1, startReturnMean: -2, idleValue: -3 };
  expect(switchFigures(metrics)).toEqual({ startQ: -1, startReturn: -2, floor: -3 });
  for (const value of [undefined!, Number.NaN, Number.NEGATIVE_INFINITY]) {
    for (const name of ["startQMean", "startReturnMean"])
      expect(switchFigures({ ...metrics, [name]: value })).toBeUndefined();
    expect(switchFigures({ ...metrics, idleValue: value })).toEqual({ startQ: -1, startReturn: -2 });
  }
  expect(switchFigures({ ...metrics, startWholeShare: 0.25 })!.wholeShare).toBe(0.25);
  const { idleValue: _, ...earlier } = { ...metrics, floorValue: -833 };
  const figures = switchFigures(earlier)!;
  expect(figures).toEqual({ startQ: -1, startReturn: -2, floor: -833, floorOfAll: true });
  expect(switchFigures({ ...earlier, idleValue: -3 })).toEqual({ startQ: -1, startReturn: -2, floor: -3 });
  expect(verdictOf(figures, factsOf(cql))).toMatch(
    / An earlier calql recorded the worth of doing nothing, .* too low\.$/,
  );
});
