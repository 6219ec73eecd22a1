/**
 * What tells the episodes of flat rows apart besides their marks: ids, and counters that fall back.
 */
import { describe, expect, it } from "vitest";
import { filesInMemory } from "../../containers/files.js";
import { createHdf5 } from "../../containers/hdf5/create-hdf5.fixture.js";
import { loadDataset } from "../../episode-source.js";
import { countingTables, exampleFile } from "../../example-data.fixture.js";
import type { ReadOptions } from "../format.js";
import { recogniseFormat } from "../formats.js";

async function read(bytes: Uint8Array, options: ReadOptions = {}) {
  const files = filesInMemory("x.h5", bytes);
  return loadDataset(await (await recogniseFormat(files, options.from)).open(files, options));
}

describe("what tells episodes apart", () => {
  const rows = countingTables([0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 0]);
  const { timeouts: _, ...unmarked } = rows;
  const column = (values: readonly number[], dtype = "<f") => ({ shape: [6], values, dtype });
  const outline = async (tables: Parameters<typeof exampleFile>[0], options: ReadOptions = {}) => {
    const { episodes, notes = [] } = await read(await exampleFile(tables), options);
    return { episodes: episodes.map(({ length, truncated }) => [length, truncated]), notes };
  };

  it("ids as large as a time in seconds, whose neighbours float32 cannot tell apart", async () => {
    const ids = [0, 0, 1, 1, 2, 2].map((id) => 1_700_000_000 + id);
    const { episodes } = await outline({ ...unmarked, episode_id: column(ids, "<d") });
    expect(episodes).toEqual([
      [1, true],
      [2, false],
      [1, true],
    ]);
  });

  it("no ids from 2^53 on, of which neighbours are one number; numbered from 0, as the refusal says, they are", async () => {
    const first = 2 ** 53; // and the next id, which would be read as the same
    await expect(outline({ ...unmarked, episode_id: column([0, 0, 0, 0, first, first], "<d") })).rejects.toThrow(
      '"episode_id" holds 9007199254740992 in row 4, beyond the numbers that can be told apart here; number the episodes from 0 on (numpy.unique(ids, return_inverse=True)[1]).',
    );
    const { episodes } = await outline({ ...unmarked, episode_id: column([0, 0, 0, 0, 1, 2], "<d") });
    expect(episodes).toEqual([[4, false]]);
    await expect(outline({ ...unmarked, t: column([0, 1, 2, 3, 2 ** 53, 0], "<d") })).rejects.toThrow(
      "count each episode's steps from 0 on, or leave it aside with --ignore t.",
    );
  });

  it("a counter that falls back, and it is told", async () => {
    const { episodes, notes } = await outline({ ...unmarked, t: column([0, 1, 0, 1, 0, 1]) });
    expect(episodes).toEqual([
      [1, true],
      [2, false],
      [1, true],
    ]);
    expect(notes.map(({ text }) => text)).toContain(
      'The clock is taken to have ended 1 episode where "t" falls back, without a mark.',
    );
  });

  it("a horizon, where an array of ends is there but never set: it is left aside, as the check says", async () => {
    const never = { ...unmarked, terminals: column([0, 0, 0, 0, 0, 0]), timeouts: column([0, 0, 0, 0, 0, 0]) };
    expect((await outline(never)).episodes).toEqual([[5, true]]);
    const { episodes } = await outline(never, { ignore: ["timeouts"], horizon: 3 });
    expect(episodes).toEqual([
      [2, true],
      [2, true],
    ]);
  });

  it("starts and ids together: either is enough", async () => {
    const starts = column([1, 0, 0, 0, 1, 0]);
    const { episodes } = await outline({ ...unmarked, episode_starts: starts, episode_id: column([0, 0, 1, 1, 1, 1]) });
    expect(episodes.map(([length]) => length)).toEqual([1, 2, 1]);
  });

  it("both marks in every row: each row is an episode of its own, which nothing repeats", async () => {
    const all = [1, 1, 1, 1, 1, 1];
    const { episodes, notes } = await outline(countingTables(all, all));
    expect(episodes).toEqual(all.map(() => [1, false]));
    expect(notes).toEqual([]);
  });

  it("done that means either ends an episode only where it is set", async () => {
    const { terminals: __, ...bare } = unmarked;
    const done = column([0, 0, 0, 1, 0, 1]);
    const { episodes } = await outline({ ...bare, done }, { doneMeans: "either", horizon: 3 });
    expect(episodes).toEqual([
      [3, true],
      [2, false],
    ]);
  });

  it("a table of where episodes lie is refused, unless the rows are marked as well", async () => {
    const tables = { ...rows, traj_starts: { shape: [2], values: [0, 4] } };
    await expect(outline(tables)).rejects.toThrow(
      '"x.h5" tells in "traj_starts" where episodes lie, in a table of its own, which is not read; store the number of each row\'s episode as "episode_id", or, where the rows are marked as well, leave it aside with --ignore traj_starts.',
    );
    expect((await outline(tables, { ignore: ["traj_starts"] })).episodes.map(([length]) => length)).toEqual([4, 1]);
  });

  it("marks of the clock among the extras of the steps", async () => {
    const bytes = await createHdf5((file) => {
      for (const [name, { shape, values, dtype = "<f" }] of Object.entries(unmarked))
        file.create_dataset({ name, data: Array.from(values), shape: [...shape], dtype });
      const data = [0, 1, 0, 0, 0, 1];
      file.create_group("infos").create_dataset({ name: "TimeLimit.truncated", data, shape: [6], dtype: "<b" });
    });
    const { episodes } = await read(bytes);
    expect(episodes.map(({ length, truncated }) => [length, truncated])).toEqual([
      [1, true],
      [2, false],
      [1, true],
    ]);
  });

  it("choices of 0 at an end are steps that are lost, and counted", async () => {
    const actions = { shape: [6, 1], values: [1, 0, 1, 0, 1, 0], dtype: "<i" };
    const { notes } = await outline({ ...rows, actions, rewards: column([0, 0, 0, 1, 0, 0]) }, { discreteActions: 2 });
    expect(notes.map(({ leftOut }) => leftOut)).toEqual([1]);
  });
});
