/**
 * imitation's trajectories against files that NumPy and pyarrow wrote (fixtures/formats/write_imitation.py), in both
 * forms, and against incomplete and damaged ones.
 */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../../errors.js";
import { vectorParts } from "../../columns.js";
import { meterAllocations } from "../../containers/allocation-meter.fixture.js";
import { type DataFiles, filesInMemory } from "../../containers/files.js";
import { loadDataset } from "../../episode-source.js";
import { readDataset } from "../../storage/open-dataset.js";
import { imitationFormat, recogniseFormat } from "../formats.js";
import { fuzzFormat } from "../fuzz.fixture.js";
import { npy, npzOf } from "../npy.fixture.js";
import { type ExpectedEpisode, readPlain } from "../numpy.fixture.js";

const root = new URL("../../../../fixtures/formats/imitation/", import.meta.url);
const bytesOf = (path: string) => new Uint8Array(readFileSync(new URL(path, root)));
const fileOf = (name: string): DataFiles => filesInMemory(name, bytesOf(name));
const contentsOf = (name: string) =>
  new Map(readdirSync(new URL(name, root)).map((path) => [path, bytesOf(`${name}/${path}`)]));
const folderOf = (name: string): DataFiles => filesInMemory(name, contentsOf(name));
const expected = JSON.parse(new TextDecoder().decode(bytesOf("expected.json"))) as ExpectedEpisode[];
const MUTATIONS = 10_000;
const all = [fileOf("trajectories.npz"), folderOf("folder"), folderOf("two-files")];

describe("what imitation wrote is read", () => {
  test.each(all)("$name", async (files) => {
    expect((await recogniseFormat(files)).id).toBe("imitation");
    const source = await imitationFormat.open(files, {});
    expect(source).toMatchObject({ source: files.name, observations: vectorParts(3), actionSize: 2 });
    expect(await readPlain(imitationFormat, files)).toEqual(expected);
  });

  test("a single trajectory, which has no indices", async () => {
    expect(await readPlain(imitationFormat, fileOf("one.npz"))).toEqual(expected.slice(0, 1));
  });
});

