/**
 * Pickled trajectories against files that Python's pickle wrote (fixtures/formats/write_pickles.py): DAPG's, mjrl's,
 * Decision Transformer's, D4RL's and SERL's; every mark that may end an episode; and hostile and damaged files.
 */

import { existsSync, readFileSync } from "node:fs";
import { gzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { DataError, UsageError } from "../../../errors.js";
import { vectorParts } from "../../columns.js";
import { type DataFiles, filesInMemory } from "../../containers/files.js";
import { loadDataset } from "../../episode-source.js";
import type { ReadOptions } from "../format.js";
import { adroitNpyFormat, pickleFormat, recogniseFormat } from "../formats.js";
import { fuzzFormat } from "../fuzz.fixture.js";
import { type ExpectedEpisode, plainEpisode, readPlain } from "../numpy.fixture.js";

const folder = new URL("../../../../fixtures/formats/pickles/", import.meta.url);
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
const filesOf = (name: string): DataFiles => filesInMemory(name, bytesOf(name));
const expected = JSON.parse(new TextDecoder().decode(bytesOf("expected.json"))) as Record<string, ExpectedEpisode[]>;
const protocols = [0, 2, 3, 4, 5];
const MUTATIONS = 10_000;

/** Read as a user does, by what is in the file. */
async function read(name: string, options: ReadOptions = {}) {
  const format = await recogniseFormat(filesOf(name));
  const dataset = await loadDataset(await format.open(filesOf(name), options));
  return { format: format.id, episodes: dataset.episodes.map(plainEpisode), notes: dataset.notes ?? [] };
}

async function refusal(name: string, options: ReadOptions = {}): Promise<string> {
  const error = await read(name, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  return (error as Error).message;
}

describe("lists of trajectories", () => {
  test.each(protocols)("DAPG's demonstrations, protocol %i: the last row is counted", async (protocol) => {
    const { format, episodes, notes } = await read(`dapg-protocol${protocol}.pickle`);
    expect(format).toBe("pickle");
    expect(episodes).toEqual(expected.demonstrations);
    expect(notes).toEqual([
      {
        text: "because an episode ends there and what was observed next is not stored",
        leftOut: 3,
        example: "trajectory 0, row 4",
      },
      { text: "Nothing marks where the task ended.", leftOut: 0 },
    ]);
  });

  test.each(protocols)("Decision Transformer's, protocol %i: all rows are steps", async (protocol) => {
    const { episodes, notes } = await read(`transformer-protocol${protocol}.pkl`);
    expect(episodes).toEqual(expected.known);
    expect(notes).toEqual([]);
  });

  test("packed with gzip they are the same, checked to the last byte, and no bomb", async () => {
    const packed = gzipSync(bytesOf("dapg-protocol3.pickle"));
    const open = async (bytes: Uint8Array, options: ReadOptions = {}) => {
      const files = filesInMemory("demos.pickle.gz", bytes);
      const format = await recogniseFormat(files);
      expect(format.id).toBe("pickle");
      return loadDataset(await format.open(files, options));
    };
    expect((await open(packed)).episodes.map(plainEpisode)).toEqual(expected.demonstrations);
    const changed = Uint8Array.from(packed, (byte, i) => (i === packed.length - 6 ? byte ^ 1 : byte));
    await expect(open(changed)).rejects.toThrow("does not match its checksum; the gzip file is damaged");
    const bomb = new Uint8Array(2 ** 25);
    bomb.set(bytesOf("dapg-protocol3.pickle"));
    const refused = await open(gzipSync(bomb)).catch((error: unknown) => (error as Error).message);
    expect(refused).toMatch(/^"demos\.pickle\.gz" unpacks to more than \d+ bytes, .*; unpack it first \(gunzip\), or/);
    expect((await open(packed, { trusted: true })).episodes).toHaveLength(expected.demonstrations!.length);
  });

  test("the header, and the episodes a second time", async () => {
    const source = await pickleFormat.open(filesOf("dapg-protocol3.pickle"), {});
    expect(source).toMatchObject({ source: "dapg-protocol3.pickle", observations: vectorParts(4), actionSize: 2 });
    const [once, twice] = [await loadDataset(source), await loadDataset(source)];
    expect(twice).toEqual(once);
  });

  test("mjrl's one mark a trajectory: the task ended with its last step", async () => {
    const { episodes, notes } = await read("mjrl.pickle");
    expect(episodes).toEqual(expected.ownLast);
    expect(notes).toEqual([expect.objectContaining({ leftOut: 1, example: "trajectory 1, row 2" })]);
  });

  test("one observation more than actions", async () => {
    expect((await read("more-observations.pkl")).episodes).toEqual(expected.known);
  });
});

describe("whole recordings", () => {
  test("D4RL's rows in one dictionary, as pickle and as .npy", async () => {
    const { episodes, notes } = await read("flat.pkl");
    expect(episodes).toEqual(expected.flat);
    expect(notes).toEqual([expect.objectContaining({ leftOut: 1 })]);
    expect(await readPlain(adroitNpyFormat, filesOf("flat.npy"))).toEqual(expected.flat);
  });

  test("without marks nothing tells where an episode ends", async () => {
    expect(await refusal("flat-without-marks.pkl")).toContain("nothing tells where an episode ends");
  });

  test("one dictionary a step, with masks and dones", async () => {
    const options = { observationKeys: ["state"] };
    expect((await read("transitions.pkl", options)).episodes).toEqual(expected.known);
    const both = await read("transitions.pkl", { observationKeys: ["state", "seconds"] });
    expect(both.episodes[1]!.observations).toEqual(
      expected.known![1]!.observations.flatMap((value, i) => (i % 4 === 3 ? [value, Math.floor(i / 4)] : [value])),
    );
  });

  test("keys of observations that are not named, and the step that the refusal gives", async () => {
    expect(await refusal("transitions.pkl")).toMatch(
      /^"transitions\.pkl": "observations", step 0, has no "state_observation"; there: "state", "seconds"\. Name the observation keys/,
    );
  });
});

describe("other ways to put trajectories together", () => {
  const rewards = expected.known!.map((episode) => episode.rewards);

  test("a dictionary of episodes", async () => {
    expect((await read("by-name.pkl")).episodes).toEqual(expected.known);
  });

  test("a list of lists of steps, with state, action and reward in the singular", async () => {
    const { episodes, notes } = await read("episodes-of-steps.pkl");
    expect(episodes.map((episode) => episode.rewards)).toEqual([rewards[0], rewards[1]!.slice(0, -1), rewards[2]]);
    expect(episodes.map(({ truncated }) => truncated)).toEqual([false, true, false]);
    expect(notes).toContainEqual(expect.objectContaining({ leftOut: 1, example: "trajectory 1, row 2" }));
  });

  test("a list of such steps, whose episodes only marks tell apart", async () => {
    const { episodes } = await read("steps.pkl");
    expect(episodes.map((episode) => episode.rewards)).toEqual([rewards[0], [...rewards[1]!, ...rewards[2]!]]);
  });

  test("a success for each trajectory, in place of rewards", async () => {
    expect(await refusal("successes.pkl")).toContain("make rewards from it with --reward success.");
    const { episodes, notes } = await read("successes.pkl", { successReward: "recorded" });
    expect(episodes.map((episode) => episode.rewards)).toEqual([
      [0, 0, 0, 0, 1],
      [0, 0, 0],
      [0, 0, 0, 1],
    ]);
    expect(episodes.map(({ truncated }) => truncated)).toEqual([false, true, false]);
    expect(notes.map(({ text }) => text).join()).toContain("1 at the last step of 2 of 3 episodes");
  });

  test("a faulty one, which is left out where the user says so", async () => {
    expect(await refusal("faulty.pkl")).toMatch(/holds NaN in row 0.*leave faulty episodes out with --drop-faulty\.$/);
    for (const allowNonFinite of [false, true]) {
      const { episodes, notes } = await read("faulty.pkl", { dropFaulty: true, allowNonFinite });
      expect(episodes).toEqual([expected.known![0], expected.known![2]]);
      expect(notes).toEqual([expect.objectContaining({ leftOut: 3, example: "trajectory 1, row 0" })]);
    }
  });

  test("others that do not fit together, likewise: rows, columns, arrays, flags and torn rows", async () => {
    expect(await refusal("misfits.pkl")).toBe(
      '"misfits.pkl, trajectory 0" has 3 rows of "rewards" where its 5 actions need 5: the recording is faulty; record this episode again, or leave faulty ones out with --drop-faulty.',
    );
    const { episodes, notes } = await read("misfits.pkl", { dropFaulty: true });
    expect(episodes).toEqual([expected.known![0], expected.known![2]]);
    const because = "because their episode is faulty: ";
    expect(notes).toEqual([
      {
        text: `${because}its arrays do not have as many rows as its actions need`,
        leftOut: 5,
        example: "trajectory 0",
      },
      { text: `${because}its arrays have other numbers of columns`, leftOut: 3, example: "trajectory 2" },
      { text: `${because}it has no "rewards"`, leftOut: 3, example: "trajectory 3" },
      { text: `${because}its values are not what they should be`, leftOut: 8, example: "trajectory 4" },
    ]);
  });
});

describe("what marks mean", () => {
  test("done alone is taken for the task's end, which is said with the flag that says otherwise", async () => {
    const { episodes, notes } = await read("only-dones.pkl");
    expect(episodes).toEqual(expected.task);
    expect(notes).toEqual([
      { text: expect.stringMatching(/^"dones" does not tell.*--done-means either --horizon STEPS/), leftOut: 0 },
    ]);
    const clock = await read("only-dones.pkl", { doneMeans: "clock" });
    expect(clock.episodes).toEqual(expected.clock);
    expect(await refusal("only-dones.pkl", { doneMeans: "either" })).toContain("--horizon");
    expect((await read("only-dones.pkl", { doneMeans: "either", horizon: 5 })).episodes).toEqual(expected.either);
  });

  test("a key that may be a mark is refused by name, and left aside as the refusal says", async () => {
    expect(await refusal("unknown-mark.pkl")).toMatch(
      /^"unknown-mark\.pkl, trajectory 0": "sealed" is 0 or 1 in each row, like a mark; .* rename it to terminals .*--ignore sealed\.$/,
    );
    expect((await read("unknown-mark.pkl", { ignore: ["sealed"] })).episodes).toEqual(expected.known);
  });

  test("masks of padding", async () => {
    expect(await refusal("padded.pkl")).toMatch(/"masks" is 0 in 2 steps, as masks of padding are/);
  });
});

describe("what is refused", () => {
  test("a file that would run a command, by the command's name; nothing is executed", async () => {
    expect(await refusal("hostile.pkl")).toMatch(
      /^"hostile\.pkl", at byte \d+, asks for "posix\.system", which .* nothing in it was executed\./,
    );
    expect(existsSync("calql-was-attacked")).toBe(false);
  });

  test("other pickles, other files, other options", async () => {
    expect(await refusal("not-a-list.pkl")).toContain("holds a number without trajectories");
    expect(await refusal("flat.pkl", { goal: [0, 0] })).toContain("a goal means nothing");
    expect(await pickleFormat.recognises(filesInMemory("x.pkl", new Uint8Array(0)))).toBe(false);
    const torch = Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e);
    expect(await pickleFormat.recognises(filesInMemory("x.pkl", torch))).toBe(false);
  });

  test("a trajectory that is stored once and named often, unless the file is trusted", async () => {
    expect(await refusal("repeated.pkl")).toMatch(/^"repeated\.pkl, trajectory \d+" repeats what is stored once/);
    expect((await read("repeated.pkl", { trusted: true })).episodes).toHaveLength(500);
  });

  test("a cut file, with the place", async () => {
    const cut = filesInMemory("cut.pkl", bytesOf("dapg-protocol4.pickle").subarray(0, 500));
    await expect(readPlain(pickleFormat, cut)).rejects.toThrow(/^"cut\.pkl", at byte \d+, ends in the middle/);
    await expect(readPlain(pickleFormat, cut)).rejects.toBeInstanceOf(DataError);
  });
});

test.each([
  ["dapg", "pickle"],
  ["transformer", "pkl"],
])("10,000 damaged %s files give valid data or one typed error each", { timeout: 300_000 }, async (layout, ending) => {
  const valid = protocols.map((protocol) => filesOf(`${layout}-protocol${protocol}.${ending}`));
  const report = await fuzzFormat(pickleFormat, valid, { mutations: MUTATIONS, seed: 14 });
  expect(report.cases).toBe(MUTATIONS);
  expect(report.refused).toBeGreaterThan(MUTATIONS / 5);
  expect(report.accepted).toBeGreaterThan(MUTATIONS / 50);
});

test("10,000 damaged whole recordings", { timeout: 300_000 }, async () => {
  const options = { observationKeys: ["state"] };
  const report = await fuzzFormat(pickleFormat, [filesOf("transitions.pkl")], {
    mutations: MUTATIONS,
    seed: 15,
    options,
  });
  expect(report.refused).toBeGreaterThan(MUTATIONS / 5);
  expect(report.accepted).toBeGreaterThan(MUTATIONS / 50);
});
