/** The verdict at the switch, and which evaluation of a run is the best until then: by success, by return while nothing succeeds, the latest of equal ones. */
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

describe("the verdict at the switch", () => {
  const figures = { startQMean: -15, startReturnMean: -16, idleValue: -33 };
  /** What is said of a policy that was evaluated so, in this order. */
  const verdictOn = async (worths: readonly Worth[], recordedReturn?: number) => {
    const sink = new MemorySink();
    const log = new RunLog(sink, 1);
    const known = recordedReturn === undefined ? {} : { recordedReturn };
    log.watchStarts({ measure: async () => figures, settings: {}, ...known });
    await log.update(async () => ({ criticLoss: 1 }));
    for (const worth of worths) log.writeEvaluation(evaluation(worth));
    await log.endPhase();
    return sink.notices.map(({ notice }) => notice).join();
  };

  it("is on the policy that goes online, not on the one before training", async () => {
    const [failed, succeeded]: Worth[] = [
      [0, -60],
      [1, -20],
    ];
    expect(await verdictOn([failed!, succeeded!])).not.toContain("succeeded in no episode");
    expect(await verdictOn([succeeded!, failed!])).toContain("succeeded in no episode");
  });

  it("compares what it returns with what the recorded episodes did", async () => {
    expect(await verdictOn([[1, -20]], -30)).toContain("its episodes return −20, the recorded ones −30");
    expect(await verdictOn([[1, -20]], -20)).not.toContain("the policy does better");
    expect(await verdictOn([[1, -20]])).not.toContain("the policy does better");
  });
});