describe("what is refused", () => {
  const refusal = async (files: DataFiles, options = {}) => {
    const error = await readPlain(imitationFormat, files, options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  };

  test("trajectories without rewards, in both forms", async () => {
    for (const files of [fileOf("without-rewards.npz"), folderOf("without-rewards")])
      expect(await refusal(files)).toMatch(
        /^"without-rewards.*" has no rews.* save the trajectories as TrajectoryWithRew/,
      );
  });

  test.each(["choices.npz", "choices"])(
    "choices of an unknown number in %s, read as the refusal says",
    async (name) => {
      const path = fileURLToPath(new URL(name, root));
      await expect(readDataset(path)).rejects.toThrow(/"acts" has one number a row, as choices.*--discrete-actions N/);
      const dataset = await readDataset(path, { discreteActions: 3 });
      expect(dataset).toMatchObject({ discreteActions: 3, actionSize: 1 });
      expect(dataset.episodes.map(({ actions }) => [...actions])).toEqual([[0, 1, 2, 0], [0], [0, 1, 2, 0, 1, 2]]);
      await expect(readDataset(path, { discreteActions: 2 })).rejects.toThrow(
        /row 2, holds 2, which is no whole number/,
      );
      const vectors = fileURLToPath(new URL("one.npz", root));
      await expect(readDataset(vectors, { discreteActions: 3 })).rejects.toThrow("vectors of 2 numbers");
    },
  );

  test("a folder of other data, by its columns", async () => {
    expect(await refusal(folderOf("other-columns"))).toMatch(
      /^"other-columns" is a folder of Hugging Face's datasets with the columns "text", "label", and not of imitation/,
    );
  });

  test("a folder of which a file is missing", async () => {
    const contents = contentsOf("two-files");
    contents.delete("data-00000-of-00002.arrow");
    expect(await refusal(filesInMemory("half", contents))).toContain("has 1 of its 2 files of rows");
  });

  test("a bomb: zeros that unpack to far more than the file, unless it is trusted", async () => {
    const rows = 300_000;
    const zeros = (columns: number) => new Uint8Array(rows * columns);
    const arrays = {
      "obs.npy": npy("|u1", [rows, 30], zeros(30)),
      "acts.npy": npy("|u1", [rows - 1, 1], zeros(1).subarray(1)),
      "rews.npy": npy("|u1", [rows - 1], zeros(1).subarray(1)),
      "terminal.npy": npy("|b1", [1], new Uint8Array(1)),
      "indices.npy": npy("<f8", [0], new Uint8Array(0)),
    };
    const files = filesInMemory("zeros.npz", zipSync(arrays));
    const meter = meterAllocations();
    try {
      expect(await refusal(files)).toMatch(
        /^"zeros\.npz": trajectory 0 needs more than \d+ bytes of memory.*--trusted/,
      );
      expect(meter.bytes).toBeLessThan(2 ** 26);
    } finally {
      meter.remove();
    }
    const [episode] = await readPlain(imitationFormat, files, { trusted: true });
    expect(episode!.length).toBe(rows - 1);
  });

  test("other options, other files", async () => {
    expect(await refusal(fileOf("one.npz"), { horizon: 5 })).toContain("a horizon means nothing");
    expect(imitationFormat.recognises(filesInMemory("x.npz", zipSync({ "obs.npy": new Uint8Array(4) })))).toBe(false);
  });
});

test.each(all)(
  "10,000 times damaged $name give valid data or one typed error each",
  { timeout: 300_000 },
  async (files) => {
    const report = await fuzzFormat(imitationFormat, [files], { mutations: MUTATIONS, seed: 29 });
    expect(report.cases).toBe(MUTATIONS);
    expect(report.refused).toBeGreaterThan(MUTATIONS / 10);
    expect(report.accepted).toBeGreaterThan(MUTATIONS / 200);
  },
);

test("trajectories that do not fit together are left out where the user says so, by reason", async () => {
  const files = folderOf("misfits");
  await expect(loadDataset(await imitationFormat.open(files, {}))).rejects.toThrow(
    /trajectory 0 has 3 rows of "rews" where its 4 actions need 4: the recording is faulty; .*--drop-faulty\.$/,
  );
  expect(await readPlain(imitationFormat, files, { dropFaulty: true })).toEqual([expected[0], expected[2]]);
  const { notes } = await loadDataset(await imitationFormat.open(files, { dropFaulty: true }));
  const because = "because their episode is faulty: ";
  expect(notes).toEqual([
    { text: `${because}its arrays do not have as many rows as its actions need`, leftOut: 10, example: "trajectory 0" },
    { text: `${because}its arrays have other numbers of columns`, leftOut: 1, example: "trajectory 2" },
    { text: `${because}it has no actions`, leftOut: 1, example: "trajectory 4" },
  ]);
});

test("a trajectory that holds NaN is left out where the user says so, in a look at the data too", async () => {
  const files = filesInMemory(
    "x.npz",
    npzOf({
      obs: [
        [6, 1],
        [1, 2, 3, 4, 5, 6],
      ],
      acts: [
        [4, 1],
        [1, 2, Number.NaN, 4],
      ],
      rews: [[4], [1, 2, 3, 4]],
      terminal: [[2], [1, 0]],
      indices: [[1], [2]],
    }),
  );
  await expect(loadDataset(await imitationFormat.open(files, {}))).rejects.toThrow(/NaN in row 0.*--drop-faulty\.$/);
  for (const allowNonFinite of [false, true]) {
    const { episodes, notes } = await loadDataset(
      await imitationFormat.open(files, { dropFaulty: true, allowNonFinite }),
    );
    expect(episodes.map(({ rewards }) => [...rewards])).toEqual([[1, 2]]);
    expect(notes).toEqual([expect.objectContaining({ leftOut: 2, example: "trajectory 1" })]);
  }
});
