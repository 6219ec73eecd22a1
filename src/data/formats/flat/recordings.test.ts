/**
 * Replay buffers as their libraries lay them out: only the first rows filled, rings that begin in the middle, and
 * environments side by side. Row i of a recording has the observation i and the reward i.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { filesInMemory } from "../../containers/files.js";
import { createHdf5 } from "../../containers/hdf5/create-hdf5.fixture.js";
import { loadDataset } from "../../episode-source.js";
import type { ReadOptions } from "../format.js";
import { recogniseFormat } from "../formats.js";
import { npzOf } from "../npy.fixture.js";
import { type ExpectedEpisode, plainEpisode } from "../numpy.fixture.js";

type Arrays = Parameters<typeof npzOf>[0];

async function read(bytes: Uint8Array, name = "buffer.npz", options: ReadOptions = {}) {
  const files = filesInMemory(name, bytes);
  const { episodes, notes } = await loadDataset(
    await (await recogniseFormat(files, options.from)).open(files, options),
  );
  return {
    rewards: episodes.map((episode) => [...episode.rewards]),
    ends: episodes.map(({ truncated }) => (truncated ? "clock" : "task")),
    notes: (notes ?? []).map(({ text }) => text).join(" "),
  };
}

/** Rows with these observations and rewards, the next observation one more, and these marks of done. */
function rows(values: readonly number[], dones: readonly number[], shape: readonly number[] = [values.length]): Arrays {
  return {
    observations: [[...shape, 1], values],
    next_observations: [[...shape, 1], values.map((value) => value + 1)],
    actions: [[...shape, 1], values.map((value) => value / 100)],
    rewards: [shape, values],
    dones: [shape, dones],
    timeouts: [shape, values.map(() => 0)],
  };
}
const scalar = (value: number) => [[], [value]] as const;

describe("a replay buffer", () => {
  it("of which only the first rows are filled is read up to its position", async () => {
    const arrays = rows([1, 2, 3, 4, 0, 0], [0, 1, 0, 0, 0, 0]);
    const { rewards, ends, notes } = await read(npzOf({ ...arrays, pos: scalar(4), full: scalar(0) }));
    expect(rewards).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(ends).toEqual(["task", "clock"]);
    expect(notes).toContain('"pos" says that 4 of 6 rows are filled');
    expect((await read(npzOf({ ...arrays, ptr: scalar(2), size: scalar(2) }))).rewards).toEqual([[1, 2]]);
  });

  it("that is full begins at its position, and goes on from the last row to the first", async () => {
    const arrays = rows([5, 6, 1, 2, 3, 4], [1, 0, 0, 1, 0, 0]);
    const { rewards, ends, notes } = await read(npzOf({ ...arrays, pos: scalar(2), full: scalar(1) }));
    expect(rewards).toEqual([[1, 2], [3, 4, 5], [6]]);
    expect(ends).toEqual(["task", "task", "clock"]);
    expect(notes).toContain("the oldest row of the full buffer is row 2");
  });

  it("with a position beyond its rows, or without a filled row, is refused", async () => {
    const arrays = rows([1, 2], [0, 1]);
    await expect(read(npzOf({ ...arrays, pos: scalar(7), full: scalar(0) }))).rejects.toThrow(
      '"pos" is 7, but there are 2 rows',
    );
    expect((await read(npzOf({ ...arrays, pos: scalar(7) }), "x.npz", { ignore: ["pos"] })).rewards).toEqual([[1, 2]]);
    await expect(read(npzOf({ ...arrays, pos: scalar(0), full: scalar(0) }))).rejects.toThrow("no filled row");
  });

  it("whose last rows are zeros, and that does not say how many are filled, is told", async () => {
    const { notes } = await read(npzOf(zerosNext()));
    expect(notes).toContain("The last 3 rows, from row 2 on, are all zeros");
    expect((await read(npzOf(rows([1, 2, 0], [0, 1, 0])))).notes).not.toContain("zeros");
  });
});

function zerosNext(): Arrays {
  return {
    ...rows([1, 2, 0, 0, 0], [0, 1, 0, 0, 0]),
    next_observations: [
      [5, 1],
      [2, 3, 0, 0, 0],
    ],
  };
}

