/** The figures of runs whose curves are known in closed form. */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import type { Run } from "../runs/read.js";
import { bootstrapInterval, interquartileMean, interquartileSummary, summarise } from "./intervals.js";
import { fateOf, fatesOf, lowestOnline, runFigures, summariseRuns, summariseTasks } from "./statistics.js";
import { syntheticRun } from "./synthetic.fixture.js";

/** A run of 100 offline updates with the given [onlineSteps, success] evaluations online. */
function runWith(online: [number, number][], atSwitch = 0.5, onlineSteps = 1000): Run {
  const line = (updates: number, steps: number, successRate: number) => ({
    phase: steps > 0 ? ("online" as const) : ("offline" as const),
    updates,
    onlineSteps: steps,
    seconds: 0,
    episodes: 20,
    successRate,
    returnMean: 0,
    returnStandardDeviation: 0,
    lengthMean: 1,
  });
  return {
    ...syntheticRun({ offlineUpdates: 100, onlineSteps }),
    evaluations: [
      line(0, 0, 0.1),
      line(50, 0, 0.9),
      line(100, 0, atSwitch),
      ...online.map(([steps, rate]) => line(100 + steps, steps, rate)),
    ],
  };
}

describe("runFigures", () => {
  it("reads success before, at the switch, early and at the end", () => {
    const figures = runFigures(
      runWith([
        [100, 0.2],
        [203, 0.6],
        [300, 0.1],
        [1000, 0.95],
      ]),
    );
    expect(figures.successBefore).toBe(0.1);
    expect(figures.successAtSwitch).toBe(0.5);
    expect(figures.successEarly).toBeCloseTo(0.4, 12);
    expect(figures.successEarlyLowest).toBe(0.2);
    expect(figures.successEnd).toBe(0.95);
  });

  it("reads success after 5 %, 20 % and 100 % from the first evaluation from there on", () => {
    const figures = runFigures(
      runWith([
        [49, 0.1],
        [62, 0.2],
        [203, 0.6],
        [300, 0.7],
        [1004, 0.95],
      ]),
    );
    expect(figures.successAfter5).toBe(0.2);
    expect(figures.successAfter20).toBe(0.6);
    expect(figures.successAfter100).toBe(0.95);
  });

  it("calls no evaluation by the name of a share that was long past, or was not reached", () => {
    const rare = runFigures(
      runWith([
        [500, 0.5],
        [990, 0.9],
      ]),
    );
    expect([rare.successAfter5, rare.successAfter20, rare.successAfter100]).toEqual([undefined, undefined, undefined]);
    expect(runFigures(runWith([[150, 0.5]])).successAfter5).toBe(0.5);
    expect(runFigures(runWith([[151, 0.5]])).successAfter5).toBeUndefined();
    expect(runFigures(runWith([[1300, 0.5]])).successAfter100).toBe(0.5);
  });

  it("measures the early phase by the steps that were asked for, not by those an interrupted run reached", () => {
    const figures = runFigures(
      runWith(
        [
          [100, 0.2],
          [400, 1],
        ],
        0.5,
        2000,
      ),
    );
    expect(figures.successEarly).toBeCloseTo(0.6, 12);
  });

  it("has no figure for what was not reached", () => {
    const run = runWith([]);
    const figures = runFigures({ ...run, metrics: [], evaluations: run.evaluations.slice(1, 2), summary: undefined! });
    expect(Object.values(figures).filter((value) => value !== undefined)).toEqual([0.9, 0]);
    expect(figures.successEnd).toBe(0.9);
    expect(figures.returnEnd).toBe(0);
  });

  it("reads Q - G and the share below G from the last offline line", () => {
    const run = runWith([]);
    const at = (updates: number, onlineSteps: number, policyQMean: number) => ({
      phase: onlineSteps > 0 ? ("online" as const) : ("offline" as const),
      updates,
      onlineSteps,
      seconds: 0,
      metrics: { policyQMean, returnToGoMean: -10, shareBelowReturn: policyQMean / -100 },
    });
    const figures = runFigures({ ...run, metrics: [at(50, 0, -1), at(100, 0, -30), at(110, 10, -5)] });
    expect(figures.qMinusReturnToGo).toBe(-20);
    expect(figures.shareBelowReturn).toBe(0.3);
  });
});

