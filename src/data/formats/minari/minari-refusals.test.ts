/** Minari datasets that are incomplete, contradict themselves or hold what is no number: one sentence with the place. */

import { describe, expect, it } from "vitest";
import { DataError } from "../../../errors.js";
import { vectorParts } from "../../columns.js";
import { filesInMemory } from "../../containers/files.js";
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

  it("refuses JPEG pictures with one sentence, unless they are left out", async () => {
    const observation_space = JSON.stringify({
      type: "Dict",
      subspaces: {
        camera: { type: "Box", dtype: "uint8", shape: [2, 2, 3] },
        state: { type: "Box", dtype: "float32", shape: [2, 2] },
      },
    });
    const jpeg = changed("arrow-discrete", () => ({ jpeg_encoding: true, observation_space }));
    expect(await refusal(jpeg)).toMatch(/"observations\/camera" are pictures stored as JPEG/);
    const { observations } = await loadDataset(await minariFormat.open(jpeg, { observationKeys: ["state"] }));
    expect(observations).toEqual(vectorParts(4));
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

  it("is not seen in other data", async () => {
    expect(minariFormat.recognises(filesInMemory("empty", new Map()))).toBe(false);
    expect(minariFormat.recognises(filesInMemory("x.hdf5", new Uint8Array(20)))).toBe(false);
    const d4rl = await createHdf5((hdf5) => writeTable(hdf5, "observations", { shape: [3, 2] }));
    expect(minariFormat.recognises(filesInMemory("x.hdf5", d4rl))).toBe(false);
    const renamed = await file({ episode_0: twoSteps });
    const bytes = renamed.open("main_data.hdf5").read(0, renamed.open("main_data.hdf5").size);
    expect(minariFormat.recognises(filesInMemory("renamed.hdf5", bytes))).toBe(true);
    await expect(minariFormat.open(filesInMemory("empty", new Map()), {})).rejects.toThrow(DataError);
  });
});
