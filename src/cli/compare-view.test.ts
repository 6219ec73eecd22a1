/** One view for many runs: redrawn lines on a terminal, plain lines elsewhere, and the table at the end. */
import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ComparedRun } from "../comparison/compare.js";
import { variantOf, withCommon } from "../comparison/comparison.js";
import type { FolderState } from "../comparison/folder-state.js";
import { planRuns } from "../comparison/plan.js";
import type { RunWorker } from "../comparison/run-worker.js";
import { syntheticRun } from "../report/synthetic.fixture.js";
import { comparisonTables, failuresText } from "./compare-text.js";
import { comparisonView } from "./compare-view.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

class Screen extends Writable {
  text = "";
  columns = 300;
  constructor(readonly isTTY: boolean) {
    super();
  }
  override _write(chunk: unknown, _: BufferEncoding, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

const variants = withCommon(
  [variantOf("cal-ql"), variantOf("cql")],
  { offlineUpdates: 100, onlineSteps: 100 },
  "under",
);
const runs = await planRuns({ tasks: ["pointmaze-umaze"], seeds: [0, 1], variants }, "out");
const worker: RunWorker = { ended: new Promise(() => {}), stop: () => {}, pid: 77 };
const offline = (done: number) => ({ phase: "offline" as const, done, total: 100, updatesPerSecond: 12.34 });

/** Up by three lines, and erase from there on. */
const ERASE_THREE = "\u001b[3A\u001b[J";

/** Three of four runs are due; two begin, the first begins to learn after 30 seconds and makes half of its offline updates in 25. */
function halfWay(screen: Screen, part?: string) {
  const { events, stop } = comparisonView(screen, part);
  const states = runs.map((run, i): [typeof run, FolderState] => [run, { kind: i === 3 ? "complete" : "missing" }]);
  events.planned!(runs, new Map(states));
  events.began!(runs[0]!, worker);
  events.began!(runs[1]!, worker);
  vi.advanceTimersByTime(30_000);
  events.progressed!(runs[0]!, offline(0));
  vi.advanceTimersByTime(25_000);
  events.progressed!(runs[0]!, offline(50));
  return { events, stop };
}

describe("where the output is no terminal", () => {
  it("runs begin and end with a line each, and the whole is said now and then", () => {
    const screen = new Screen(false);
    const { events } = halfWay(screen);
    events.progressed!(runs[0]!, offline(60));
    events.ended!(runs[0]!, { status: "failed", reason: "its worker was killed by SIGKILL" });
    expect(screen.text.split("\n")).toEqual([
      "1 of 4 runs are complete and are not run again",
      "cal-ql, seed 0 begins (process 77)",
      "cql, seed 0 begins (process 77)",
      "1 of 4 runs done",
      "1 of 4 runs done, about 2 min 18 s left",
      "cal-ql, seed 0 failed: its worker was killed by SIGKILL",
      "",
    ]);
    expect(screen.text).not.toContain("\u001b");
  });

  it("where it is one part of several, it says which, and that the time left is that of the part", () => {
    const screen = new Screen(false);
    halfWay(screen, "part 1 of 2, ");
    expect(screen.text).toContain("\npart 1 of 2, 1 of 4 runs done, about 2 min 18 s left of this part\n");
  });

  it("runs that ended early say how they ended, and what becomes of them", () => {
    const screen = new Screen(false);
    const { events } = comparisonView(screen);
    events.resumed!(runs[0]!, "failed (the disk is full)");
    events.setAside!(runs[1]!, "was killed and cannot be gone on with: C is damaged", "out/x.damaged-1");
    expect(screen.text.split("\n")).toEqual([
      "cal-ql, seed 0 failed (the disk is full); going on with it",
      "cql, seed 0 was killed and cannot be gone on with: C is damaged; beginning again (what there was: out/x.damaged-1)",
      "",
    ]);
  });
});

describe("what a person should know though a run goes on", () => {
  const sentence = "The checkpoint C is damaged: it is cut off. The one before it is taken.";

  it("is a line with the run's name", () => {
    const screen = new Screen(false);
    comparisonView(screen).events.noticed!(runs[0]!, sentence);
    expect(screen.text).toBe(`cal-ql, seed 0: ${sentence}\n`);
  });

  it("stays above the lines that are drawn over themselves, and is not cut to the screen", () => {
    const screen = new Screen(true);
    const { events, stop } = halfWay(screen);
    screen.columns = 20;
    const before = screen.text.length;
    events.noticed!(runs[1]!, sentence);
    expect(screen.text.slice(before)).toBe(`${ERASE_THREE}cql, seed 0: ${sentence}\n`);
    vi.advanceTimersByTime(1000);
    const drawn = screen.text.length;
    events.progressed!(runs[1]!, offline(100));
    expect(screen.text.slice(drawn)).toMatch(/^cal-ql, seed 0 /);
    stop();
  });
});

describe("on a terminal", () => {
  it("a line for each worker and one for the whole are drawn over the last ones", () => {
    const screen = new Screen(true);
    const { events, stop } = halfWay(screen);
    expect(screen.text.split(ERASE_THREE).at(-1)!.split("\n")).toEqual([
      "cal-ql, seed 0  offline  50% | 50/100 | 12.3 updates/s | not yet evaluated",
      "cql, seed 0  starting",
      "1 of 4 runs done, about 2 min 18 s left",
      "",
    ]);
    const before = screen.text.length;
    vi.advanceTimersByTime(1000);
    events.progressed!(runs[1]!, offline(100));
    const redrawn = screen.text.slice(before);
    expect(redrawn.startsWith(`${ERASE_THREE}cal-ql, seed 0 `)).toBe(true);
    expect(redrawn).toMatch(/\ncql, seed 0 {2}offline 100% /);
    stop();
    expect(screen.text.endsWith(ERASE_THREE)).toBe(true);
  });

  it("is not drawn more often than the eye can follow, and no wider than the screen", () => {
    const screen = new Screen(true);
    screen.columns = 20;
    const { events } = halfWay(screen);
    const before = screen.text;
    events.progressed!(runs[0]!, offline(51));
    expect(screen.text).toBe(before);
    expect(
      Math.max(
        ...before
          .replaceAll(ERASE_THREE, "")
          .split("\n")
          .slice(1)
          .map((line) => line.length),
      ),
    ).toBe(19);
  });
});

describe("the table at the end", () => {
  const compared = (seed: number, agent: "cal-ql" | "cql", more: Partial<ComparedRun> = {}): ComparedRun => ({
    name: `${agent}, seed ${seed}`,
    label: agent,
    task: "pointmaze-umaze",
    seed,
    folder: "",
    status: "completed",
    run: syntheticRun({ seed, agent }),
    ...more,
  });

  it("has means, intervals, and the count of runs behind them", () => {
    const { run: _, ...lost } = compared(2, "cql", { status: "failed", reason: "out of memory." });
    const all = [compared(0, "cal-ql"), compared(1, "cal-ql"), compared(0, "cql"), compared(1, "cql"), lost];
    const lines = comparisonTables(all).split("\n");
    expect(lines[0]).toBe("pointmaze-umaze, mean and 95 % interval over seeds");
    expect(lines[1]).toMatch(/^agent +before +at the switch +after 5\s% +after 20\s% +after 100\s%/);
    expect(lines[2]).toMatch(/^cal-ql +2 runs +\d+ % +7\d %/);
    expect(lines[3]).toMatch(/^ +\d+–\d+ %/);
    expect(lines[4]).toMatch(/^cql +2 of 3 runs complete/);
    expect(failuresText(all)).toBe("cql, seed 2: failed: out of memory\n");
  });

  it("ends with interquartile means over several tasks", () => {
    const tasks = ["pointmaze-umaze", "pointmaze-large"].map((task) =>
      compared(0, "cql", { task, run: syntheticRun({ agent: "cql", task }) }),
    );
    const text = comparisonTables(tasks);
    expect(text).toContain("\nAll tasks, interquartile mean\n");
    expect(text.slice(text.indexOf("All tasks"))).toMatch(/\ncql +2 tasks/);
    expect(text).not.toContain("interval"); // one run a task has none
    expect(comparisonTables(tasks, false)).toBe(text.slice(0, text.indexOf("\nAll tasks")));
  });
});
