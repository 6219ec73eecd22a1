/** Minari datasets that Python wrote (fixtures/formats/write_minari.py) against the numbers that numpy expects of them. */

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { observationWidth, vectorParts, widthOf } from "../../columns.js";
import type { Dataset } from "../../episode.js";
import { stateOf } from "../../episode.js";
import { loadDataset } from "../../episode-source.js";
import { diskFiles } from "../../storage/disk-files.js";
import type { ReadOptions } from "../format.js";
import { file, fixtures, refusal, twoSteps } from "./minari.fixture.js";
import { minariFormat } from "./minari-format.js";

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
  expect(await minariFormat.recognises(files)).toBe(true);
  return loadDataset(await minariFormat.open(files, options));
}

/** The dataset as plain numbers, as Python wrote down what it expects. */
function plain(dataset: Dataset): Expected {
  const { observations: parts, actionSize, discreteActions, episodes } = dataset;
  const observationSize = observationWidth(parts);
  return {
    observationSize,
    actionSize,
    ...(discreteActions !== undefined && { discreteActions }),
    episodes: episodes.map((episode) => ({
      length: episode.length,
      observations: flattened(dataset, episode),
      actions: [...episode.actions],
      rewards: [...episode.rewards],
      terminated: [...episode.terminated],
      truncated: episode.truncated,
    })),
  };
}

/** The rows as `gymnasium.spaces.flatten` gives them: in these datasets the picture's key sorts before all others. */
function flattened({ observations: parts }: Dataset, { length, observations }: Dataset["episodes"][number]): number[] {
  const ordered = Object.entries(parts).sort(([a], [b]) => Number(a === "state") - Number(b === "state"));
  return Array.from({ length: length + 1 }, (_, row) =>
    ordered.flatMap(([name, part]) => {
      const width = widthOf(part);
      return [...observations[name]!.subarray(row * width, (row + 1) * width)];
    }),
  ).flat();
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

describe("Minari datasets written by Python", () => {
  it.each(names)("reads %s as numpy does, from the folder and from its data folder", async (name) => {
    expect(plain(await load(`${fixtures}${name}`))).toEqual(expectedOf(name));
    expect(plain(await load(`${fixtures}${name}/data`))).toEqual(expectedOf(name));
  });

  it("reads main_data.hdf5 by itself", async () => {
    expect(plain(await load(`${fixtures}old-hdf5/data/main_data.hdf5`))).toEqual(expectedOf("old-hdf5"));
  });
});

describe("a Minari dataset", () => {
  it("takes the observation keys that are asked for, in that order", async () => {
    const whole = expectedOf("arrow");
    const chosen = await load(`${fixtures}arrow`, { observationKeys: ["observation", "achieved_goal"] });
    expect(chosen.observations).toEqual(vectorParts(5));
    expect(chosen.names?.observations?.slice(2)).toEqual(["observation[2]", "achieved_goal[0]", "achieved_goal[1]"]);
    // Whole rows are achieved_goal (2), desired_goal (2), observation (3).
    const rows = whole.episodes[0]!.observations;
    expect([...stateOf(chosen.episodes[0]!.observations).subarray(5, 10)]).toEqual([
      ...rows.slice(11, 14),
      ...rows.slice(7, 9),
    ]);
    expect(await refusal(diskFiles(`${fixtures}arrow`), { observationKeys: ["goal"] })).toContain(
      "Unknown observation key",
    );
    expect(await refusal(await file({ episode_0: twoSteps }), { observationKeys: ["x"] })).toContain("no dictionary");
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
});

const real = fileURLToPath(new URL("../../../../../shared/data/minari-old-layout-small.hdf5", import.meta.url));

it.skipIf(!existsSync(real))("reads a recorded AntMaze dataset without metadata as h5py does", async () => {
  const { observations, actionSize, episodes } = await load(real);
  expect([observationWidth(observations), actionSize]).toEqual([31, 8]);
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
  for (const [i, { observations: parts, actions }] of episodes.entries()) {
    const observations = stateOf(parts);
    expect(sum(observations)).toBeCloseTo(expected[i]!.observations, 9);
    expect(sum(actions)).toBeCloseTo(expected[i]!.actions, 9);
    expect([0, 50 * 31 + 30, 17 * 31 + 3].map((at) => observations[at])).toEqual(expected[i]!.single);
  }
});
