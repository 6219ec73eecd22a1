/** Points on the time axis: signs, thinning that never crosses the switch, means over runs, round ticks. */
import { describe, expect, it } from "vitest";
import { summarise } from "./intervals.js";
import { meanOverRuns, metricPoints, thin } from "./series.js";
import { syntheticRun } from "./synthetic.fixture.js";
import { TimeAxis } from "./time-axis.js";

const points = (...pairs: [number, number][]) => pairs.map(([step, value]) => ({ step, value }));

describe("metricPoints", () => {
  it("counts offline updates down to 0 at the switch and online steps up from it", () => {
    const steps = metricPoints(syntheticRun({ offlineUpdates: 1000, onlineSteps: 500 }), "criticLoss").map(
      (p) => p.step,
    );
    expect(steps[0]).toBe(-990);
    expect(steps[99]).toBe(0);
    expect(steps[100]).toBeGreaterThan(0);
    expect(metricPoints(syntheticRun(), "neverRecorded")).toEqual([]);
  });
});

describe("thin", () => {
  it("means over neighbours on each side of the switch, skipping values that are not finite", () => {
    const curve = points([-3, 1], [-2, 3], [-1, Number.NaN], [0, 5], [10, 100], [20, 200]);
    expect(thin(curve, 2)).toEqual(points([-2.5, 2], [-0.5, 5], [10, 100], [20, 200]));
    expect(thin(curve, 9)).toEqual(curve);
  });
});

describe("meanOverRuns", () => {
  it("interpolates to the longest run and keeps the extremes", () => {
    const merged = meanOverRuns([points([0, 0], [10, 10], [20, 20]), points([0, 2], [20, 22])]);
    expect(merged).toEqual([
      { step: 0, value: 1, low: 0, high: 2 },
      { step: 10, value: 11, low: 10, high: 12 },
      { step: 20, value: 21, low: 20, high: 22 },
    ]);
  });

  it("counts a run as far as it went, with one spacing of grace for trajectories that end later", () => {
    const merged = meanOverRuns([points([0, 0], [10, 0], [22, 0], [40, 0]), points([0, 4], [10, 4], [20, 4])]);
    expect(merged.map((point) => point.value)).toEqual([2, 2, 2, 0]);
  });
});

describe("the bands", () => {
  it("are the intervals of the tables, of 95 %", () => {
    const values = [0.1, 0.5, 0.2, 0.9, 0.4, 0.7, 0.3, 0.8, 1, 0.6];
    const [point] = meanOverRuns(values.map((value) => points([100, value])));
    const { mean, low, high } = summarise(values)!;
    expect(point).toEqual({ step: 100, value: mean, low, high });
    // The deviation of the mean is 0.0908: 95 % are some 1.96 of it to either side, 68 % would be one.
    expect((high! - low!) / (2 * 0.0908)).toBeGreaterThan(1.8);
    expect((high! - low!) / (2 * 0.0908)).toBeLessThan(2.1);
  });
});

describe("TimeAxis", () => {
  it("keeps the ticks apart where there is room for few", () => {
    expect(new TimeAxis(8000, 8000).ticks(2).map((tick) => tick.label)).toEqual(["−5k", "0", "5k"]);
  });

  it("scales each side to its own unit with the switch at 0", () => {
    const axis = new TimeAxis(1000, 1e6);
    expect(axis.domain[0]).toBeCloseTo(-0.4, 12);
    expect(axis.at(-1000)).toBeCloseTo(axis.domain[0], 12);
    expect(axis.at(0)).toBe(0);
    expect(axis.at(1e6)).toBeCloseTo(axis.domain[1], 12);
    expect(axis.ticks(10).map((tick) => tick.label)).toEqual([
      "−500",
      "−1k",
      "0",
      "200k",
      "400k",
      "600k",
      "800k",
      "1M",
    ]);
  });

  it("has one side only for a run that never went online, and counts its updates up", () => {
    const axis = new TimeAxis(1000, 0);
    expect(axis.hasBothPhases).toBe(false);
    expect(axis.ticks(2)).toEqual([
      { at: -1, label: "0" },
      { at: -0.5, label: "500" },
      { at: 0, label: "1k" },
    ]);
  });
});
