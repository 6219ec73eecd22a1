/**
 * Flat rows under the names of the field's libraries, as Python wrote them: the same recording in eight layouts gives the
 * same episodes, and what could be misread is refused by its name until the user decides.
 */
import { readFileSync } from "node:fs";
import { zipSync } from "fflate";
import { describe, expect, it, test } from "vitest";
import { type DataFiles, filesInMemory } from "../../containers/files.js";
import { loadDataset } from "../../episode-source.js";
import { countingTables, exampleFile } from "../../example-data.fixture.js";
import type { ReadOptions } from "../format.js";
import { d4rlFormat, recogniseFormat, transitionsFormat } from "../formats.js";
import { fuzzFormat } from "../fuzz.fixture.js";
import { npy, npzOf } from "../npy.fixture.js";
import { type ExpectedEpisode, plainEpisode } from "../numpy.fixture.js";

const folder = new URL("../../../../fixtures/formats/flat/", import.meta.url);
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
const expected = JSON.parse(new TextDecoder().decode(bytesOf("expected.json"))) as Record<
  "stored" | "unknown",
  readonly ExpectedEpisode[]
>;

async function read(files: DataFiles, options: ReadOptions = {}) {
  return loadDataset(await (await recogniseFormat(files, options.from)).open(files, options));
}

async function readFile(name: string, options: ReadOptions = {}) {
  const dataset = await read(filesInMemory(name, bytesOf(name)), options);
  return { plain: dataset.episodes.map(plainEpisode), notes: dataset.notes ?? [] };
}

test.each(["tianshou.h5", "stable-baselines3.npz", "td3.npz", "jaxrl.npz"])(
  "%s: all steps, the last of the clock's episodes too, because what followed is stored",
  async (name) => {
    expect((await readFile(name)).plain).toEqual(expected.stored);
  },
);

test.each(["d3rlpy-1.h5", "gymnasium.h5", "starts.npz", "episodes.npz"])(
  "%s: the last step of the clock's episodes is lost, and counted",
  async (name) => {
    const { plain, notes } = await readFile(name);
    expect(plain).toEqual(expected.unknown);
    expect(notes).toEqual([expect.objectContaining({ leftOut: 2, example: "row 11" })]);
  },
);

test("episodes that end without a mark are counted", async () => {
  expect((await readFile("td3.npz")).notes[0]!.text).toMatch(
    /^The clock is taken to have ended 1 episode where the stored next/,
  );
  expect((await readFile("tianshou.h5")).notes).toEqual([]);
});

describe("what could be misread", () => {
  const rows = countingTables([0, 1, 0, 1], [0, 0, 0, 0]);
  const flags = { shape: [4], values: [0, 1, 0, 0] };
  const file = async (more: Parameters<typeof exampleFile>[0]) => filesInMemory("x.h5", await exampleFile(more));
  const { terminals: _, timeouts: __, ...unmarked } = rows;

  it("refuses an array with a value a row that nothing here knows, until the user says to ignore it", async () => {
    const files = await file({ ...rows, resets: flags });
    await expect(read(files)).rejects.toThrow(
      '"x.h5": "resets" is 0 or 1 in each row, like a mark; if it marks ends, rename it to terminals (the task ended), timeouts (the clock did), dones (either of them) or episode_ends (the last row of an episode), or leave it aside with --ignore resets.',
    );
    expect((await read(files, { ignore: ["resets"] })).episodes.map(({ length }) => length)).toEqual([2, 2]);
    await expect(read(files, { ignore: ["resetz"] })).rejects.toThrow('has no array "resetz" to ignore');
  });

  it("passes over arrays of another length, scalars and groups", async () => {
    const files = await file({ ...rows, seeds: { shape: [2], values: [1, 2] } });
    expect((await read(files)).episodes).toHaveLength(2);
  });

  it("refuses two arrays that say the same, and follows the user's choice", async () => {
    const files = await file({ ...rows, truncations: flags });
    await expect(read(files)).rejects.toThrow(
      '"x.h5" has "timeouts" and "truncations", which say the same; leave one of them aside with --ignore truncations.',
    );
    expect((await read(files, { ignore: ["truncations"] })).episodes).toHaveLength(2);
  });

  it("refuses a mask that contradicts the terminals", async () => {
    const files = await file({ ...rows, masks: { shape: [4], values: [1, 0, 0, 0] } });
    await expect(read(files)).rejects.toThrow(
      '"terminals" and "masks" contradict each other about the task\'s end in row 2; leave one aside with --ignore masks, if it marks padding or something else.',
    );
  });

  it("takes terminals beside masks for the ends of episodes", async () => {
    const files = await file({ ...rows, masks: { shape: [4], values: [1, 0, 1, 1] } });
    expect((await read(files)).episodes.map(({ length, truncated }) => [length, truncated])).toEqual([
      [2, false],
      [1, true],
    ]);
  });

  it("takes done for the task's end and says so; the user can say that the clock sets it", async () => {
    const files = await file({ ...unmarked, done: flags });
    const byTask = await read(files);
    expect(byTask.episodes.map(({ length, truncated }) => [length, truncated])).toEqual([
      [2, false],
      [1, true],
    ]);
    expect(byTask.notes!.map(({ text }) => text).join()).toMatch(
      /"done" does not tell whether the task or the clock.*say --done-means clock, or --done-means either --horizon STEPS$/,
    );
    const byClock = await read(files, { doneMeans: "clock" });
    expect(byClock.episodes.map(({ length, truncated }) => [length, truncated])).toEqual([
      [1, true],
      [1, true],
    ]);
  });

  it("tells the task's end from the clock's by the horizon where done means either", async () => {
    const done = { shape: [4], values: [1, 0, 1, 0] };
    const files = await file({ ...unmarked, done });
    const { episodes } = await read(files, { doneMeans: "either", horizon: 2 });
    expect(episodes.map(({ length, truncated }) => [length, truncated])).toEqual([
      [1, false],
      [1, true],
    ]);
    await expect(read(files, { doneMeans: "either" })).rejects.toThrow("give the environment's with --horizon STEPS");
  });

  it("done beside timeouts is the task's end only where the clock did not set it", async () => {
    const files = await file({ ...unmarked, dones: { shape: [4], values: [0, 1, 0, 1] }, timeouts: flags });
    const { episodes, notes } = await read(files);
    expect(episodes.map(({ length, truncated }) => [length, truncated])).toEqual([
      [1, true],
      [2, false],
    ]);
    expect(notes!.map(({ text }) => text)).not.toContain("done");
  });
});