describe("environments side by side", () => {
  // Two environments over four steps: 1 2 3 4 and 11 12 13 14.
  const values = [1, 11, 2, 12, 3, 13, 4, 14];
  const dones = [0, 0, 1, 0, 0, 1, 0, 0];

  it("are read one after the other", async () => {
    const { rewards, ends, notes } = await read(npzOf(rows(values, dones, [4, 2])));
    expect(rewards).toEqual([[1, 2], [3, 4], [11, 12, 13], [14]]);
    expect(ends).toEqual(["task", "clock", "task", "clock"]);
    expect(notes).toContain("2 environments stand side by side");
  });

  it("in a full ring begin at its position, each", async () => {
    const ring = [3, 13, 4, 14, 1, 11, 2, 12];
    const marks = [0, 1, 0, 0, 0, 0, 1, 0];
    const arrays = rows(ring, marks, [4, 2]);
    expect((await read(npzOf({ ...arrays, pos: scalar(2), full: scalar(1) }))).rewards).toEqual([
      [1, 2],
      [3, 4],
      [11, 12, 13],
      [14],
    ]);
  });

  it("may be one", async () => {
    expect((await read(npzOf(rows([1, 2, 3], [0, 1, 0], [3, 1])))).rewards).toEqual([[1, 2], [3]]);
  });

  it("are not taken for episodes of several steps, which are refused until they are reshaped", async () => {
    const across = rows([1, 2, 3, 11, 12, 13], [0, 0, 1, 0, 0, 1], [2, 3]);
    await expect(read(npzOf(across))).rejects.toThrow(
      "holds an episode in each row of its arrays ([episodes, steps, columns]); reshape each array to [6, columns] and add an array episode_id.",
    );
    const reshaped = {
      ...rows([1, 2, 3, 11, 12, 13], [0, 0, 1, 0, 0, 1]),
      episode_id: [[6], [0, 0, 0, 1, 1, 1]] as const,
    };
    expect((await read(npzOf(reshaped))).rewards).toEqual([
      [1, 2, 3],
      [11, 12, 13],
    ]);
  });

  it("without next observations are refused until the file says that it is a buffer", async () => {
    const { next_observations: _, ...arrays } = rows(values, dones, [4, 2]);
    await expect(read(npzOf(arrays))).rejects.toThrow("for environments add the number of steps as a scalar named pos");
    expect((await read(npzOf({ ...arrays, pos: scalar(4) }))).rewards).toEqual([[1, 2], [3], [11, 12, 13]]);
  });

  it("refuses an array that does not have them, by its name", async () => {
    const arrays = { ...rows(values, dones, [4, 2]), timeouts: [[4], [0, 0, 0, 0]] as const };
    await expect(read(npzOf(arrays))).rejects.toThrow(
      '"timeouts" has the shape [4], where the other arrays have 2 environments',
    );
    expect((await read(npzOf(arrays), "x.npz", { ignore: ["timeouts"] })).rewards).toHaveLength(4);
  });
});

describe("Tianshou's ReplayBuffer.save_hdf5", () => {
  const buffer = (more: (group: { create_attribute(name: string, value: number): void }) => void = () => {}) =>
    createHdf5((file) => {
      const group = file.create_group("_meta");
      const add = (name: string, shape: number[], data: number[], dtype = "<f") =>
        group.create_dataset({ name, data, shape, dtype });
      const values = [5, 1, 2, 3, 4];
      add("obs", [5, 1], values);
      add("obs_next", [5, 1], [6, 2, 3, 4, 5]);
      add("act", [5, 1], values);
      add("rew", [5], values, "<d");
      add("terminated", [5], [0, 0, 1, 0, 0], "<b");
      add("truncated", [5], [0, 0, 0, 0, 0], "<b");
      add("done", [5], [0, 0, 1, 0, 0], "<b");
      more(file as unknown as Parameters<typeof more>[0]);
    });

  it("is read from its oldest row on", async () => {
    const full = await buffer((file) => {
      for (const [name, value] of Object.entries({ _index: 1, _size: 5, maxsize: 5 }))
        file.create_attribute(name, value);
    });
    const expected = [
      [1, 2],
      [3, 4, 5],
    ];
    expect((await read(full, "tianshou.h5")).rewards).toEqual(expected);
    // Under the name of later versions.
    const later = await buffer((file) => {
      for (const [name, value] of Object.entries({ _insertion_idx: 1, _size: 5 })) file.create_attribute(name, value);
    });
    expect((await read(later, "tianshou.h5")).rewards).toEqual(expected);
  });

  it("of several environments is read as h5py wrote it, each from its oldest row on", async () => {
    const folder = new URL("../../../../fixtures/formats/flat/", import.meta.url);
    const files = filesInMemory("vector.h5", new Uint8Array(readFileSync(new URL("tianshou-vector.h5", folder))));
    const { episodes, notes } = await loadDataset(await (await recogniseFormat(files)).open(files, {}));
    expect(episodes.map(plainEpisode)).toEqual(
      JSON.parse(readFileSync(new URL("tianshou-vector.json", folder), "utf8")) as ExpectedEpisode[],
    );
    expect(notes!.map(({ text }) => text)).toEqual([
      "The buffers of 3 environments (VectorReplayBuffer) are read one after the other; 10 of 18 rows are filled.",
    ]);
  });

  it("of several environments that contradicts itself, or is of another version, is refused with the next step", async () => {
    const several = (arrays: Readonly<Record<string, readonly number[]>>) =>
      createHdf5((file) => {
        const group = file.create_group("_meta");
        for (const name of ["obs", "act", "rew"])
          group.create_dataset({ name, data: [1, 2, 3, 4], shape: [4, 1], dtype: "<f" });
        for (const [name, data] of Object.entries({ buffers: [1, 2, 3], ...arrays }))
          file.create_dataset({ name, data: [...data], shape: [data.length], dtype: "<i" });
      });
    const refused = async (arrays: Readonly<Record<string, readonly number[]>>, sentence: string) =>
      expect(read(await several(arrays), "tianshou.h5")).rejects.toThrow(sentence);
    await refused({}, 'no "_offset", which tells them apart; save each of its "buffers" with save_hdf5');
    const two = { _offset: [0, 2], _lengths: [2, 2], last_index: [1, 3] };
    await refused({ ...two, _lengths: [2] }, '"_offset", "_lengths", "last_index" differ in length');
    await refused({ ...two, _lengths: [3, 1] }, "buffer 0 has 3 of the rows 0 to 1, of 4");
    await refused({ ...two, last_index: [1, 0] }, "buffer 1, rows 2 to 3, was last written in row 0");
    await refused({ ...two, _lengths: [0, 0] }, "no row of them is filled");
  });
});
