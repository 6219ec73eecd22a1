/** Minari's pictures: JPEG files in each storage, and bytes; what calql writes comes back; damage. */
import { describe, expect, test } from "vitest";
import { type DataFiles, filesInMemory } from "../../containers/files.js";
import type { Dataset } from "../../episode.js";
import { loadDataset } from "../../episode-source.js";
import { calqlFormat } from "../calql/calql-format.js";
import type { ReadOptions } from "../format.js";
import { fuzzFormat } from "../fuzz.fixture.js";
import { MemoryTarget } from "../memory-target.fixture.js";
import { expectedOf, largestDifference, recordingFolder } from "../pictures/pictures.fixture.js";
import { minariFormat } from "./minari-format.js";

const load = async (files: DataFiles, options: ReadOptions = {}) =>
  loadDataset(await minariFormat.open(files, options));
const storages = ["minari-hdf5", "minari-arrow", "minari-parquet"];

describe.each(storages)("%s", (name) => {
  test("has the pixels that Pillow finds in its JPEG files, and the state beside them", async () => {
    const { observations, episodes } = await load(recordingFolder(name));
    expect(observations).toEqual({
      state: { type: "float32", shape: [2] },
      camera: { type: "uint8", shape: [32, 40, 3] },
    });
    expect(episodes.map(({ length }) => length)).toEqual([4, 3]);
    for (const [i, { state, camera }] of expectedOf("minari").entries()) {
      const { length, observations } = episodes[i]!;
      expect(Array.from(observations.state!)).toEqual(state!.map(Math.fround));
      expect(observations.camera).toHaveLength((length + 1) * 32 * 40 * 3);
      const some = observations.camera!.filter(
        (_, at) => (Math.floor(at / 120) % 32) % 4 === 0 && (Math.floor(at / 3) % 40) % 4 === 0,
      );
      // Minari stores colours at half the size, which decoders smooth differently.
      expect(largestDifference(some, camera!)).toBeLessThanOrEqual(16);
    }
  });

  test("is read smaller, or without pictures", async () => {
    const { observations, episodes } = await load(recordingFolder(name), { imageSize: { width: 10, height: 8 } });
    expect(observations.camera).toEqual({ type: "uint8", shape: [8, 10, 3] });
    expect(episodes[0]!.observations.camera).toHaveLength(5 * 240);
    expect(Object.keys((await load(recordingFolder(name), { images: [] })).observations)).toEqual(["state"]);
    expect(Object.keys((await load(recordingFolder(name), { observationKeys: ["camera"] })).observations)).toEqual([
      "camera",
    ]);
  });

  test("with a damaged picture is refused with file, episode, part and row", async () => {
    let found = 0;
    const damaged = recordingFolder(name, (bytes, path) => {
      if (path.endsWith(".json")) return bytes;
      for (let at = 0; at + 3 < bytes.length && found < 1; at++)
        if (bytes[at] === 0xff && bytes[at + 1] === 0xd8 && bytes[at + 2] === 0xff) {
          bytes.fill(0, at + 20, at + 60);
          found++;
        }
      return bytes;
    });
    await expect(load(damaged)).rejects.toThrow(
      /^"minari-.*"observations\/camera", row 0 cannot be read: its JPEG picture .*; copy or write it again\.$/,
    );
  });

  test("damaged in 300 ways gives valid data or one typed error each", { timeout: 120_000 }, async () => {
    const report = await fuzzFormat(minariFormat, [recordingFolder(name)], { mutations: 300, seed: 16 });
    expect(report.refused).toBeGreaterThan(30);
    expect(report.accepted).toBeGreaterThan(30);
  });
});

test("grey pictures of two axes come back as they are in calql's own format", async () => {
  const observations = { grey: { type: "uint8", shape: [4, 5] } } as const;
  const episode = {
    length: 1,
    observations: { grey: Uint8Array.from({ length: 40 }, (_, i) => i) },
    actions: Float32Array.of(1),
    rewards: Float32Array.of(2),
    terminated: Uint8Array.of(1),
    truncated: false,
  };
  const target = new MemoryTarget();
  const sink = await calqlFormat.create!(target, { source: "made", observations, actionSize: 1 });
  await sink.write(episode);
  await sink.finish();
  const source = await calqlFormat.open(filesInMemory("written", new Map(target.contents())), {});
  expect(await loadDataset(source)).toMatchObject({ observations, episodes: [episode] });
});

describe("what calql writes with pictures comes back to the bit", () => {
  const dataset: Dataset = {
    source: "made",
    observations: { state: { type: "float32", shape: [2] }, cam_1: { type: "uint8", shape: [4, 5, 3] } },
    actionSize: 1,
    episodes: [3, 2].map((length, i) => ({
      length,
      observations: {
        state: Float32Array.from({ length: 2 * (length + 1) }, (_, j) => j / 3 + i),
        cam_1: Uint8Array.from({ length: 60 * (length + 1) }, (_, j) => (j * 7 + i) % 256),
      },
      actions: Float32Array.from({ length }, (_, j) => j / 4),
      rewards: new Float32Array(length),
      terminated: Uint8Array.from({ length }, (_, j) => (j === length - 1 ? 1 : 0)),
      truncated: false,
    })),
  };

  test.each([minariFormat, calqlFormat])("in the format $id", async (format) => {
    const target = new MemoryTarget();
    const sink = await format.create!(target, dataset);
    for (const episode of dataset.episodes) await sink.write(episode);
    await sink.finish();
    const files = filesInMemory("written", new Map(target.contents()));
    const { observations, episodes } = await loadDataset(await format.open(files, {}));
    expect(Object.entries(observations).sort()).toEqual(Object.entries(dataset.observations).sort());
    expect(episodes).toEqual(dataset.episodes);
    const small = await loadDataset(await format.open(files, { imageSize: { width: 1, height: 1 } }));
    expect(small.observations.cam_1).toEqual({ type: "uint8", shape: [1, 1, 3] });
    const [red] = small.episodes[0]!.observations.cam_1!;
    const first = Array.from(dataset.episodes[0]!.observations.cam_1!.subarray(0, 60)).filter((_, i) => i % 3 === 0);
    expect(red).toBe(Math.round(first.reduce((sum, value) => sum + value, 0) / 20));
  });
});
