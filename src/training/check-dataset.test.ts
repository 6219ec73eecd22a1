/**
 * Data in memory that a run would fail on, or learn nonsense from, are refused with their place, before anything is
 * written.
 */

import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Dataset, Episode } from "../data/episode.js";
import { stateOf } from "../data/episode.js";
import { DataError } from "../errors.js";
import { errorOf, lineData, newFolder, registerLine, trainTiny } from "../runs/tiny-run.fixture.js";
import { checkedDataset } from "./check-dataset.js";

const task = registerLine("learning from damaged data");

/** The data of the line (episodes of 20, 30 and 50 steps) with one thing wrong in the second episode. */
function withSecond(change: (episode: Episode) => object): Dataset {
  const [first, second, third] = lineData().episodes;
  return { ...lineData(), source: "mine", episodes: [first!, { ...second!, ...change(second!) }, third!] };
}

const holding = (values: Float32Array, index: number, value: number) => values.map((x, i) => (i === index ? value : x));
const again = "repair or leave out this episode.";

const wrong: readonly (readonly [name: string, dataset: Dataset, problem: string])[] = [
  [
    "a NaN reward",
    withSecond(({ rewards }) => ({ rewards: holding(rewards, 7, Number.NaN) })),
    `its reward in step 7 holds NaN; ${again}`,
  ],
  [
    "an infinite reward",
    withSecond(({ rewards }) => ({ rewards: holding(rewards, 29, Number.NEGATIVE_INFINITY) })),
    `its reward in step 29 holds -Infinity; ${again}`,
  ],
  [
    "a NaN action",
    withSecond(({ actions }) => ({ actions: holding(actions, 0, Number.NaN) })),
    `its action in step 0 holds NaN; ${again}`,
  ],
  [
    "a NaN observation",
    withSecond(({ observations }) => ({ observations: { state: holding(stateOf(observations), 25, Number.NaN) } })),
    `its observation in step 12 holds NaN; ${again}`,
  ],
  [
    "an infinite last observation",
    withSecond(({ observations }) => ({
      observations: { state: holding(stateOf(observations), 61, Number.POSITIVE_INFINITY) },
    })),
    `its observation after its last step 29 holds Infinity; ${again}`,
  ],
  [
    "too few rewards",
    withSecond(({ rewards }) => ({ rewards: rewards.subarray(1) })),
    "rewards hold 29 numbers where 30 steps need 30.",
  ],
  [
    "rewards in a list",
    withSecond(({ rewards }) => ({ rewards: [...rewards] })),
    "its rewards are no Float32Array; give Float32Array.from(rewards).",
  ],
  [
    "no terminations",
    withSecond(() => ({ terminated: undefined })),
    "its terminated is no Uint8Array; give one entry a step, 0 or 1.",
  ],
  [
    "a length that is text",
    withSecond(() => ({ length: "30" })),
    "its length is no whole number; give the number of its steps.",
  ],
];

describe("checkedDataset", () => {
  it.each(wrong)("refuses %s", (_name, dataset, problem) => {
    expect(() => checkedDataset(dataset)).toThrow(
      new DataError(`Episode 1 of the dataset "mine" cannot be learned from: ${problem}`),
    );
  });

  it("refuses what is no episode", () => {
    const episodes = [null] as unknown as readonly Episode[];
    expect(() => checkedDataset({ ...lineData(), episodes })).toThrow(/^Episode 0 .*: it is no episode; make one with/);
  });

  it("passes sound data on, the very same", () => {
    const dataset = lineData();
    expect(checkedDataset(dataset)).toBe(dataset);
  });
});

describe("train", () => {
  it.each(["cal-ql", "sac"])("refuses a NaN reward before anything is written, with %s", async (agent) => {
    const folder = newFolder();
    const error = await errorOf(trainTiny(task, { agent }, { folder, dataset: wrong[0]![1] }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/^Episode 1 of the dataset "mine" .* reward in step 7 holds NaN/);
    expect(existsSync(folder)).toBe(false);
  });
});
