/**
 * Folders of one .npz an episode against files of NumPy's writing (fixtures/formats/write_episode_files.py), in the
 * layouts of ExORL, V-D4RL and DreamerV2, and against contradictory and damaged ones.
 */

import { readdirSync, readFileSync } from "node:fs";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../../errors.js";
import { meterAllocations } from "../../containers/allocation-meter.fixture.js";
import { type DataFiles, filesInMemory } from "../../containers/files.js";
import { loadDataset } from "../../episode-source.js";
import type { ReadOptions } from "../format.js";
import { episodeFilesFormat, recogniseFormat } from "../formats.js";
import { fuzzFormat } from "../fuzz.fixture.js";
import { npy } from "../npy.fixture.js";
import { type ExpectedEpisode, plainEpisode } from "../numpy.fixture.js";

const root = new URL("../../../../fixtures/formats/episode-files/", import.meta.url);
const bytesOf = (path: string) => new Uint8Array(readFileSync(new URL(path, root)));
const contentsOf = (name: string) =>
  new Map(readdirSync(new URL(name, root)).map((path) => [path, bytesOf(`${name}/${path}`)]));
const folderOf = (name: string): DataFiles => filesInMemory(name, contentsOf(name));
const expected = JSON.parse(new TextDecoder().decode(bytesOf("expected.json"))) as {
  readonly episodes: readonly ExpectedEpisode[];
  readonly states: readonly number[][];
  readonly images: readonly number[][];
};
const names = ["exorl", "v-d4rl", "dreamer"];

/** Read as a user does, by what is in the folder. */
async function read(files: DataFiles, options: ReadOptions = {}) {
  return loadDataset(await (await recogniseFormat(files)).open(files, options));
}

