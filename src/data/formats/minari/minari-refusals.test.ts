/** Minari datasets that are incomplete, contradict themselves or hold what is no number: one sentence with the place. */

import { describe, expect, it } from "vitest";
import { DataError } from "../../../errors.js";
import { vectorParts } from "../../columns.js";
import { type DataFiles, filesInMemory } from "../../containers/files.js";
import { createHdf5 } from "../../containers/hdf5/create-hdf5.fixture.js";
import { loadDataset } from "../../episode-source.js";
import { diskFiles } from "../../storage/disk-files.js";
import { changed, file, fixtures, refusal, type Table, twoSteps, writeTable } from "./minari.fixture.js";
import { minariFormat } from "./minari-format.js";

describe("a Minari dataset", () => {
  it("refuses options that mean nothing to it", async () => {
    expect(await refusal(diskFiles(`${fixtures}arrow`), { horizon: 5 })).toMatch(/a horizon means nothing/);
  });

  it("accepts NaN where it is to be inspected only", async () => {
    const rewards = { shape: [2], values: [0, Number.NaN] };
    const files = await file({ episode_0: { ...twoSteps, rewards } });
    expect(await refusal(files)).toContain('"episode_0", "rewards", holds NaN in row 1');
    const { episodes } = await loadDataset(await minariFormat.open(files, { allowNonFinite: true }));
    expect(episodes[0]!.rewards[1]).toBeNaN();
  });

  it("refuses columns that are missing, too short or of a wrong kind, with their place", async () => {
    const told = async (tables: Record<string, Table | undefined>) =>
      refusal(await file({ episode_0: { ...twoSteps, ...tables } }));
    expect(await told({ truncations: undefined })).toContain('"episode_0" has no "truncations"');
    expect(await told({ observations: { shape: [2, 2] } })).toContain("[2, 2] where 3 rows of 2 are expected");
    expect(await told({ terminations: { shape: [2], values: [0, 2], dtype: "<b" } })).toContain("holds 2 in row 1");
    expect(await told({ actions: { shape: [2], dtype: "<q" } })).toMatch(/give the dataset's folder/);
    const second = { ...twoSteps, observations: { shape: [3, 3] } };
    expect(await refusal(await file({ episode_0: twoSteps, episode_1: second }))).toContain('"episode_1/observations"');
  });

  it("refuses a folder with fewer episodes than it declares", async () => {
    const message = await refusal(changed("parquet", () => ({ total_episodes: 4 })));
    expect(message).toContain("declares 4 episodes (total_episodes) but holds 3");
  });

  it("refuses choices that the space does not have", async () => {
    const action_space = JSON.stringify({ type: "Discrete", start: 3, n: 3, dtype: "int64" });
    expect(await refusal(changed("arrow-discrete", () => ({ action_space })))).toMatch(
      /holds 2 in row \d, where .* 3 to 5/,
    );
  });

  it("believes what is stored where jpeg_encoding says that pictures are files", async () => {
    const observation_space = JSON.stringify({
      type: "Dict",
      subspaces: {
        camera: { type: "Box", dtype: "uint8", shape: [2, 2, 3] },
        state: { type: "Box", dtype: "float32", shape: [2, 2] },
      },
    });
    const jpeg = changed("arrow-discrete", () => ({ jpeg_encoding: true, observation_space }));
    const { observations } = await loadDataset(await minariFormat.open(jpeg, {}));
    expect(observations).toEqual({ ...vectorParts(4), camera: { type: "uint8", shape: [2, 2, 3] } });
  });

  it("reads bounds that Python writes as Infinity and keys that would reach a prototype", async () => {
    const observation_space =
      '{"type": "Dict", "subspaces": {"__proto__": {"type": "Box", "dtype": "float64", "shape": [1], "low": [-Infinity], "high": [NaN]}}}';
    const message = await refusal(changed("new-tiny", () => ({ observation_space })));
    expect(message).toMatch(/"episode_0\/observations" has no "__proto__"/);
    expect(({} as Record<string, unknown>).type).toBeUndefined();
    for (const key of ["a/b", "..", "", "a\u0007b"]) {
      const space = JSON.stringify({ type: "Dict", subspaces: { [key]: { type: "Box", shape: [1] } } });
      expect(await refusal(changed("new-tiny", () => ({ observation_space: space })))).toMatch(/cannot be a key/);
    }
  });

  it("refuses spaces without numbers and choices of too many, unless they are left out", async () => {
    const space = (part: object) => ({ observation_space: JSON.stringify({ type: "Dict", subspaces: { part } }) });
    expect(await refusal(changed("arrow", () => space({ type: "Text", max_length: 9 })))).toContain(
      "of the space Text",
    );
    expect(await refusal(changed("arrow", () => space({ type: "Discrete", n: 5000, start: 0 })))).toContain(
      "choose among 5000",
    );
    expect(await refusal(changed("arrow", () => space({ type: "Box", shape: [-1] })))).toContain("shape");
  });

  it("leaves faulty episodes out where that is asked for, counted by reason", async () => {
    const short = { ...twoSteps, observations: { shape: [2, 2] } };
    const nan = { ...twoSteps, rewards: { shape: [2], values: [0, Number.NaN] } };
    const files = await file({ episode_0: short, episode_1: twoSteps, episode_2: nan, episode_3: short });
    const told = await refusal(files);
    expect(told).toContain('"episode_0/observations" has the shape [2, 2] where 3 rows of 2 are expected');
    expect(told).toMatch(/the recording is faulty; .* leave faulty ones out with --drop-faulty\.$/);
    const { episodes, notes } = await loadDataset(await minariFormat.open(files, { dropFaulty: true }));
    expect(episodes.map(({ length }) => length)).toEqual([2]);
    expect(episodes[0]!.observations.state).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
    expect(notes).toEqual([
      {
        text: "because their episode is faulty: its arrays do not have the rows and columns that its rewards and spaces need",
        leftOut: 4,
        example: "episode_0",
      },
      { text: "because their episode is faulty: it holds what is no finite number", leftOut: 2, example: "episode_2" },
    ]);
    expect(await refusal(await file({ episode_0: short }), { dropFaulty: true })).toMatch(
      /holds no episode that can be learned from \(2 rows left out, because .* \(episode_0, for one\)\)/,
    );
  });

  it("refuses actions of several choices, and reads their numbered combinations as the sentence says", async () => {
    const space = (action_space: object) => ({ action_space: JSON.stringify(action_space) });
    const several = { type: "MultiDiscrete", nvec: [3, 2], dtype: "int64" };
    const told = await refusal(changed("arrow-discrete", () => space(several)));
    expect(told).toContain("2 choices at once (among 3 x 2)");
    expect(told).toContain("number their 6 combinations and store that number as actions of one Discrete space of 6");
    expect(await refusal(changed("arrow-discrete", () => space({ type: "MultiBinary", n: 3 })))).toContain(
      "number their 8 combinations",
    );
    const beside = {
      type: "Dict",
      subspaces: { grip: { type: "Discrete", n: 2 }, move: { type: "Box", shape: [2], dtype: "float32" } },
    };
    expect(await refusal(changed("arrow-discrete", () => space(beside)))).toContain("choices beside quantities");

    // The pairs (0, 1), (2, 0) among 3 x 2, numbered.
    const numbered = [0 * 2 + 1, 2 * 2 + 0];
    const folder = new Map<string, Uint8Array>([
      ["data/metadata.json", new TextEncoder().encode(metadataOfOne({ type: "Discrete", n: 6, start: 0 }))],
      [
        "data/main_data.hdf5",
        bytesOf(await file({ episode_0: { ...twoSteps, actions: { shape: [2], values: numbered, dtype: "<q" } } })),
      ],
    ]);
    const dataset = await loadDataset(await minariFormat.open(filesInMemory("numbered", folder), {}));
    expect(dataset).toMatchObject({ actionSize: 1, discreteActions: 6 });
    expect([...dataset.episodes[0]!.actions]).toEqual([1, 4]);
  });

  it("is not seen in other data", async () => {
    const seen = async (files: DataFiles) => minariFormat.recognises(files);
    expect(await seen(filesInMemory("empty", new Map()))).toBe(false);
    expect(await seen(filesInMemory("x.hdf5", new Uint8Array(20)))).toBe(false);
    const d4rl = await createHdf5((hdf5) => {
      writeTable(hdf5, "observations", { shape: [3, 2] });
      writeTable(hdf5, "episode_0", { shape: [3] });
    });
    expect(await seen(filesInMemory("x.hdf5", d4rl))).toBe(false);
    expect(await seen(filesInMemory("main_data.hdf5", d4rl))).toBe(false);
    const others = await createHdf5((hdf5) => writeTable(hdf5.create_group("episode_0"), "joints", { shape: [3, 2] }));
    expect(await seen(filesInMemory("x.hdf5", others))).toBe(false);
    const bytes = bytesOf(await file({ episode_0: twoSteps }));
    expect(await seen(filesInMemory("renamed.hdf5", bytes))).toBe(true);
    expect(await seen(filesInMemory("main_data.hdf5", await createHdf5(() => {})))).toBe(true);
    // That a file is damaged is told by the reader of D4RL's files.
    expect(await seen(filesInMemory("main_data.hdf5", bytes.slice(0, 600)))).toBe(false);
    await expect(minariFormat.open(filesInMemory("empty", new Map()), {})).rejects.toThrow(DataError);
  });
});

function bytesOf(files: DataFiles): Uint8Array {
  const data = files.open(files.paths[0]!);
  return data.read(0, data.size);
}

function metadataOfOne(actions: object): string {
  return JSON.stringify({
    total_episodes: 1,
    total_steps: 2,
    data_format: "hdf5",
    observation_space: JSON.stringify({ type: "Box", shape: [2], dtype: "float32" }),
    action_space: JSON.stringify(actions),
  });
}