describe("a run that fell", () => {
  it.each([
    [0.5, "nothing to lose"],
    [0, "nothing to lose"],
    [0.55, "fell"],
  ] as const)("had something to lose: of success %d at the switch, %s", (atSwitch, fate) => {
    const run = runWith([[100, 0]], atSwitch);
    expect(fateOf(run)).toBe(fate);
  });

  it("is not known where it was not evaluated at the switch, or not online", () => {
    const run = runWith([[100, 0]], 0.9);
    expect(fateOf({ ...run, evaluations: run.evaluations.slice(3) })).toBeUndefined();
    expect(fateOf(runWith([], 0.9))).toBeUndefined();
    expect(fateOf(runWith([[100, 0.5]], 0.9))).toBe("held");
  });

  /** One that stands at the same success before and after. */
  const dippingTo = (lowest: number) => runWith([[100, 0.9], [200, lowest], [300, 0.9]], 0.9); // biome-ignore format: a curve

  it.each([
    [0, "fell"],
    [0.05, "fell"],
    [0.1, "fell"],
    [0.15, "held"],
    [0.5, "held"],
  ])("one whose lowest success online is %d: %s, though it came back", (lowest, fate) => {
    expect([lowestOnline(dippingTo(lowest)), fateOf(dippingTo(lowest))]).toEqual([lowest, fate]);
  });

  it("is judged by what it does online alone", () => {
    expect(fateOf(runWith([[100, 0.9]], 0))).toBe("nothing to lose");
    expect(fateOf(runWith([]))).toBeUndefined();
  });

  it("is counted among those that had something to lose", () => {
    const fell = [dippingTo(0), dippingTo(0.1)];
    const runs = [...fell, dippingTo(0.2), runWith([[100, 0]], 0.2), runWith([], 0.9)];
    expect(fatesOf(runs)).toEqual({ fell: 2, held: 1, "nothing to lose": 1 });
    expect(fatesOf([])).toEqual({ fell: 0, held: 0, "nothing to lose": 0 });
  });
});

describe("cumulative regret", () => {
  it("is 1 - success of a constant curve, whatever the spacing", () => {
    const constant: [number, number][] = [
      [10, 0.3],
      [700, 0.3],
      [1000, 0.3],
    ];
    expect(runFigures(runWith(constant, 0.3)).regret).toBeCloseTo(0.7, 12);
  });

  it("weighs each stretch by its steps: a straight rise from 0 to 1 costs a half", () => {
    const rise: [number, number][] = [
      [100, 0.1],
      [700, 0.7],
      [1000, 1],
    ];
    expect(runFigures(runWith(rise, 0)).regret).toBeCloseTo(0.5, 12);
  });

  it("begins with the policy that goes online", () => {
    expect(runFigures(runWith([[1000, 1]], 0)).regret).toBeCloseTo(0.5, 12);
    expect(runFigures(runWith([[1000, 1]], 1)).regret).toBe(0);
  });

  it("is not taken over a part of the steps that were asked for", () => {
    // Success of 1 to the middle, where a run that goes on would fall.
    expect(runFigures(runWith([[500, 1]], 1)).regret).toBeUndefined();
    expect(runFigures(runWith([[999, 1]], 1)).regret).toBeUndefined();
    expect(runFigures(runWith([[1004, 1]], 1)).regret).toBe(0);
    const summaries = summariseRuns([runWith([[1000, 0]], 0), runWith([[500, 1]], 1)]);
    expect(summaries.regret).toEqual({ mean: 1, runs: 1 });
  });

  it("is larger for the agent that dips", () => {
    const regret = (agent: "cal-ql" | "cql") => runFigures(syntheticRun({ agent })).regret!;
    expect(regret("cql")).toBeGreaterThan(regret("cal-ql") + 0.05);
  });
});