async function refusal(files: DataFiles, options: ReadOptions = {}): Promise<string> {
  const error = await read(files, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  return (error as Error).message;
}

describe("what other projects write is read", () => {
  test.each(names)("%s is recognised", async (name) => {
    expect((await recogniseFormat(folderOf(name))).id).toBe("episode-files");
  });

  test("ExORL: the action and the reward of a step are those of the row below", async () => {
    const { episodes, notes } = await read(folderOf("exorl"));
    expect(episodes.map(plainEpisode)).toEqual(expected.episodes);
    expect(notes).toEqual([{ text: expect.stringContaining("rewards are those that are stored"), leftOut: 0 }]);
  });

  test("V-D4RL: pictures alone", async () => {
    const { observations, actionSize, episodes } = await read(folderOf("v-d4rl"));
    expect([observations, actionSize]).toEqual([{ image: { type: "uint8", shape: [6, 5, 3] } }, 2]);
    for (const [i, { observations, ...steps }] of episodes.entries()) {
      expect([...observations.image!]).toEqual(expected.images[i]);
      expect(steps).toMatchObject({ length: expected.episodes[i]!.length, truncated: expected.episodes[i]!.truncated });
      expect([...steps.rewards]).toEqual(expected.episodes[i]!.rewards);
    }
  });

  test("DreamerV2: all arrays that are no marks, which is said, or those that are named", async () => {
    const { observations, episodes, notes } = await read(folderOf("dreamer"));
    expect(observations).toEqual({
      state: { type: "float32", shape: [4] },
      image: { type: "uint8", shape: [6, 5, 3] },
    });
    expect(episodes.map((episode) => [...episode.observations.state!])).toEqual(expected.states);
    expect(episodes.map((episode) => [...episode.observations.image!])).toEqual(expected.images);
    expect(notes).toEqual([
      { text: expect.stringMatching(/^observations are "height", "image", "position", "velocity"/), leftOut: 0 },
    ]);
    const named = await read(folderOf("dreamer"), { observationKeys: ["position", "height", "velocity"] });
    expect(named.notes ?? []).toEqual([]);
    expect(named.episodes.map(plainEpisode)).toEqual(expected.episodes);
  });

  test("an episode of one row is counted", async () => {
    const { episodes, notes } = await read(folderOf("one-row"));
    expect(episodes.map(plainEpisode)).toEqual(expected.episodes.slice(0, 1));
    expect(notes).toContainEqual({ text: "because their episode has no second row", leftOut: 1, example: "a.npz" });
  });
});

describe("what is refused, and its next steps", () => {
  test("an array of unknown meaning", async () => {
    const files = folderOf("with-skill");
    expect(await refusal(files)).toMatch(
      /"skill", is an array beside "observation".*--ignore "skill".*--observation-keys/,
    );
    const [ignored] = (await read(files, { ignore: ["skill"] })).episodes;
    expect(plainEpisode(ignored!)).toEqual(expected.episodes[0]);
    const taken = await read(files, { observationKeys: ["observation", "skill"] });
    expect(taken.observations).toEqual({ state: { type: "float32", shape: [6] } });
    expect([...taken.episodes[0]!.observations.state!.subarray(0, 6)]).toEqual([
      ...expected.episodes[0]!.observations.slice(0, 4),
      1,
      1,
    ]);
  });

  test("actions that follow their observation", async () => {
    expect(await refusal(folderOf("acts-after"))).toMatch(/"action", is not 0 in its first row/);
  });

  test("a mark within an episode, and the mark left aside", async () => {
    expect(await refusal(folderOf("cut-within"))).toMatch(/"discount", marks row 2 of 6.*--ignore discount/);
    const { episodes } = await read(folderOf("cut-within"), { ignore: ["discount"] });
    expect(plainEpisode(episodes[0]!)).toEqual(expected.episodes[0]);
  });

  test("pictures with their channels first, chunks of DreamerV3, keys that are not there", async () => {
    const { observations, notes } = await read(folderOf("channels-first"));
    expect(observations).toEqual({ image: { type: "uint8", shape: [64, 64, 3] } });
    expect(notes!.map(({ text }) => text)).toContain(
      "the pictures image are stored with their channels first, [3, 64, 64], and were transposed",
    );
    expect(await refusal(folderOf("chunks"))).toContain("DreamerV3");
    expect(await refusal(folderOf("exorl"), { observationKeys: ["state"] })).toMatch(
      /has no observation "state"; there: "observation"/,
    );
    expect(await refusal(folderOf("exorl"), { goal: [0, 0] })).toContain("a goal means nothing");
  });

  test("several folders, and one of them", async () => {
    const [train, other] = [contentsOf("exorl"), contentsOf("dreamer")];
    const inside = [...train].map(([path, bytes]) => [`train/${path}`, bytes] as const);
    const both = new Map([...inside, ...[...other].map(([path, bytes]) => [`eval/${path}`, bytes] as const)]);
    expect(await refusal(filesInMemory("log", both))).toMatch(/in 2 folders \("eval\/", "train\/"\); give one of them/);
    const { episodes } = await read(filesInMemory("log", new Map(inside)));
    expect(episodes.map(plainEpisode)).toEqual(expected.episodes);
  });

  test("a bomb: zeros that unpack to far more than the file, unless it is trusted", async () => {
    const rows = 300_000;
    const zeros = (columns: number) => npy("|u1", [rows, columns], new Uint8Array(rows * columns));
    const arrays = {
      "observation.npy": zeros(30),
      "action.npy": zeros(1),
      "reward.npy": zeros(1),
      "discount.npy": zeros(1),
    };
    const discount = npy("|u1", [rows, 1], new Uint8Array(rows).fill(1));
    const files = filesInMemory("zeros", new Map([["a.npz", zipSync({ ...arrays, "discount.npy": discount })]]));
    const meter = meterAllocations();
    try {
      expect(await refusal(files)).toMatch(
        /^"zeros": "a\.npz": the episode needs more than \d+ bytes of memory.*--trusted/,
      );
      expect(meter.bytes).toBeLessThan(2 ** 26);
    } finally {
      meter.remove();
    }
    expect((await read(files, { trusted: true })).episodes[0]!.length).toBe(rows - 1);
  });

  test("episodes of different tasks", async () => {
    const mixed = new Map([...contentsOf("exorl"), ["z.npz", [...contentsOf("dreamer").values()][0]!]]);
    const files = filesInMemory("mixed", mixed);
    expect(await refusal(files)).toContain("of another shape than the first file");
  });
});

test("10,000 damaged folders give valid data or one typed error each", { timeout: 300_000 }, async () => {
  const report = await fuzzFormat(episodeFilesFormat, names.map(folderOf), { mutations: 10_000, seed: 33 });
  expect(report.cases).toBe(10_000);
  expect(report.refused).toBeGreaterThan(2_000);
  expect(report.accepted).toBeGreaterThan(100);
});
