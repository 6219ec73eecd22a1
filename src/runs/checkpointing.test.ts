/**
 * When checkpoints are written, on a clock of the test's own: never more than the allowed share of the time, and that is
 * what the summary says.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { type CheckpointClock, Checkpointing } from "../training/checkpointing.js";
import type { Snapshot } from "../training/snapshot.js";
import { CheckpointStore } from "./checkpoints/store.js";
import { readRun } from "./read.js";
import { lineData, registerLine, trainTiny } from "./tiny-run.fixture.js";
import { resume } from "./train.js";

afterEach(() => void vi.restoreAllMocks());

interface Simulated {
  readonly everySeconds: number;
  /** Of the k-th checkpoint, counted from 0. */
  readonly costs: (k: number) => number;
  /** Seconds of work between two moments at which a checkpoint could be written. */
  readonly step: number;
  readonly total: number;
  readonly spentBefore?: number;
  readonly startsAt?: number;
}

/** The times at which checkpoints were written in so many seconds, and the share that they took at the end. */
function simulate({ everySeconds, costs, step, total, startsAt = 0, spentBefore = 0 }: Simulated) {
  let now = startsAt;
  const clock: CheckpointClock = { elapsed: () => now, checkpointSeconds: spentBefore };
  const times: number[] = [];
  const checkpoint = () => {
    now += costs(times.length);
    times.push(now);
  };
  const capture = () => ({}) as Snapshot;
  const checkpoints = new Checkpointing({ checkpoint }, capture, clock, everySeconds);
  for (; now < startsAt + total; now += step) checkpoints.saveWhereDue();
  return { times, share: clock.checkpointSeconds / now, checkpoints, clock };
}

describe("timed checkpoints", () => {
  it("come at the interval where they are cheap", () => {
    const { times, share } = simulate({ everySeconds: 60, costs: () => 0.01, step: 1, total: 3600 });
    expect(times.length).toBe(59);
    const gaps = times.slice(1).map((time, i) => time - times[i]!);
    expect(Math.min(...gaps)).toBeGreaterThan(60);
    expect(Math.max(...gaps)).toBeLessThan(61.1);
    expect(share).toBeLessThan(0.001);
  });

  it.each([1, 5, 30])("of %s s come so rarely that they take at most 2 % of the time", (cost) => {
    const { times, share } = simulate({ everySeconds: 1, costs: () => cost, step: 0.5, total: 20_000 });
    expect(times.length).toBeGreaterThan(5);
    expect(share).toBeLessThanOrEqual(0.02 + cost / 20_000);
    expect(share).toBeGreaterThan(0.015);
  });

  it("stay below the share while they become dearer, as those of a growing run do", () => {
    const { times, share } = simulate({ everySeconds: 1, costs: (k) => 0.1 + k / 20, step: 0.5, total: 20_000 });
    expect(times.length).toBeGreaterThan(50);
    expect(share).toBeLessThanOrEqual(0.02);
  });

  it("make up for those that were asked for", () => {
    const { checkpoints, clock } = simulate({ everySeconds: 1, costs: () => 10, step: 1, total: 1 });
    const before = clock.checkpointSeconds;
    checkpoints.save();
    checkpoints.save({ best: true });
    expect(clock.checkpointSeconds).toBe(before + 20);
    checkpoints.saveWhereDue();
    expect(clock.checkpointSeconds).toBe(before + 20);
  });

  it("count in a resumed run what was spent before", () => {
    const costly = { everySeconds: 1, costs: () => 1, step: 1, total: 100, startsAt: 1_000 };
    expect(simulate({ ...costly, spentBefore: 100 }).times).toEqual([]);
    expect(simulate({ ...costly, spentBefore: 0 }).times.length).toBeGreaterThan(5);
  });
});

describe("the summary", () => {
  const task = registerLine("line-with-checkpoints");

  it("says how long checkpoints took, a part of the run's time", async () => {
    const { folder } = await trainTiny(task);
    const { seconds, checkpointSeconds } = readRun(folder).summary!;
    expect(checkpointSeconds).toBeGreaterThan(0);
    expect(checkpointSeconds).toBeLessThan(seconds);
  });

  it("counts in a resumed run all that its processes spent, and the time between them not", async () => {
    let seconds = 0;
    const tick = () => {
      seconds++;
    };
    vi.spyOn(performance, "now").mockImplementation(() => 1_000 * seconds);
    const { write } = CheckpointStore.prototype;
    const written = vi.spyOn(CheckpointStore.prototype, "write").mockImplementation(function (
      this: CheckpointStore,
      ...content
    ) {
      tick();
      return write.apply(this, content);
    });
    const stop = new AbortController();
    const onProgress = ({ done }: { readonly done: number }) => {
      tick();
      if (done === 6) stop.abort();
    };
    const { folder, summary } = await trainTiny(task, {}, { signal: stop.signal, onProgress });
    const before = written.mock.calls.length;
    expect(summary).toMatchObject({ updates: 6, seconds: 6 + before, checkpointSeconds: before });
    seconds += 1_000;
    await resume({ folder, dataset: lineData(), onProgress: tick });
    // A checkpoint does not know yet what itself has taken.
    const checkpoints = written.mock.calls.length - 1;
    expect(checkpoints).toBeGreaterThan(before);
    const { updates, ...after } = readRun(folder).summary!;
    expect(after).toMatchObject({ seconds: updates + checkpoints, checkpointSeconds: checkpoints });
  });
});
