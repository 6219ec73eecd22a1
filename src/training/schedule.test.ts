/** The mixing ratio of online updates: constant, or linear to an end. */
import { expect, it } from "vitest";
import { mixingRatioAt } from "./schedule.js";

const constant = { mixingRatio: 0.5, mixingRatioEnd: null, mixingSteps: null, onlineSteps: 1000, warmupSteps: 0 };

it.each([
  [constant, [0.5, 0.5, 0.5]],
  [{ ...constant, mixingRatio: -1 }, [-1, -1, -1]],
  [{ ...constant, mixingRatioEnd: 0.1 }, [0.5, 0.3, 0.1]],
  [{ ...constant, mixingRatioEnd: 0.1, mixingSteps: 500 }, [0.5, 0.1, 0.1]],
  [{ ...constant, mixingRatio: 0, mixingRatioEnd: 1, mixingSteps: 1000 }, [0, 0.5, 1]],
  // A warm-up has no updates: the schedule begins after it.
  [{ ...constant, mixingRatioEnd: 0.1, warmupSteps: 400, mixingSteps: 200 }, [0.5, 0.3, 0.1]],
  [{ ...constant, mixingRatioEnd: 0.1, warmupSteps: 400, onlineSteps: 600 }, [0.5, 0.3, 0.1]],
  [{ ...constant, mixingRatioEnd: 0.1, warmupSteps: 500 }, [0.5, 0.5, 0.1]],
])("%j after 0, 500 and 2000 steps", (settings, expected) => {
  const found = [0, 500, 2000].map((steps) => mixingRatioAt(steps, settings));
  for (const [i, ratio] of found.entries()) expect(ratio).toBeCloseTo(expected[i]!, 12);
});
