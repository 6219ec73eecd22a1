/** Minari data sets that Python wrote (fixtures/formats/write_minari.py) against the numbers that numpy expects of them. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Dataset } from "../../data/episode.js";
import { DataError, UsageError } from "../../errors.js";
import { diskFiles } from "../../storage/disk-files.js";
import { filesInMemory } from "../files.js";
import { loadDataset, type ReadOptions } from "../format.js";
import { createHdf5, type WritableHdf5 } from "../hdf5/hdf5-module.js";
import { minariFormat } from "./minari-format.js";

const fixtures = fileURLToPath(new URL("../../../fixtures/formats/minari/", import.meta.url));

interface Expected {
  readonly observationSize: number;
  readonly actionSize: number;
  readonly discreteActions?: number;
  readonly episodes: readonly {
    readonly length: number;
    readonly observations: readonly number[];
    readonly actions: readonly number[];
    readonly rewards: readonly number[];
    readonly terminated: readonly number[];
    readonly truncated: boolean;
  }[];
}

function expectedOf(name: string): Expected {
  return JSON.parse(readFileSync(`${fixtures}${name}/expected.json`, "utf8"));
}

async function load(path: string, options: ReadOptions = {}): Promise<Dataset> {
  const files = diskFiles(path);
  expect(minariFormat.recognises(files)).toBe(true);
  return loadDataset(await minariFormat.open(files, options));
}

/** The data set as plain numbers, as Python wrote down what it expects. */
function plain(dataset: Dataset): Expected {
  const { observationSize, actionSize, discreteActions, episodes } = dataset;
  return {
    observationSize,
    actionSize,
    ...(discreteActions !== undefined && { discreteActions }),
    episodes: episodes.map((episode) => ({
      length: episode.length,
      observations: [...episode.observations],
      actions: [...episode.actions],
      rewards: [...episode.rewards],
      terminated: [...episode.terminated],
      truncated: episode.truncated,
    })),
  };
}

const names = [
  "old-hdf5",
  "new-hdf5",
  "arrow",
  "arrow-discrete",
  "parquet",
  "parquet-discrete",
  "old-tiny",
  "new-tiny",
];

describe("Minari data sets written by Python", () => {
  it.each(names)("reads %s as numpy does, from the folder and from its data folder", async (name) => {
    expect(plain(await load(`${fixtures}${name}`))).toEqual(expectedOf(name));
    expect(plain(await load(`${fixtures}${name}/data`))).toEqual(expectedOf(name));
  });

  it("reads main_data.hdf5 by itself", async () => {
    expect(plain(await load(`${fixtures}old-hdf5/data/main_data.hdf5`))).toEqual(expectedOf("old-hdf5"));
  });
});

/** Rows of an array, e.g. [2, 2] for two rows of two numbers, filled with 0, 1, 2 ... or with the values given. */
type Table = { readonly shape: readonly number[]; readonly values?: readonly number[]; readonly dtype?: string };

function writeTable(group: Pick<WritableHdf5, "create_dataset">, name: string, { shape, values, dtype = "<f" }: Table) {
  const size = shape.reduce((product, length) => product * length, 1);
  const data = values ? [...values] : Array.from({ length: size }, (_, i) => i);
  group.create_dataset({ name, data, shape: [...shape], dtype });
}

const twoSteps: Readonly<Record<string, Table>> = {
  observations: { shape: [3, 2] },
  actions: { shape: [2, 1] },
  rewards: { shape: [2] },
  terminations: { shape: [2], values: [0, 0], dtype: "<b" },
  truncations: { shape: [2], values: [0, 0], dtype: "<b" },
};

/** A single HDF5 file with these episodes. */
async function file(episodes: Readonly<Record<string, Readonly<Record<string, Table | undefined>>>>) {
  const bytes = await createHdf5((hdf5) => {
    for (const [name, tables] of Object.entries(episodes)) {
      const group = hdf5.create_group(name);
      for (const [key, table] of Object.entries(tables)) if (table) writeTable(group, key, table);
    }
  });
  return filesInMemory("main_data.hdf5", bytes);
}

/** The fixture with its metadata changed. */
function changed(name: string, change: (metadata: Record<string, unknown>) => object) {
  const contents = new Map<string, Uint8Array>();
  const files = diskFiles(`${fixtures}${name}/data`);
  for (const path of files.paths) contents.set(path, files.open(path).read(0, files.open(path).size));
  const metadata = JSON.parse(new TextDecoder().decode(contents.get("metadata.json")));
  const text = JSON.stringify({ ...metadata, ...change(metadata) });
  return filesInMemory("changed", contents.set("metadata.json", new TextEncoder().encode(text)));
}

