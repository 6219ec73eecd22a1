/** Every check speaks where it should, with the figure and the next step, and keeps silent about ordinary data. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { vectorParts } from "../columns.js";
import type { Dataset, Episode } from "../episode.js";
import { randomDataset } from "../example-data.fixture.js";
import { inspectDataset } from "../inspect.js";
import { checkData, checks, checksTable, type DataContext } from "./checks.js";

const sizes = { observationSize: 3, actionSize: 2 };
/** 20 episodes of 60 steps, in which nothing is odd: normal observations, actions and rewards uniform in [-1, 1]. */
const ordinary = randomDataset(1, new Array<number>(20).fill(60), sizes);

/** Ordinary data of which every episode is another one. */
function changed(
  change: (episode: Episode, index: number) => Partial<Episode>,
  header: Partial<Dataset> = {},
): Dataset {
  const episodes = ordinary.episodes.map((episode, index) => ({ ...episode, ...change(episode, index) }));
  return { ...ordinary, ...header, episodes };
}

function found(dataset: Dataset, context?: DataContext): Record<string, string> {
  return Object.fromEntries(checkData(inspectDataset(dataset), context).map(({ id, sentence }) => [id, sentence]));
}

const unit = { low: Float32Array.of(-1, -1), high: Float32Array.of(1, 1) };
const rewardsOf = (reward: (step: number, episode: number) => number) =>
  changed(({ length }, index) => ({ rewards: Float32Array.from({ length }, (_, step) => reward(step, index)) }));
const actionsOf = (action: (i: number, value: number) => number, header?: Partial<Dataset>) =>
  changed(({ actions }) => ({ actions: actions.map((value, i) => action(i, value)) }), header);
const statesOf = (state: (i: number, value: number) => number) =>
  changed(({ observations }) => ({
    observations: { state: (observations.state as Float32Array).map((x, i) => state(i, x)) },
  }));

/** The first steps of an episode. */
const rowsTo = (episode: Episode, length: number): Episode => ({
  ...episode,
  length,
  observations: { state: episode.observations.state!.subarray(0, 3 * (length + 1)) },
  actions: episode.actions.subarray(0, 2 * length),
  rewards: episode.rewards.subarray(0, length),
  terminated: episode.terminated.subarray(0, length),
  truncated: true,
});

