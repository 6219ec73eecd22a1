/** The tables that the doctor's worth is read from: grades, windows and exits by hand. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packEpisode } from "../../src/data/episode.js";
import { syntheticRun } from "../../src/report/synthetic.fixture.js";
import { EpisodeLog } from "../../src/runs/checkpoints/episode-log.js";
import { exitsTable, hitsTable, rangeText } from "./unlearning-figures.js";

/** A run whose critic says `startQ` of a start from which -15 is reached, doing nothing is worth -33; what success falls to. */
function ran(task: string, startQ: number, lowest: number, before = 1) {
  const run = syntheticRun({ task, agent: "cql", settings: { discount: 0.97 } });
  const evaluations = run.evaluations.map((line) => ({ ...line, successRate: line.onlineSteps > 0 ? lowest : before }));
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
    ran(exit(-14.6), -60, 0), // walking is worth -14.65: 19 steps of -1
    ran(exit(-14.7), -14, 1),
    ran(exit(-25), -15.5, 0),
    ran(exit(-16), -15.5, 1),
    ran("corridor-exit?exitUntil=0", -60, 1),
    ran("pointmaze-umaze", -60, 1),
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
    "below the floor, there is no exit | 2 | 0 | 2",
    "calibrated, the exit is below the critic's value | 3 | 1 | 2",
    "high, the exit is below the critic's value | 1 | 0 | 1",
    "low, the exit is below the critic's value | 1 | 0 | 1",
  ]);
});

it("counts no run that had nothing to lose among those that held", async () => {
  const table = await hitsTable([
    ran("corridor-exit", -60, 0, 0.5),
    ran("corridor-exit", -60, 1, 0.5),
    ran("corridor-exit", -60, 1),
    ran("corridor-exit", -15, 0, 0.4),
  ]);
  const rows = table.trimEnd().split("\n").map((line) => line.split(/ {2,}/)); // biome-ignore format: a line
  expect(rows).toEqual([
    ["at the switch", "runs", "fell", "held", "nothing to lose"],
    ["below the floor, the exit is in the window", "3", "0", "1", "2"],
    ["calibrated, the exit is below the critic's value", "1", "0", "0", "1"],
  ]);
});

it("takes the mean of the two in the middle for the median of an even number", () => {
  expect(rangeText([9, 2, 4, 7])).toBe("2 to 9, median 5.5");
  expect(rangeText([9, 2, 4])).toBe("2 to 9, median 4");
  expect(rangeText([3])).toBe("3 to 3, median 3");
});

it("counts the exits that online episodes ended in, of any reward, and those that were early", () => {
  const folder = mkdtempSync(join(tmpdir(), "calql-figures-"));
  try {
    const log = EpisodeLog.create(folder);
    // Ends after 100, 200, 300, 400 and 500 steps; the third reached the goal.
    for (const last of [-10.1, -10.1, 0, -10.1, -10.1]) log.append(walk(100, last));
    log.close();
    const run = { ...ran("corridor-exit?exitReward=-10.1", -60, 1), folder };
    const rows = exitsTable([run]).split("\n");
    expect(rows[1]!.split(/ {2,}/)).toEqual(["cql, held", "1", "4 to 4, median 4", "2 to 2, median 2"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** An episode in the corridor whose last step has this reward. */
function walk(steps: number, last: number) {
  const observations = Array.from({ length: steps + 1 }, () => Float32Array.of(0, 0));
  const actions = Array.from({ length: steps }, () => Float32Array.of(0, 0));
  return packEpisode(observations, actions, [...Array<number>(steps - 1).fill(-1), last], true);
}
