/** Layouts of HDF5 that are refused by their name, and that the step which the sentence gives leads to the right data. */
import { expect, test } from "vitest";
import { filesInMemory } from "../containers/files.js";
import { createHdf5 } from "../containers/hdf5/create-hdf5.fixture.js";
import { loadDataset } from "../episode-source.js";
import { recogniseFormat } from "./formats.js";
import { plainEpisode } from "./numpy.fixture.js";

/** Arrays by their paths; a value is a column, or rows of several. */
type Arrays = Readonly<Record<string, readonly (number | readonly number[])[]>>;

async function fileOf(arrays: Arrays) {
  const bytes = await createHdf5((hdf5) => {
    const made = new Set<string>();
    for (const [path, rows] of Object.entries(arrays)) {
      const parts = path.split("/");
      for (let depth = 1; depth < parts.length; depth++) {
        const group = parts.slice(0, depth).join("/");
        if (!made.has(group)) hdf5.create_group(group);
        made.add(group);
      }
      const data = Float32Array.from(rows.flat());
      const shape = Array.isArray(rows[0]) ? [rows.length, data.length / rows.length] : [rows.length];
      hdf5.create_dataset({ name: path, data, shape, dtype: "<f" });
    }
  });
  return filesInMemory("x.h5", bytes);
}

async function read(arrays: Arrays) {
  const files = await fileOf(arrays);
  return (await loadDataset(await (await recogniseFormat(files)).open(files, {}))).episodes.map(plainEpisode);
}

const actions = [[1], [2], [3]];
const states = [
  [1, 2],
  [3, 4],
  [5, 6],
];
const column = (at: number) => states.map((row) => [row[at]!]);
const rewards = [0, 0, 1];
const ended = [0, 0, 1];
const all = {
  length: 3,
  observations: [...states.flat(), 5, 6],
  actions: [1, 2, 3],
  rewards,
  terminated: ended,
  truncated: false,
};

test("an episode of ALOHA", async () => {
  const recorded = { action: actions, "observations/qpos": states, "observations/qvel": states };
  await expect(read(recorded)).rejects.toThrow(
    /^"x\.h5" is one episode of ALOHA or ACT, without rewards, .*a group "data\/demo_N" with "obs", "actions", "rewards" and "dones" \(1 in/,
  );
  const followed = { "data/demo_0/obs": states, "data/demo_0/actions": actions, "data/demo_0/dones": ended };
  expect(await read({ ...followed, "data/demo_0/rewards": rewards })).toEqual([all]);
});

test("a group an episode of no known library, called episode_0 or otherwise", async () => {
  for (const [group, observed] of [
    ["ep_0", "obs"],
    ["episode_0", "observations"],
  ] as const) {
    const recorded = { [`${group}/actions`]: actions, [`${group}/${observed}`]: states, [`${group}/rewards`]: rewards };
    await expect(read(recorded)).rejects.toThrow(
      `"x.h5" is a file with a group an episode of no known library ("${group}"), which is not read here; with h5py, name the groups "data/demo_0", "data/demo_1" and so on, with "obs", "actions", "rewards" and "dones"`,
    );
  }
  // One of Minari's whose first episode lacks a part stays Minari's.
  const faulty = { "episode_0/actions": actions, "episode_1/actions": actions, "episode_1/terminations": ended };
  expect((await recogniseFormat(await fileOf(faulty))).id).toBe("minari");
});

test("flat rows in a group", async () => {
  const recorded = { actions, observations: states, rewards, terminals: ended };
  const within = Object.fromEntries(Object.entries(recorded).map(([key, rows]) => [`data/${key}`, rows]));
  await expect(read(within)).rejects.toThrow(
    'is a file of flat rows in the group "data", which is not read here; with h5py, move its arrays to the top, as in file.move("data/actions", "actions").',
  );
  expect(await read(recorded)).toEqual([all]);
});

test("flat rows whose observations are a group", async () => {
  const recorded = { actions, rewards, terminals: ended };
  await expect(read({ ...recorded, "observations/a": column(0), "observations/b": column(1) })).rejects.toThrow(
    'are in a group ("observations/a", "observations/b"), which is not read here; with h5py, join their columns into one array "observations" at the top, a row a step.',
  );
  expect(await read({ ...recorded, observations: states })).toEqual([all]);
});