describe("checkData", () => {
  it("finds nothing in ordinary data, with and without a task", () => {
    expect(found(ordinary)).toEqual({});
    const context = { task: "line", recordedTask: "line", horizon: 60, actionBounds: unit };
    expect(found(ordinary, { ...context, rewards: { scale: 1, shift: 0 } })).toEqual({});
  });

  describe("actions", () => {
    it("beyond bounds that are known are an error, and with clipActions a notice", () => {
      const far = actionsOf((i, value) => (i % 4 === 0 ? 50 + value : value / 2), { actionBounds: unit });
      const [error] = checkData(inspectDataset(far));
      expect(error).toMatchObject({ id: "actions-beyond-bounds", level: "error" });
      expect(error!.sentence).toMatch(/^25\.0 % of the action values lie beyond their bounds \[-1, 1\]: correct /);
      const [clipped] = checkData(inspectDataset(far), { clipActions: true });
      expect(clipped).toMatchObject({ id: "actions-clipped", level: "notice" });
      expect(clipped!.sentence).toMatch(
        /^25\.0 % of .* \[-1, 1\] and are clipped to them, ranging from -0\.\d+ to 5[01]/,
      );
    });

    it("beyond 1 without bounds ask for them", () => {
      const far = actionsOf((i, value) => (i % 10 === 0 ? 1.5 : value));
      expect(found(far)).toEqual({
        "actions-beyond-one":
          "10.0 % of the action values lie beyond -1 and 1: give their bounds (--action-bounds LOW,HIGH), or set clipActions to true (--clip-actions) where the environment clips them.",
      });
    });

    it("of one half of the range are told, whichever it is, and not those of most of it", () => {
      const sentence = found(actionsOf((_, value) => (value + 1) / 2))["actions-use-half"];
      expect(sentence).toMatch(
        /^No action lies in the lower half of \[-1, 1\].*range from 0\.\d+ to 0\.99\d*;.*--action-bounds/,
      );
      expect(found(actionsOf((_, value) => (value - 1) / 2))["actions-use-half"]).toContain("the upper half");
      const bounds = { low: Float32Array.of(0, 0), high: Float32Array.of(1, 1) };
      expect(found(actionsOf((_, value) => (value + 1) / 2, { actionBounds: bounds }))).toEqual({});
      expect(found(actionsOf((i, value) => (i % 2 === 0 ? Math.abs(value) : value)))).toEqual({});
    });

    it("that look like choices are told: whole numbers, one-hot rows, several choices at once", () => {
      const one = { ...randomDataset(1, new Array<number>(20).fill(60), { ...sizes, actionSize: 1 }) };
      const column = {
        ...one,
        episodes: one.episodes.map((e) => ({ ...e, actions: e.actions.map((x) => (x > 0 ? 2 : 0)) })),
      };
      expect(found(column)["actions-look-discrete"]).toContain("from 0 to 2, which looks like a choice");
      expect(found(column)["actions-look-discrete"]).toContain("--discrete-actions 3");
      const hot = actionsOf((i) => ((i >> 1) % 2 === i % 2 ? 1 : 0));
      expect(found(hot)).toEqual({ "actions-look-discrete": expect.stringContaining("a choice among 2 and") });
      const several = actionsOf((i) => [0, 0, 2, 1, 1, 1][i % 6]!);
      expect(found(several)["actions-look-discrete"]).toContain("2 choices at once (MultiDiscrete)");
      const bangBang = actionsOf((_, value) => Math.sign(value));
      expect(found(bangBang)).toEqual({});
    });

    it("that look like choices though they go below 0: three values in every column, one-hot of -1 and 1", () => {
      const three = actionsOf((i) => [-1, 0, 1, 1, 0, -1, -1, -1][i % 8]!);
      expect(found(three)["actions-look-discrete"]).toMatch(/^All 2 numbers of every action are whole, from -1 to 1,/);
      const hot = actionsOf((i) => ((i >> 1) % 2 === i % 2 ? 1 : -1));
      expect(found(hot)["actions-look-discrete"]).toContain(
        "a single 1 among 2 numbers, with -1 elsewhere, which looks",
      );
      const withPause = actionsOf((i, value) => (i % 200 === 0 ? 0 : Math.sign(value)));
      expect(found(withPause)).toEqual({});
    });

    it("of one half of a task's range are to be stored in its units, and are fine then", () => {
      const half = actionsOf((_, value) => (value + 1) / 2);
      const context = { task: "line", actionBounds: unit };
      expect(found(half, context)["actions-use-half"]).toMatch(
        /store them in those of the task \(-1 \+ 2 \* a in place of an action a from 0 to 1\)\.$/,
      );
      expect(
        found(
          actionsOf((_, value) => -1 + 2 * ((value + 1) / 2)),
          context,
        ),
      ).toEqual({});
    });

    it("of one half of the range but for a little noise are told with its share", () => {
      const noisy = actionsOf((i, value) => (i % 120 === 0 ? -0.01 : (value + 1) / 2));
      expect(found(noisy)["actions-use-half"]).toMatch(/^Only 1.7 % of the actions lie in the lower half of \[-1, 1\]/);
      const tenth = actionsOf((i, value) => (i % 10 === 0 ? -0.01 : (value + 1) / 2));
      expect(found(tenth)).toEqual({});
    });
  });

  describe("episodes of one step", () => {
    const singles = (terminated: (row: number) => number): Dataset => ({
      ...ordinary,
      episodes: randomDataset(1, new Array<number>(1200).fill(1), sizes).episodes.map((episode, row) => ({
        ...episode,
        terminated: Uint8Array.of(terminated(row)),
        truncated: terminated(row) === 0,
      })),
    });

    it("that the clock ended, or nothing that is marked, are told with what causes them", () => {
      const sentence = found(singles((row) => (row % 80 === 0 ? 1 : 0)))["mostly-single-steps"];
      expect(sentence).toMatch(/^100.0 % of the steps are episodes of a single step.*--ignore next_observations/);
    });

    it("that the task ended are told as such, and some beside long ones, as in AntMaze data, are not told", () => {
      expect(Object.keys(found(singles(() => 1)))).toEqual(["mostly-terminal"]);
      const mixed = { ...ordinary, episodes: [...ordinary.episodes, ...singles(() => 0).episodes.slice(0, 1000)] };
      expect(found(mixed)).not.toHaveProperty("mostly-single-steps");
    });
  });

  describe("rewards", () => {
    const maze = { task: "pointmaze-umaze", rewards: { scale: 10, shift: -5, sparse: [0, 1] as const } };

    it("that are not the task's own would be scaled a second time, until the remedy is followed", () => {
      const shifted = rewardsOf((step) => (step === 59 ? 0 : -1));
      expect(found(shifted, maze)).toEqual({
        "rewards-not-the-tasks":
          "Rewards are -1 and 0, where pointmaze-umaze gives 0 and 1: with rewardScale 10 and rewardShift -5 the lowest and the highest become -15 and -5 in place of -5 and 5; store 0 in place of -1 and 1 in place of 0.",
      });
      expect(
        found(
          rewardsOf((step) => (step === 59 ? 1 : 0)),
          maze,
        ),
      ).toEqual({});
      expect(
        found(
          rewardsOf((step) => (step === 59 ? 5 : -5)),
          maze,
        )["rewards-not-the-tasks"],
      ).toContain("become -55 and 45 in place of -5 and 5; store 0 in place of -5 and 1 in place of 5.");
      expect(found(ordinary, maze)["rewards-not-the-tasks"]).toMatch(/^Rewards are many values from -0\.9\d* to 0\.9/);
      expect(found(shifted)).toEqual({});
    });

    it("that never change are told, as failure where they are 0 or below", () => {
      expect(found(rewardsOf(() => 2))).toEqual({ "constant-rewards": expect.stringContaining("(2 in 1,200 steps)") });
      expect(
        found(
          rewardsOf(() => 0),
          maze,
        ),
      ).toEqual({
        "no-success": expect.stringMatching(/^No episode succeeds: the reward is 0 in all 1,200 steps; add recordings/),
      });
    });
  });

  describe("observations", () => {
    it("that are huge or of very different scale ask for normalisation, until it is set", () => {
      const huge = statesOf((i, value) => (i % 3 === 1 ? 1e6 + 1e6 * value : value));
      expect(Object.keys(found(huge))).toEqual(["huge-observations", "scales-apart"]);
      expect(found(huge)["huge-observations"]).toMatch(
        /^Observations reach \d{7} \(column 1\), .*: set normaliseObservations to true \(--normalise-observations\)/,
      );
      const apart = statesOf((i, value) => (i % 3 === 1 ? 1e5 * value : value));
      expect(found(apart)).toEqual({
        "scales-apart": expect.stringMatching(/column 1 ranges over .*column [02] over/),
      });
      for (const dataset of [huge, apart]) expect(found(dataset, { normaliseObservations: true })).toEqual({});
    });

    it("that are no numbers are an error", () => {
      const broken = statesOf((i, value) => (i === 4 ? Number.NaN : value));
      expect(checkData(inspectDataset(broken))[0]).toEqual({
        id: "not-finite",
        level: "error",
        sentence:
          "Observations: 20 values NaN or infinite, on which nothing can be trained; repair these episodes, or leave them out with --drop-faulty.",
      });
    });

    it("that are no numbers say nothing else, while checks of other values go on", () => {
      const same = changed(({ actions, rewards }, index) => ({
        rewards: rewards.map((_, step) => (index === 3 && step === 7 ? Number.NaN : 1)),
        actions: actions.map((value) => 3 * value),
      }));
      expect(Object.keys(found(same))).toEqual(["not-finite", "actions-beyond-one"]);
      const { returns } = inspectDataset(same);
      expect(returns).toEqual({ min: 60, mean: 60, max: 60 });
      const huge = statesOf((i, value) => (i === 4 ? Number.NaN : 1e6 * value));
      expect(Object.keys(found(huge))).toEqual(["not-finite"]);
    });

    it("that are constant in a column are told, and so are actions", () => {
      expect(found(statesOf((i, value) => (i % 3 === 0 ? value : 4)))).toEqual({
        "constant-columns": expect.stringMatching(/^Observations: constant in column 1 and 2, /),
      });
      expect(found(actionsOf((i, value) => (i % 2 === 0 ? 0.5 : value)))["constant-columns"]).toMatch(
        /^Actions: constant in column 0, /,
      );
    });

    it("that show the same three times while actions differ are told", () => {
      const slow = changed(({ observations: { state } }) => ({
        observations: { state: state!.map((_, i) => state![9 * Math.floor(i / 9) + (i % 3)]!) },
      }));
      expect(found(slow)).toEqual({
        "repeated-observations": expect.stringMatching(
          /^66\.7 % of the steps \(800\) show what an earlier step showed/,
        ),
      });
      const choices = slow.episodes.map((e) => ({
        ...e,
        actions: e.actions.map((x) => (x > 0 ? 1 : 0)).subarray(0, 60),
      }));
      const small = { ...slow, actionSize: 1, discreteActions: 2, episodes: choices };
      expect(found(small)).not.toHaveProperty("repeated-observations");
    });

    it("that occur twice are counted", () => {
      const others = ordinary.episodes.slice(0, 4).map((e) => rowsTo(e, 30));
      const twice = { ...ordinary, episodes: [...ordinary.episodes, ...others] };
      expect(found(twice)["duplicate-steps"]).toMatch(/^120 steps \(9\.1 %\) occur more than once/);
    });
  });

  describe("episodes", () => {
    it("of which most steps are terminal are told", () => {
      const masks = changed(({ length }) => ({ terminated: new Uint8Array(length).fill(1) }));
      expect(found(masks)).toEqual({
        "mostly-terminal": expect.stringMatching(/^The task ends in 100\.0 % of the steps/),
      });
    });

    it("that are longer than the clock allows, or without any end, or few, are told", () => {
      expect(found(ordinary, { horizon: 50, task: "line" })).toEqual({
        "longer-than-horizon": expect.stringMatching(
          /^The longest episode has 60 steps, where the clock of line ends one after 50/,
        ),
      });
      expect(found(randomDataset(1, [2500], sizes))).toEqual({
        "one-episode": expect.stringContaining("all 2,500 steps are one episode".slice(4)),
        "few-data": expect.stringMatching(/^2,500 steps in 1 episode are few/),
      });
    });

    it("of another task are told", () => {
      expect(found(ordinary, { task: "antmaze-umaze", recordedTask: "antmaze-medium" })).toEqual({
        "other-task": expect.stringContaining("metadata name the task antmaze-medium, and not antmaze-umaze"),
      });
    });

    it("of which more than 1 % of the rows were left out are told, with an example and not the reason again", () => {
      const note = { text: "because their episode has no second row", leftOut: 400, example: "line 3" };
      const told = found({ ...ordinary, notes: [note] })["rows-left-out"];
      expect(told).toMatch(/^25\.0 % of the rows \(400, such as line 3\) gave no step: what remains/);
      expect(told).not.toContain("because");
      expect(found({ ...ordinary, notes: [{ ...note, leftOut: 12 }] })).toEqual({});
      expect(found({ ...ordinary, notes: [{ ...note, leftOut: 13 }] })).toHaveProperty("rows-left-out");
    });

    it("that are the same as others are told, of choices too", () => {
      const [twice] = ordinary.episodes;
      const repeated = { ...ordinary, episodes: [...ordinary.episodes, twice!] };
      expect(found(repeated)).toEqual({
        "duplicate-episodes": expect.stringMatching(/^1 episode \(4\.8 %\) is the same as an earlier one .* twice\.$/),
      });
      const one = randomDataset(1, new Array<number>(20).fill(60), { ...sizes, actionSize: 1 });
      const choices = one.episodes.map((e) => ({ ...e, actions: e.actions.map((x) => (x > 0 ? 3 : 0)) }));
      const merged = { ...one, discreteActions: 4, episodes: [...choices, ...choices.slice(0, 10)] };
      expect(found(merged)["duplicate-episodes"]).toMatch(
        /^10 episodes \(33\.3 %\) are the same .* \(unless the world leaves nothing to chance\)\.$/,
      );
    });
  });

  it("says of discrete actions nothing that holds for vectors", () => {
    const one = randomDataset(1, new Array<number>(20).fill(60), { ...sizes, actionSize: 1 });
    const choices = one.episodes.map((e) => ({ ...e, actions: e.actions.map((x) => (x > 0 ? 3 : 0)) }));
    expect(found({ ...one, discreteActions: 4, episodes: choices })).toEqual({});
    expect(
      found({ ...one, observations: vectorParts(3), discreteActions: 4, episodes: choices }, { actionBounds: unit }),
    ).toEqual({});
  });
});

describe("the table of checks", () => {
  it("has a row for each, with ids of their own, and stands in docs/data.md", () => {
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    const page = readFileSync(new URL("../../../docs/data.md", import.meta.url), "utf8");
    expect(page).toContain(`\n\n${checksTable()}\n\n`);
  });
});
