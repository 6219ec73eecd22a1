/**
 * What is shown while an amount of work is done: a bar with the time left on a terminal, nothing elsewhere.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { amountView } from "./amount-view.js";
import { Screen } from "./screen.fixture.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("amountView", () => {
  it("shows share, amount and time left on a terminal", () => {
    const screen = new Screen(true);
    const view = amountView("converting", screen);
    for (let done = 0; done <= 50; done += 10) {
      view.show(done, 100);
      vi.advanceTimersByTime(1000);
    }
    expect(screen.text).toContain("converting");
    expect(screen.text).toMatch(/50% \| 50\/100 \| \d+s left/);
    view.stop();
  });

  it("shows the amount alone where the total is not known", () => {
    const screen = new Screen(true);
    const view = amountView("converting", screen);
    view.show(0, undefined);
    vi.advanceTimersByTime(1000);
    view.show(1234, undefined);
    vi.advanceTimersByTime(1000);
    view.stop();
    expect(screen.text).toContain("converting | 1234 | ");
    expect(screen.text).not.toContain("%");
  });

  it("shows nothing where the output is no terminal, and nothing before the first amount", () => {
    const pipe = new Screen(false);
    const view = amountView("converting", pipe);
    view.show(1, 2);
    view.stop();
    const idle = new Screen(true);
    amountView("converting", idle).stop();
    expect([pipe.text, idle.text]).toEqual(["", ""]);
  });
});
