import { describe, expect, it } from "vitest";
import { UsageError } from "../errors.js";
import { vectorParts } from "./columns.js";
import type { Dataset, Episode } from "./episode.js";
import { randomDataset } from "./example-data.fixture.js";
import { inspectDataset } from "./inspect.js";
import { formatInspection } from "./inspect-format.js";

function episodeOf(rewards: number[], observations: number[], actions: number[], ending: "task" | "clock"): Episode {
  const { length } = rewards;
  const terminated = new Uint8Array(length);
  terminated[length - 1] = ending === "task" ? 1 : 0;
  return {
    length,
    observations: { state: Float32Array.from(observations) },
    actions: Float32Array.from(actions),
    rewards: Float32Array.from(rewards),
    terminated,
    truncated: ending === "clock",
  };
}

/** Three attempts: one solved with a terminal row after it, one that the clock ended, one unsolved. */
const maze: Dataset = {
  source: "maze.hdf5",
  observations: vectorParts(2),
  actionSize: 1,
  episodes: [
    episodeOf([0, 1], [0, 7, 1, 7, 2, 7], [0.5, -2], "task"),
    episodeOf([1], [2, 7, 3, 7], [0.25], "task"),
    episodeOf([0, 0, 0], [3, 7, 4, 7, 5, 7, 6, 7], [1, 1, 1], "clock"),
    episodeOf([0, 0], [0, 7, 0, 7, -8, 7], [0.5, 0.5], "clock"),
  ],
};

describe("inspectDataset", () => {
  const summary = inspectDataset(maze);

  it("counts episodes and steps and summarises lengths and returns", () => {
    expect(summary).toMatchObject({
      source: "maze.hdf5",
      episodes: 4,
      steps: 8,
      lengths: { min: 1, median: 2, max: 3 },
      singleStepEpisodes: 1,
      returns: { min: 0, mean: 0.5, max: 1 },
    });
  });

  it("tells how episodes end and what they reach", () => {
    expect(summary).toMatchObject({ terminatedShare: 0.5, truncatedShare: 0.5, positiveRewardShare: 0.5 });
    expect(summary.rewardValues).toEqual([
      { value: 0, steps: 6 },
      { value: 1, steps: 2 },
    ]);
  });

  it("joins episodes that continue each other into recordings", () => {
    expect(summary.success).toEqual({ reward: 1, episodeShare: 0.5, recordings: 2, recordingShare: 0.5 });
  });

  it.each([
    [
      "episodes of which each begins where the layout lets the one before end",
      [
        [0, 1],
        [1, 0],
        [0, 1],
        [1, 0],
      ],
    ],
    ["a single step that is reached by a leap", [[0, 0], [1], [0, 1]]],
  ])("does not join %s", (_, rewards) => {
    // What follows a terminal row is stored as its next observation, although the episode began elsewhere.
    const starts = rewards.map((_, index) => 100 * index);
    const episodes = rewards.map((own, index) => {
      const rows = [...own.map((_, step) => starts[index]! + step), starts[index + 1] ?? 0];
      return episodeOf(
        own,
        rows.flatMap((x) => [x, 7]),
        own,
        index === rewards.length - 1 ? "clock" : "task",
      );
    });
    const { success } = inspectDataset({ ...maze, episodes });
    expect(success).toEqual({
      reward: 1,
      episodeShare: rewards.filter((own) => own.includes(1)).length / rewards.length,
    });
    expect(formatInspection(inspectDataset({ ...maze, episodes }))).not.toContain("recordings");
  });

  it("gives ranges, constant columns, actions out of range and duplicates", () => {
    expect(summary.states).toEqual({
      ranges: [
        { min: -8, max: 6 },
        { min: 7, max: 7 },
      ],
      constantColumns: [1],
      nonFinite: 0,
    });
    expect(summary.actions.ranges).toEqual([{ min: -2, max: 1 }]);
    expect(summary.actionsBeyondShare).toBe(1 / 8);
    // observation [0, 7] with action 0.5 occurs three times
    expect(summary.duplicateSteps).toBe(2);
  });

  it("counts values that are no numbers and leaves them out of the ranges", () => {
    const odd = episodeOf([0, 1], [Number.NaN, 1, 2, Number.POSITIVE_INFINITY, 3, 4], [0, 0], "task");
    const { states } = inspectDataset({ ...maze, episodes: [odd] });
    expect(states!.nonFinite).toBe(2);
    expect(states!.ranges).toEqual([
      { min: 2, max: 3 },
      { min: 1, max: 4 },
    ]);
  });

  it("counts how often each discrete action was taken, and takes none for out of range", () => {
    const choices = episodeOf([0, 1], [0, 1, 2, 3, 4, 5], [3, 1], "task");
    const again = episodeOf([0, 0, 0], [0, 1, 2, 3, 4, 5, 0, 1], [3, 3, 0], "clock");
    const grid = { ...maze, discreteActions: 5, episodes: [choices, again] };
    const found = inspectDataset(grid);
    expect(found.actionCounts).toEqual([1, 1, 0, 3, 0]);
    expect(found.actionsBeyondShare).toBe(0);
    const text = formatInspection(found);
    expect(text).toContain("observations [2], 5 discrete actions");
    expect(text).toMatch(/ 0 {2}20\.0 % +1 {2}20\.0 % +2 {2}0\.0 %\n +3 {2}60\.0 % +4 {2}0\.0 %\n/);
    expect(text).not.toContain("looks like a choice");
    expect(summary).not.toHaveProperty("actionCounts");
  });

  it("refuses what is no dataset", () => {
    const inspect = () => inspectDataset({ foo: 1 } as unknown as Dataset);
    expect(inspect).toThrow(UsageError);
    expect(inspect).toThrow(
      /^The dataset given to inspectDataset\(\) is \{"foo":1\}, which is no dataset; give one as/,
    );
  });

  it("takes no reward for success where rewards are dense", () => {
    const dense = episodeOf([0.1, 0.2, 0.3], [0, 0, 1, 1, 2, 2, 3, 3], [0, 0, 0], "clock");
    expect(inspectDataset({ ...maze, episodes: [dense] }).success).toBeUndefined();
  });
});

