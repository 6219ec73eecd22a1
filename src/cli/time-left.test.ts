/** The time that a comparison still takes: nothing without evidence, and each phase at its own pace. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { PlannedRun } from "../comparison/plan.js";
import type { Phase } from "../settings/settings.js";
import { TimeLeft } from "./time-left.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const planned = (offlineUpdates: number, onlineSteps: number, utdRatio = 1) =>
  ({ resolved: { offlineUpdates, onlineSteps, utdRatio } }) as unknown as PlannedRun;
const at = (phase: Phase | "collecting", done: number) => ({ phase, done, total: 1000, updatesPerSecond: 0 });
const after = (seconds: number) => vi.advanceTimersByTime(1000 * seconds);

it("is not told from the time before the first update, nor from a few seconds", () => {
  const [time, run] = [new TimeLeft(), planned(1000, 0)];
  expect(time.estimate([run], [])).toBeUndefined();
  after(300); // data are collected, the process starts
  time.progressed(run, at("collecting", 500));
  after(300);
  time.progressed(run, at("offline", 0));
  after(9);
  time.progressed(run, at("offline", 90));
  expect(time.estimate([run], [])).toBeUndefined();
  after(1);
  time.progressed(run, at("offline", 100));
  expect(time.estimate([run], [])).toBe(90_000);
});

it("goes by the pace of each phase, once it was watched, and counts evaluations where they fall", () => {
  const [time, run] = [new TimeLeft(), planned(100, 1000, 0.5)];
  time.progressed(run, at("offline", 0));
  after(8);
  time.progressed(run, at("offline", 80));
  after(12); // an evaluation
  time.progressed(run, at("offline", 100));
  // 0.2 s an update: 500 of them online.
  expect(time.estimate([run], [])).toBe(100_000);
  after(1000); // the switch
  time.progressed(run, at("online", 0));
  after(20);
  time.progressed(run, at("online", 100));
  expect(time.estimate([run], [])).toBe(180_000);
});

it("shares what is left out among the runs at work, but lasts as long as the longest of them", () => {
  const [time, short, long, next] = [new TimeLeft(), planned(100, 0), planned(1000, 0), planned(1000, 0)];
  for (const run of [short, long]) time.progressed(run, at("offline", 0));
  after(10);
  for (const run of [short, long]) time.progressed(run, at("offline", 50));
  // 0.2 s an update: 50, 950 and 1000 of them left.
  expect(time.estimate([short, long], [next])).toBe(200_000);
  expect(time.estimate([short, long], [next, next])).toBe(300_000);
  time.ended(short);
  expect(time.estimate([long], [])).toBe(190_000);
});

it("of a run that goes on is only that of the rest", () => {
  const [time, run] = [new TimeLeft(), planned(1000, 0)];
  time.progressed(run, at("offline", 900));
  after(10);
  time.progressed(run, at("offline", 950));
  expect(time.estimate([run], [])).toBe(10_000);
});
