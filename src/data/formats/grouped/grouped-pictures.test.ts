/** Pictures in HDF5 files with a group an episode: robomimic's and ManiSkill's arrays. */
import { describe, expect, test } from "vitest";
import type { DataFiles } from "../../containers/files.js";
import { loadDataset } from "../../episode-source.js";
import type { DatasetFormat, ReadOptions } from "../format.js";
import { fuzzFormat } from "../fuzz.fixture.js";
import { maniskillFormat } from "../maniskill/maniskill-format.js";
import { expectedOf, recordingFile } from "../pictures/pictures.fixture.js";
import { robomimicFormat } from "../robomimic/robomimic-format.js";
import { groupFile } from "./groups.fixture.js";

const load = async (format: DatasetFormat, files: DataFiles, options: ReadOptions = {}) =>
  loadDataset(await format.open(files, options));

describe("robomimic's pictures", () => {
  test.each(["robomimic.hdf5", "robomimic-first.hdf5"])(
    "in %s are parts of bytes with their channels last",
    async (name) => {
      const { observations, episodes, notes } = await load(robomimicFormat, recordingFile(name));
      expect(observations).toEqual({
        state: { type: "float32", shape: [2] },
        agentview_image: { type: "uint8", shape: [6, 8, 3] },
      });
      for (const [i, { state, image }] of expectedOf(name).entries()) {
        expect(Array.from(episodes[i]!.observations.state!)).toEqual(state!.map(Math.fround));
        expect(episodes[i]!.observations.agentview_image).toBeInstanceOf(Uint8Array);
        expect(Array.from(episodes[i]!.observations.agentview_image!)).toEqual(image);
      }
      const told = "the pictures agentview_image are stored with their channels first, [3, 6, 8], and were transposed";
      expect((notes ?? []).map(({ text }) => text).includes(told)).toBe(name.includes("first"));
    },
  );

  test("without next observations, the last of an episode that ended stands in for the one after it", async () => {
    const { episodes } = await load(robomimicFormat, recordingFile("robomimic.hdf5"), { ignore: ["next_obs"] });
    const found = episodes[0]!.observations.agentview_image!;
    expect(Array.from(found.subarray(0, 4 * 144))).toEqual(expectedOf("robomimic.hdf5")[0]!.image!.slice(0, 4 * 144));
    expect(found.slice(4 * 144)).toEqual(found.slice(3 * 144, 4 * 144));
  });

  test("of floats are refused with what is missing, and left out where that is asked for", async () => {
    const files = recordingFile("robomimic-float.hdf5");
    await expect(load(robomimicFormat, files)).rejects.toThrow(
      /"data\/demo_0\/obs\/agentview_image" holds pictures whose numbers are no bytes.*store them as uint8, 0 to 255; or leave them out with --observation-keys eef\.$/,
    );
    const { observations } = await load(robomimicFormat, files, { images: [] });
    expect(observations).toEqual({ state: { type: "float32", shape: [2] } });
  });

  test("that differ in size from episode to episode are refused with the place, or left out as faulty", async () => {
    const demo = (name: string, [height, width]: readonly [number, number]) => ({
      arrays: {
        [`data/${name}/obs/cam`]: new Uint8Array(2 * height * width * 3).fill(7),
        [`data/${name}/actions`]: [[0], [1]],
        [`data/${name}/rewards`]: [0, 1],
        [`data/${name}/dones`]: [0, 1],
      },
      shapes: { [`data/${name}/obs/cam`]: [2, height, width, 3] },
    });
    const [one, other] = [demo("demo_0", [4, 6]), demo("demo_1", [6, 4])];
    const files = await groupFile("d.hdf5", { ...one.arrays, ...other.arrays }, { ...one.shapes, ...other.shapes });
    await expect(load(robomimicFormat, files)).rejects.toThrow(
      '"d.hdf5": "demo_1" has pictures "obs/cam" of the shape [6, 4, 3] where [4, 6, 3] is expected, as in the first episode: the recording is faulty',
    );
    const { episodes } = await load(robomimicFormat, files, { dropFaulty: true });
    expect(episodes).toHaveLength(1);
    const { "data/demo_1/obs/cam": _, ...lacking } = other.arrays;
    const without = { ...lacking, "data/demo_1/obs/other": [[0], [0]] };
    const missing = await groupFile("d.hdf5", { ...one.arrays, ...without }, one.shapes);
    await expect(load(robomimicFormat, missing)).rejects.toThrow(
      '"d.hdf5": "demo_1" has no "obs/cam": the recording is faulty',
    );
    const small = await load(robomimicFormat, files, { dropFaulty: true, imageSize: { width: 3, height: 2 } });
    expect(small.observations).toEqual({ cam: { type: "uint8", shape: [2, 3, 3] } });
    expect(small.episodes[0]!.observations.cam!.every((value) => value === 7)).toBe(true);
  });
});

test("ManiSkill's colours are a part, and its depths are refused until pictures are chosen", async () => {
  const files = recordingFile("maniskill.h5");
  await expect(load(maniskillFormat, files)).rejects.toThrow(
    /base_camera\/depth" holds pictures whose numbers are no bytes.*or take others with --images sensor_data.base_camera.rgb\.$/,
  );
  const { observations, episodes } = await load(maniskillFormat, files, { images: ["sensor_data.base_camera.rgb"] });
  expect(observations).toEqual({
    state: { type: "float32", shape: [2] },
    "sensor_data.base_camera.rgb": { type: "uint8", shape: [6, 8, 3] },
  });
  for (const [i, { rgb }] of expectedOf("maniskill").entries())
    expect(Array.from(episodes[i]!.observations["sensor_data.base_camera.rgb"]!)).toEqual(rgb);
});

test("1,000 damaged files with pictures give valid data or one typed error each", { timeout: 120_000 }, async () => {
  const valid = [recordingFile("robomimic.hdf5"), recordingFile("robomimic-first.hdf5")];
  const report = await fuzzFormat(robomimicFormat, valid, { mutations: 1_000, seed: 15 });
  expect(report.refused).toBeGreaterThan(100);
  expect(report.accepted).toBeGreaterThan(100);
});