describe("formatInspection", () => {
  it("is a plain table with the figures", () => {
    const text = formatInspection(inspectDataset(maze));
    expect(text).toMatch(/^dataset +maze\.hdf5\n/);
    expect(text).toContain("4 (1 of a single step)");
    expect(text).toContain("min 1  median 2  max 3");
    expect(text).toContain("50.0 % of the episodes reach reward 1; 50.0 % of the 2 recordings do");
    expect(text).toContain("0 in 6 steps, 1 in 2 steps");
    expect(text).toContain("12.5 % of the values beyond +-1 (no bounds are known)");
    expect(text).toMatch(/ 0 {2}-8 to 6/);
    expect(text).toContain("Observations: constant in column 1");
    expect(text).toContain("2 steps (25.0 %) occur more than once");
    const [figures] = text.split("look at");
    for (const line of figures!.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
  });

  it("says what the reader left out, with its count and a place", () => {
    const note = { text: "because their episode has no second row", leftOut: 95, example: "line 3" };
    const text = formatInspection(inspectDataset({ ...maze, notes: [note] }));
    expect(text).toMatch(/\nreading +95 rows left out, because their episode has no second row \(line 3, for one\)\n/);
    expect(text).toMatch(/\nlook at .*\n? *92\.2 % of the rows \(95, such as line 3\) gave no step/s);
  });

  it("tells no success where the higher reward is the usual one, unless the two are a sparse task's", () => {
    const own = (rewards: number[]) =>
      episodeOf(
        rewards,
        rewards.flatMap((_, step) => [step, 7]).concat(0, 0),
        rewards.map(() => 0),
        "clock",
      );
    const of = (...episodes: number[][]) => inspectDataset({ ...maze, episodes: episodes.map(own) });
    const costs = of([-1, -1, -25], [-1, -1, -1]);
    expect(costs.success).toBeUndefined();
    expect(formatInspection(costs)).toContain("not told by these rewards (the higher one is the usual one)\n");
    expect(of([-1, -1, 0], [-1, -1, -1]).success).toMatchObject({ reward: 0, episodeShare: 0.5 });
    // At the goal for most of the time.
    expect(of([0, 1, 1, 1], [0, 0]).success).toMatchObject({ reward: 1, episodeShare: 0.5 });
    // Paid for every step until a fall.
    expect(of([1, 1, 1, 0], [1, 1, 0]).success).toBeUndefined();
  });

  it("holds actions against their bounds where these are known", () => {
    const bounds = { low: Float32Array.of(-2), high: Float32Array.of(0.75) };
    const text = formatInspection(inspectDataset({ ...maze, actionBounds: bounds }));
    expect(text).toContain("37.5 % of the values beyond [-2, 0.75]\n");
    expect(text).not.toContain("+-1");
  });

  it("writes neighbouring columns of one range as one", () => {
    const alike = episodeOf([0, 1], [0, 1, 0, 1, 0, 1, 0, 1, 5], [0.1, 0.2], "task");
    const text = formatInspection(inspectDataset({ ...maze, observations: vectorParts(3), episodes: [alike] }));
    expect(text).toMatch(/observations\n +0-1 {2}0 to 1 +2 {2}0 to 5\n/);
  });

  it("says so when nothing is odd", () => {
    const calm = randomDataset(1, new Array<number>(20).fill(60), { observationSize: 3, actionSize: 2 });
    expect(formatInspection(inspectDataset(calm))).toMatch(/\nlook at +nothing odd found\n$/);
  });
});