describe("archives that look alike", () => {
  const array = (code: string, shape: readonly number[], values: readonly number[]) =>
    npy(code, shape, new Uint8Array(values));
  const archive = (more: Record<string, Uint8Array>) =>
    filesInMemory(
      "x.npz",
      zipSync({
        "observations.npy": array("|u1", [3, 1], [1, 2, 3]),
        "actions.npy": array("|u1", [3, 2], [1, 2, 3, 4, 5, 6]),
        "terminals.npy": array("|b1", [3], [0, 0, 1]),
        ...more,
      }),
    );
  const rewards = { "rewards.npy": array("|u1", [3], [0, 0, 1]) };

  it("without rewards, or with masks beside terminals, are OGBench's; else terminals are the task's end", async () => {
    const formatOf = async (more: Record<string, Uint8Array>) => (await recogniseFormat(archive(more))).id;
    expect(await formatOf({})).toBe("ogbench");
    expect(await formatOf(rewards)).toBe("transitions");
    expect(await formatOf({ ...rewards, "timeouts.npy": array("|b1", [3], [0, 0, 0]) })).toBe("transitions");
    const { episodes } = await read(archive(rewards));
    expect(episodes.map(({ length, rewards, truncated }) => [length, ...rewards, truncated])).toEqual([
      [3, 0, 0, 1, false],
    ]);
  });

  it("are refused where they fit two formats, and read as the one that is named", async () => {
    const files = archive({ ...rewards, "masks.npy": array("|b1", [3], [1, 1, 0]) });
    await expect(read(files)).rejects.toThrow(
      /^"x\.npz" could be OGBench .* or transitions .*; say which it is with --from ogbench or --from transitions\.$/,
    );
    const named = async (from: string) =>
      (await read(files, { from })).episodes.map(({ length, truncated }) => [length, truncated]);
    expect(await named("transitions")).toEqual([[3, false]]);
    expect(await named("ogbench")).toEqual([[3, false]]); // the mask of the last row is 0
  });
});

/** A full replay buffer of two environments side by side, which begins in its second row. */
function ringOfTwo(): DataFiles {
  const values = [13, 23, 11, 21, 12, 22];
  const rows = [[3, 2, 1], values] as const;
  return filesInMemory(
    "ring.npz",
    npzOf({
      ...{ observations: rows, actions: rows, next_observations: [rows[0], values.map((value) => value + 1)] },
      ...{
        rewards: [[3, 2], values],
        dones: [
          [3, 2],
          [1, 0, 0, 0, 0, 1],
        ],
        timeouts: [
          [3, 2],
          [0, 0, 0, 0, 0, 1],
        ],
      },
      ...{ pos: [[], [1]], full: [[], [1]] },
    }),
  );
}

test("10,000 damaged archives of transitions", { timeout: 300_000 }, async () => {
  const names = ["stable-baselines3.npz", "td3.npz", "jaxrl.npz", "starts.npz", "episodes.npz"];
  const valid = [...names.map((name) => filesInMemory(name, bytesOf(name))), ringOfTwo()];
  const report = await fuzzFormat(transitionsFormat, valid, { mutations: 10_000, seed: 11 });
  expect(report.cases).toBe(10_000);
  expect(report.refused).toBeGreaterThan(5_000);
  expect(report.accepted).toBeGreaterThan(100);
});

test("2,000 damaged HDF5 files under other names", { timeout: 300_000 }, async () => {
  const valid = ["d3rlpy-1.h5", "gymnasium.h5", "tianshou.h5", "tianshou-vector.h5"].map((name) =>
    filesInMemory(name, bytesOf(name)),
  );
  const report = await fuzzFormat(d4rlFormat, valid, { mutations: 2_000, seed: 12 });
  expect(report.refused).toBeGreaterThan(100);
  expect(report.accepted).toBeGreaterThan(500);
});
