/** Which evaluation of a run is the best until then: by success, by return while nothing succeeds, the latest of equal ones. */
import { describe, expect, it } from "vitest";
import { MemorySink } from "./memory-sink.js";
import type { Evaluation } from "./ports.js";
import { RunLog } from "./run-log.js";

type Worth = readonly [successRate: number, returnMean: number];

const evaluation = ([successRate, returnMean]: Worth): Evaluation => {
  return { episodes: 1, successRate, returnMean, returnStandardDeviation: 0, lengthMean: 1 };
};

/** Whether each evaluation was the best until then, in a run that began with some of them made already. */
function bestOnes(worths: readonly Worth[], before = 0): boolean[] {
  const made = worths.slice(0, before).map((worth, updates) => ({
    ...({ phase: "offline", updates, onlineSteps: 0, seconds: 0 } as const),
    ...evaluation(worth),
  }));
  const log = new RunLog(new MemorySink(), 1, {}, made);
  return worths.slice(before).map((worth) => {
    log.writeEvaluation(evaluation(worth));
    return log.lastIsBest;
  });
}

describe("the last evaluation is the best", () => {
  it.each<[string, Worth[], boolean[]]>([
    [
      "where its return is above all before, not only the last",
      [
        [0, 3],
        [0, 1],
        [0, 2],
        [0, 4],
      ],
      [true, false, false, true],
    ],
    [
      "where it is a tie",
      [
        [0, 3],
        [0, 3],
        [0, 2],
        [0, 3],
      ],
      [true, true, false, true],
    ],
    [
      "by success before return",
      [
        [0.5, 1],
        [0, 9],
        [1, 0],
        [0.5, 9],
        [1, 1],
      ],
      [true, false, true, false, true],
    ],
    [
      "where it succeeds as often, whatever its return",
      [
        [0, 9],
        [0.5, 3],
        [0.5, 1],
        [0.25, 9],
        [0.5, 2],
      ],
      [true, true, true, false, true],
    ],
  ])("%s", (_, worths, best) => {
    expect(bestOnes(worths)).toEqual(best);
    expect(bestOnes(worths, 2)).toEqual(best.slice(2));
  });
});
