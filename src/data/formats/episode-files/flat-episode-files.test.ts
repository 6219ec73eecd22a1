/**
 * Folders of one .npz an episode whose rows have the action that follows their observation.
 */
import { describe, expect, it } from "vitest";
import { filesInMemory } from "../../containers/files.js";
import { stateOf } from "../../episode.js";
import { loadDataset } from "../../episode-source.js";
import type { ReadOptions } from "../format.js";
import { recogniseFormat } from "../formats.js";
import { npzOf } from "../npy.fixture.js";

type Arrays = Parameters<typeof npzOf>[0];

async function read(episodes: readonly Arrays[], options: ReadOptions = {}) {
  const files = filesInMemory("demos", new Map(episodes.map((arrays, i) => [`ep_${i}.npz`, npzOf(arrays)])));
  const format = await recogniseFormat(files);
  expect(format.id).toBe("episode-files");
  const dataset = await loadDataset(await format.open(files, options));
  return {
    observations: dataset.episodes.map((episode) => [...stateOf(episode.observations)]),
    rewards: dataset.episodes.map((episode) => [...episode.rewards]),
    ends: dataset.episodes.map(({ truncated }) => (truncated ? "clock" : "task")),
    notes: dataset.notes ?? [],
  };
}

const column = (values: readonly number[]) => [[values.length, 1], values] as const;
const row = (values: readonly number[]) => [[values.length], values] as const;
const three = { observations: column([1, 2, 3]), actions: column([1, 2, 3]), rewards: row([1, 2, 3]) };
const four = { obs: column([11, 12, 13, 14]), action: column([1, 2, 3]), reward: row([11, 12, 13]) };

describe("a folder of episodes as flat rows", () => {
  it("ends an episode with each file, whose last row needs a mark or its next observation", async () => {
    const dones = row([0, 0, 1]);
    const { observations, rewards, ends, notes } = await read([
      { ...three, terminated: dones },
      { ...three, terminated: row([0, 0, 0]) },
    ]);
    expect(rewards).toEqual([
      [1, 2, 3],
      [1, 2],
    ]);
    expect(observations[1]).toEqual([1, 2, 3]);
    expect(ends).toEqual(["task", "clock"]);
    expect(notes).toEqual([expect.objectContaining({ leftOut: 1, example: "trajectory 1, row 2" })]);
  });

  it("takes an observation more than there are actions for the one after the last", async () => {
    const { observations, rewards, ends } = await read([four, { ...four, done: [[], [1]] }]);
    expect(observations).toEqual([
      [11, 12, 13, 14],
      [11, 12, 13, 14],
    ]);
    expect(rewards[0]).toEqual([11, 12, 13]);
    expect(ends).toEqual(["clock", "task"]);
  });

  it("cuts files at a horizon where timeouts are set in none of them, as in a single table", async () => {
    const never = { ...four, timeouts: row([0, 0, 0]) };
    const cut = await read([never, { ...never, done: row([0, 1, 0]) }], { horizon: 2 });
    expect(cut.rewards).toEqual([[11], [13], [11, 12], [13]]);
    const either = await read([{ ...never, done: row([0, 1, 0]) }], { horizon: 2, doneMeans: "either" });
    expect([either.rewards, either.ends]).toEqual([
      [[11], [13]],
      ["clock", "clock"],
    ]);
    const set = await read([never, { ...never, timeouts: row([1, 0, 0]) }], { horizon: 2 });
    expect(set.rewards).toEqual([
      [11, 12, 13],
      [12, 13],
    ]);
    expect(set.notes.map(({ text }) => text)).toContain(
      "The horizon of 2 steps was not used, because the data mark where the clock ended episodes.",
    );
  });

  it("makes rewards from one success a file, and leaves faulty files out", async () => {
    const { reward: _, ...open } = four;
    const files = [
      { ...open, success: [[], [1]] as const },
      { ...open, success: [[], [0]] as const },
      { ...open, action: column([1, Number.NaN, 3]), success: [[], [0]] as const },
    ];
    await expect(read(files.slice(0, 2))).rejects.toThrow("make rewards from it with --reward success");
    const { rewards, notes } = await read(files, { successReward: "recorded", dropFaulty: true });
    expect(rewards).toEqual([
      [0, 0, 1],
      [0, 0, 0],
    ]);
    expect(notes).toContainEqual(expect.objectContaining({ leftOut: 3, example: "trajectory 2, row 0" }));
  });

  it("refuses an array that nobody knows, and files of another size", async () => {
    await expect(read([{ ...three, terminated: row([0, 0, 1]), resets: row([0, 0, 1]) }])).rejects.toThrow(
      '"demos/ep_0.npz": "resets" is 0 or 1 in each row, like a mark',
    );
    const wide = {
      ...three,
      actions: [
        [3, 2],
        [1, 2, 3, 4, 5, 6],
      ] as const,
    };
    await expect(read([three, wide])).rejects.toThrow("all trajectories must be of one task");
  });
});

describe("a folder with the action that led to each observation", () => {
  it("has faulty files left out where the user says so", async () => {
    const file = (last: number): Arrays => ({
      observation: column([1, 2, 3]),
      action: column([0, 1, last]),
      reward: row([0, 1, 2]),
      discount: row([1, 1, 1]),
    });
    const episodes = [file(1), file(Number.NaN)];
    await expect(read(episodes)).rejects.toThrow(/holds NaN in row 2.*leave faulty episodes out with --drop-faulty\.$/);
    const { rewards, notes } = await read(episodes, { dropFaulty: true, allowNonFinite: true });
    expect(rewards).toEqual([[1, 2]]);
    expect(notes).toContainEqual(expect.objectContaining({ leftOut: 2, example: "ep_1.npz" }));
  });
});
