/**
 * The OGBench reader against files of NumPy's own writing, and against hostile and damaged archives.
 */

import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../../errors.js";
import type { RandomStream } from "../../../random.js";
import { vectorParts } from "../../columns.js";
import { filesInMemory } from "../../containers/files.js";
import { mutate } from "../../containers/mutate.fixture.js";
import { loadDataset } from "../../episode-source.js";
import { ogbenchFormat } from "../formats.js";
import { fuzzFormat } from "../fuzz.fixture.js";
import { npy } from "../npy.fixture.js";
import { expected, numpyFiles, plainEpisode, readPlain } from "../numpy.fixture.js";

const { goal } = expected.ogbench;

describe("what NumPy wrote is read", () => {
  test("a maze's trajectories, with rewards from the goal", async () => {
    const files = numpyFiles("maze.npz");
    expect(ogbenchFormat.recognises(files)).toBe(true);
    const source = await ogbenchFormat.open(files, { goal });
    expect(source).toMatchObject({ observations: vectorParts(6), actionSize: 2, steps: 11 });
    const episodes = await readPlain(ogbenchFormat, files, { goal });
    expect(episodes).toEqual(expected.ogbench.maze);
    // The goal's edge counts, and so does a goal in a trajectory's last row.
    expect(episodes.map(({ rewards, truncated }) => [rewards, truncated])).toEqual([
      [[-1, -1, -1, 0], false],
      [[0], false],
      [[-1, -1, 0], false],
      [[0], false],
      [[-1, 0], false],
    ]);
  });

  test("the same, uncompressed and big-endian", async () => {
    expect(await readPlain(ogbenchFormat, numpyFiles("maze-big-endian.npz"), { goal })).toEqual(expected.ogbench.maze);
  });

  test("a single-task variant's own rewards and masks: a success in the last row stays, other last rows are counted", async () => {
    const { episodes, notes } = await loadDataset(await ogbenchFormat.open(numpyFiles("singletask.npz"), {}));
    expect(episodes.map(plainEpisode)).toEqual(expected.ogbench.singletask);
    expect(episodes.map(({ length, truncated }) => [length, truncated])).toEqual([
      [3, true],
      [3, false],
      [3, false],
    ]);
    expect(notes).toEqual([{ text: expect.stringMatching(/^because an episode ends/), leftOut: 2, example: "row 3" }]);
  });

  test("rewards without masks: nothing marks the task's end, which is said", async () => {
    const bytes = (...values: number[]) => Uint8Array.from(values);
    const archive = zipSync({
      "observations.npy": npy("|u1", [3, 1], bytes(1, 2, 3)),
      "actions.npy": npy("|u1", [3, 1], bytes(1, 2, 3)),
      "terminals.npy": npy("|b1", [3], bytes(0, 0, 1)),
      "rewards.npy": npy("|u1", [3], bytes(0, 0, 1)),
    });
    const { episodes, notes } = await loadDataset(await ogbenchFormat.open(filesInMemory("x.npz", archive), {}));
    expect(episodes.map(({ length, truncated }) => [length, truncated])).toEqual([[2, true]]);
    expect(notes!.map(({ text, leftOut }) => [text, leftOut])).toEqual([
      [expect.stringMatching(/^Nothing marks where the task ended/), 0],
      [expect.stringMatching(/^because an episode ends/), 1],
    ]);
  });

  test("pictures, as bytes", async () => {
    const { observations, episodes } = await loadDataset(await ogbenchFormat.open(numpyFiles("visual.npz"), { goal }));
    expect(observations).toEqual({ image: { type: "uint8", shape: [4, 4, 3] } });
    expect(episodes.map(({ observations }) => Array.from(observations.image!))).toEqual(
      expected.ogbench.visual!.map(({ observations }) => observations),
    );
  });
});

