/**
 * What is shown while a run goes on: a bar on a terminal, plain lines elsewhere, both with phase, speed, time left and
 * the last evaluation.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { EvaluationLine } from "../training/record.js";
import type { Progress } from "../training/run-log.js";
import { type ProgressOutput, progressView } from "./progress.js";
import { Screen } from "./screen.fixture.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const evaluation: EvaluationLine = {
  phase: "online",
  updates: 120,
  onlineSteps: 20,
  seconds: 1,
  episodes: 20,
  successRate: 0.85,
  returnMean: -12.3456,
  returnStandardDeviation: 0,
  lengthMean: 42.4,
};
const at = (done: number, more: Partial<Progress> = {}): Progress => ({
  phase: "offline",
  done,
  total: 100,
  updatesPerSecond: 12.34,
  ...more,
});
const view = (screen: Screen) => progressView("cal-ql", screen as ProgressOutput);

describe("where the output is no terminal", () => {
  it("a line comes every ten seconds, not at every update", () => {
    const screen = new Screen(false);
    const { show } = view(screen);
    show(at(0));
    for (let done = 1; done <= 30; done++) {
      vi.advanceTimersByTime(1000);
      show(at(done));
    }
    expect(screen.text.split("\n")).toEqual([
      "cal-ql offline 10/100 (10%), 12.3 updates/s, 1 min 30 s left",
      "cal-ql offline 20/100 (20%), 12.3 updates/s, 1 min 20 s left",
      "cal-ql offline 30/100 (30%), 12.3 updates/s, 1 min 10 s left",
      "",
    ]);
  });

  it("every evaluation is a line of its own, and so is the wish to stop", () => {
    const screen = new Screen(false);
    const { evaluated, stopping, stop } = view(screen);
    evaluated(evaluation);
    stopping();
    stop();
    expect(screen.text.split("\n")).toEqual([
      "cal-ql online success 85 %, return -12.3, length 42 (after 120 updates, 20 online steps)",
      "cal-ql stopping; what there is will be written (once more to stop at once)",
      "",
    ]);
  });

  it("no control characters reach a log", () => {
    const screen = new Screen(false);
    const { show, evaluated, stop } = view(screen);
    show(at(0, { phase: "collecting" }));
    vi.advanceTimersByTime(20_000);
    show(at(50, { phase: "collecting" }));
    evaluated(evaluation);
    stop();
    expect(screen.text).toContain("cal-ql collecting 50/100 (50%), collecting data, 20 s left\n");
    for (const control of ["\u001b", "\r"]) expect(screen.text).not.toContain(control);
  });
});

describe("on a terminal", () => {
  it("one bar shows phase, count, speed, time left and the last evaluation", () => {
    const screen = new Screen(true);
    const { show, stop } = view(screen);
    show(at(0));
    vi.advanceTimersByTime(30_000);
    show(at(25, { lastEvaluation: evaluation }));
    vi.advanceTimersByTime(1000);
    stop();
    const last = screen.text.slice(screen.text.lastIndexOf("cal-ql offline"));
    expect(last).toMatch(
      /^cal-ql offline .*25% \| 25\/100 \| 12\.3 updates\/s \| 1 min 30 s left \| success 85 %, return -12\.3, length 42 \(after 120/,
    );
  });

  it("an evaluation that ends the run is shown as well", () => {
    const screen = new Screen(true);
    const { show, evaluated, stop } = view(screen);
    show(at(100));
    expect(screen.text).toContain("not yet evaluated");
    evaluated(evaluation);
    stop();
    expect(screen.text.slice(screen.text.lastIndexOf("cal-ql offline"))).toContain("success 85 %");
  });

  it("a new phase begins a new bar", () => {
    const screen = new Screen(true);
    const { show, stop } = view(screen);
    show(at(100));
    show(at(0, { phase: "online", total: 50 }));
    vi.advanceTimersByTime(1000);
    stop();
    expect(screen.text).toContain("cal-ql offline");
    expect(screen.text).toMatch(/cal-ql online .*0\/50/);
  });

  it("a run that ends before anything was shown leaves nothing", () => {
    const screen = new Screen(true);
    const { evaluated, stop } = view(screen);
    evaluated(evaluation);
    stop();
    expect(screen.text).not.toContain("cal-ql");
  });
});