describe("summaries over runs", () => {
  it("give the mean, and an interval from two runs on", () => {
    expect(summarise([])).toBeUndefined();
    expect(summarise([0.4])).toEqual({ mean: 0.4, runs: 1 });
    const summary = summarise([0, 1, 1, 1])!;
    expect(summary).toMatchObject({ mean: 0.75, runs: 4 });
    expect(summary.low!).toBeLessThan(0.75);
    expect(summary.high!).toBeLessThanOrEqual(1);
  });

  it("bootstrap an interval close to the normal one for many values, and the same one each time", () => {
    const values = Array.from({ length: 200 }, (_, i) => (i + 0.5) / 200);
    const { low, high } = bootstrapInterval(values);
    const half = (1.96 * Math.sqrt(1 / 12)) / Math.sqrt(200);
    expect(low).toBeCloseTo(0.5 - half, 2);
    expect(high).toBeCloseTo(0.5 + half, 2);
    expect(bootstrapInterval(values)).toEqual({ low, high });
    expect(bootstrapInterval(values, { seed: 1 })).not.toEqual({ low, high });
  });

  it("are as narrow as their note says where runs are few", () => {
    expect(bootstrapInterval([5, 1, 4])).toEqual({ low: 1, high: 5 }); // holds the mean in 1 - 2 / 2^3 of cases
    const random = new RandomStream(1, "coverage");
    const tries = 1000;
    let held = 0;
    for (let i = 0; i < tries; i++) {
      const { low, high } = bootstrapInterval(
        Array.from({ length: 5 }, () => random.normal()),
        { resamples: 500 },
      );
      if (low <= 0 && 0 <= high) held++;
    }
    expect(held / tries).toBeGreaterThan(0.8);
    expect(held / tries).toBeLessThan(0.88);
  });

  it("over tasks are the mean of the middle half", () => {
    expect(interquartileMean([7])).toBe(7);
    expect(interquartileMean([0, 1, 2, 9])).toBe(1.5);
    expect(interquartileMean([100, 1, 2, 3, 4, -100, 5, 6])).toBe((2 + 3 + 4 + 5) / 4);
    expect(interquartileMean([5, 4, 3, 2, 1])).toBe(3);
  });

  it("over tasks are resampled within each task", () => {
    expect(interquartileSummary([[], []])).toBeUndefined();
    expect(interquartileSummary([[0.3], []])).toEqual({ mean: 0.3, runs: 1 });
    // Tasks without any spread of their own leave the bootstrap nothing to vary; pooled, it would.
    const constant = interquartileSummary([
      [0, 0, 0, 0],
      [1, 1, 1, 1],
    ]);
    expect(constant).toEqual({ mean: 0.5, low: 0.5, high: 0.5, runs: 8 });
    const [one, none] = [runWith([[1000, 1]], 0), runWith([[1000, 0]], 1)];
    expect(
      summariseTasks([
        [one, one],
        [one, none],
      ]).successAfter100,
    ).toEqual({ mean: 1, runs: 4, low: 0.5, high: 1 });
  });

  it("over tasks have no interval where a task has a single run, whose spread nobody knows", () => {
    const [one, none] = [runWith([[1000, 1]], 0), runWith([[1000, 0]], 1)];
    expect(summariseTasks([[one], [one]]).successAfter100).toEqual({ mean: 1, runs: 2 });
    expect(summariseTasks([[one], [one, none]]).successAfter100).toEqual({ mean: 2 / 3, runs: 3 });
  });

  it("leave out runs that lack a figure", () => {
    const whole = runWith([[1000, 1]], 0);
    const offlineOnly = runWith([], 0.7);
    const summaries = summariseRuns([whole, offlineOnly]);
    expect(summaries.regret).toEqual({ mean: 0.5, runs: 1 });
    expect(summaries.successAtSwitch?.mean).toBeCloseTo(0.35, 12);
  });
});