async function refusal(files: ReturnType<typeof filesInMemory>, options: ReadOptions = {}): Promise<string> {
  const error: unknown = await minariFormat
    .open(files, options)
    .then(loadDataset, (reason: unknown) => reason)
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

describe("a Minari data set", () => {
  it("takes the observation keys that are asked for, in that order", async () => {
    const whole = expectedOf("arrow");
    const chosen = await load(`${fixtures}arrow`, { observationKeys: ["observation", "achieved_goal"] });
    expect(chosen.observationSize).toBe(5);
    // Whole rows are achieved_goal (2), desired_goal (2), observation (3).
    const rows = whole.episodes[0]!.observations;
    expect([...chosen.episodes[0]!.observations.subarray(5, 10)]).toEqual([...rows.slice(11, 14), ...rows.slice(7, 9)]);
    expect(await refusal(diskFiles(`${fixtures}arrow`), { observationKeys: ["goal"] })).toContain(
      "Unknown observation key",
    );
    expect(await refusal(await file({ episode_0: twoSteps }), { observationKeys: ["x"] })).toContain("no dictionary");
  });

  it("refuses options that mean nothing to it", async () => {
    expect(await refusal(diskFiles(`${fixtures}arrow`), { horizon: 5 })).toMatch(/a horizon means nothing/);
  });

  it("has its episodes in the order of their numbers, not of their names", async () => {
    const episode = (reward: number) => ({ ...twoSteps, rewards: { shape: [2], values: [0, reward] } });
    const files = await file({ episode_10: episode(10), episode_9: episode(9), episode_2: episode(2) });
    const { episodes } = await loadDataset(await minariFormat.open(files, {}));
    expect(episodes.map(({ rewards }) => rewards[1])).toEqual([2, 9, 10]);
  });

  it("keeps terminations in the middle, and ends truncated where it does not end terminated", async () => {
    const flags = (values: readonly number[]) => ({ shape: [2], values, dtype: "<b" });
    const files = await file({
      episode_0: { ...twoSteps, terminations: flags([1, 0]), truncations: flags([1, 0]) },
      episode_1: { ...twoSteps, terminations: flags([0, 1]), truncations: flags([0, 1]) },
    });
    const { episodes } = await loadDataset(await minariFormat.open(files, {}));
    expect(episodes.map(({ terminated }) => [...terminated])).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(episodes.map(({ truncated }) => truncated)).toEqual([true, false]);
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
    expect(await told({ actions: { shape: [2], dtype: "<q" } })).toMatch(/give the data set's folder/);
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
    const { observationSize } = await loadDataset(await minariFormat.open(jpeg, { observationKeys: ["state"] }));
    expect(observationSize).toBe(4);
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

const real = fileURLToPath(new URL("../../../../shared/data/minari-old-layout-small.hdf5", import.meta.url));

it.skipIf(!existsSync(real))("reads a recorded AntMaze data set without metadata as h5py does", async () => {
  const { observationSize, actionSize, episodes } = await load(real);
  expect([observationSize, actionSize]).toEqual([31, 8]);
  expect(episodes.map(({ length, truncated }) => [length, truncated])).toEqual(Array(3).fill([50, true]));
  const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);
  // Of numpy: sums over an episode, and single numbers at (row, column) = (0, 0), (50, 30) and (17, 3).
  const expected = [
    {
      observations: -16.254700962046627,
      actions: 20.849963666172698,
      single: [2.853583574295044, 1.6504476070404053, -0.8321583271026611],
    },
    {
      observations: 8.97578920124215,
      actions: 13.090785351814702,
      single: [-0.04748928174376488, 0.7875058650970459, -1.012053370475769],
    },
    {
      observations: 54.02146345167421,
      actions: -1.482174102915451,
      single: [-1.0623501539230347, 0.11386802047491074, 0.6606611013412476],
    },
  ];
  for (const [i, { observations, actions }] of episodes.entries()) {
    expect(sum(observations)).toBeCloseTo(expected[i]!.observations, 9);
    expect(sum(actions)).toBeCloseTo(expected[i]!.actions, 9);
    expect([0, 50 * 31 + 30, 17 * 31 + 3].map((at) => observations[at])).toEqual(expected[i]!.single);
  }
});