describe("what is refused", () => {
  const refusal = async (files: ReturnType<typeof numpyFiles>, options = {}) => {
    const error = await readPlain(ogbenchFormat, files, options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  };

  test("no goal where one is needed, and a goal where none is", async () => {
    expect(await refusal(numpyFiles("maze.npz"))).toMatch(/^"maze\.npz" has no rewards.*give the goal/);
    expect(await refusal(numpyFiles("singletask.npz"), { goal })).toContain("stores rewards");
    expect(await refusal(numpyFiles("maze.npz"), { goal, horizon: 5 })).toContain("a horizon means nothing");
  });

  test("names that lead out of the archive, and missing arrays", async () => {
    const outside = zipSync({ "../observations.npy": new Uint8Array(4) });
    expect(await refusal(filesInMemory("x.npz", outside), { goal })).toContain('"../observations.npy" that leads out');
    const empty = zipSync({ "observations.npy": new Uint8Array(4) });
    expect(await refusal(filesInMemory("x.npz", empty), { goal })).toContain('lacks "actions"');
  });

  test("a bomb: sizes that no stream reaches, and zeros that unpack to far more than the file", async () => {
    const tiny = zipSync({ "observations.npy": new Uint8Array(1000) });
    const view = new DataView(tiny.buffer);
    const entry = tiny.length - 22 - (46 + "observations.npy".length);
    view.setUint32(entry + 24, 0x7fffffff, true);
    expect(await refusal(filesInMemory("x.npz", tiny), { goal })).toMatch(/claims that "observations\.npy" unpacks/);
    const rows = 200_000;
    const arrays = {
      "observations.npy": npy("|u1", [rows, 64], new Uint8Array(rows * 64)),
      "actions.npy": npy("|u1", [rows, 1], new Uint8Array(rows)),
      "terminals.npy": npy("|b1", [rows], new Uint8Array(rows)),
      "rewards.npy": npy("|u1", [rows], new Uint8Array(rows)),
    };
    const zeros = zipSync(arrays, { level: 1 });
    expect(zeros.length).toBeLessThan(100_000);
    expect(await refusal(filesInMemory("zeros.npz", zeros))).toContain(
      `needs more than ${2 ** 25 + 2 * zeros.length} bytes of memory`,
    );
  });

  test("one flipped byte of packed numbers, by the checksum", async () => {
    const bytes = zipSync(
      {
        "observations.npy": npy("|u1", [3, 1], Uint8Array.of(1, 2, 3)),
        "actions.npy": npy("|u1", [3, 1], Uint8Array.of(1, 2, 3)),
        "terminals.npy": npy("|b1", [3], Uint8Array.of(0, 0, 1)),
        "rewards.npy": npy("|u1", [3], Uint8Array.of(0, 0, 1)),
      },
      { level: 0 },
    );
    expect(await readPlain(ogbenchFormat, filesInMemory("fine.npz", bytes))).toHaveLength(1);
    const at = bytes.indexOf(1, 120);
    bytes[at] = 7;
    expect(await refusal(filesInMemory("bad.npz", bytes))).toContain("checksum");
  });
});

test("10,000 damaged archives give valid data or one typed error each", { timeout: 300_000 }, async () => {
  const valid = ["maze.npz", "maze-big-endian.npz", "visual.npz"].map(numpyFiles);
  const report = await fuzzFormat(ogbenchFormat, valid, { mutations: 10_000, seed: 1, options: { goal } });
  expect(report.cases).toBe(10_000);
  expect(report.refused).toBeGreaterThan(5_000);
  expect(report.accepted).toBeGreaterThan(100);
});

test("10,000 archives with a right checksum around damaged arrays", { timeout: 300_000 }, async () => {
  const report = await fuzzFormat(ogbenchFormat, [numpyFiles("maze-big-endian.npz")], {
    mutations: 10_000,
    seed: 2,
    options: { goal },
    mutate: damagedInside,
  });
  expect(report.refused).toBeGreaterThan(2_000);
  expect(report.accepted).toBeGreaterThan(100);
});

/** Damages one array of an archive whose entries are stored, and packs it again properly. */
function damagedInside(_bytes: Uint8Array, random: RandomStream): Uint8Array {
  const rows = 6;
  const bytes = (columns: number) => Uint8Array.from({ length: rows * columns }, () => random.integer(256));
  const entries = new Map([
    ["observations.npy", npy("|u1", [rows, 3], bytes(3))],
    ["actions.npy", npy("<i2", [rows, 1], bytes(2))],
    ["terminals.npy", npy("|b1", [rows], Uint8Array.of(0, 0, 1, 0, 0, 1))],
    ["qpos.npy", npy("<f4", [rows, 2], new Uint8Array(rows * 8))],
  ]);
  const victim = [...entries.keys()][random.integer(entries.size)]!;
  entries.set(victim, mutate(entries.get(victim)!, random));
  return zipSync(Object.fromEntries(entries), { level: random.integer(2) === 0 ? 0 : 6 });
}
