/** The table that the doctor's worth is read from: grades and windows by hand. */
import { expect, it } from "vitest";
import { syntheticRun } from "../../src/report/synthetic.fixture.js";
import { hitsTable } from "./unlearning-figures.js";

/** A run whose critic says `startQ` of a start from which -15 is reached, doing nothing is worth -33; what success falls to. */
function ran(task: string, startQ: number, lowest: number) {
  const run = syntheticRun({ task, agent: "cql" });
  const evaluations = run.evaluations.map((line) => ({ ...line, successRate: line.onlineSteps > 0 ? lowest : 1 }));
  const metrics = run.metrics.map((line) => ({
    ...line,
    metrics: { ...line.metrics, startQMean: startQ, startReturnMean: -15, idleValue: -33 },
  }));
  return { ...run, evaluations, metrics };
}

it("counts who fell by grade, and by where the exit lies between critic and returns", async () => {
  const exit = (reward: number) => `corridor-exit?exitReward=${reward}`;
  const table = await hitsTable([
    ran(exit(-25), -60, 0),
    ran(exit(-25), -60, 0.1),
    ran(exit(-25), -60, 0.15), // a fall is 10 % at most
    ran("corridor-exit", -20, 1), // -25 without a word
    ran(exit(-61), -60, 0.5),
    ran(exit(-15), -60, 0),
    ran(exit(-25), -15.5, 0),
    ran(exit(-16), -15.5, 1),
    ran("corridor-exit?exitUntil=0", -60, 1),
    ran(exit(-25), 5, 1),
  ]);
  const rows = table
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/ {2,}/g, " | "));
  expect(rows).toEqual([
    "at the switch | runs | fell | held",
    "below the floor, the exit is below the critic's value | 1 | 0 | 1",
    "below the floor, the exit is in the window | 3 | 2 | 1",
    "below the floor, the exit is truly better | 1 | 1 | 0",
    "below the floor, there is no exit | 1 | 0 | 1",
    "calibrated, the exit is below the critic's value | 2 | 1 | 1",
    "high, the exit is below the critic's value | 1 | 0 | 1",
    "low, the exit is below the critic's value | 1 | 0 | 1",
  ]);
});
