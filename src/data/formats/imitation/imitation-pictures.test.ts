/** Pictures in both forms of imitation's trajectories (fixtures/formats/write_picture_rows.py). */
import { expect, test } from "vitest";
import { filesInMemory } from "../../containers/files.js";
import { loadDataset } from "../../episode-source.js";
import type { ReadOptions } from "../format.js";
import { npzOf } from "../npy.fixture.js";
import { expectedFrames, pictureRows } from "../pictures/picture-rows.fixture.js";
import { imitationFormat } from "./imitation-format.js";

const load = async (name: string, options: ReadOptions = {}) =>
  loadDataset(await imitationFormat.open(pictureRows(name), options));

test.each(["imitation.npz", "imitation-first.npz", "imitation"])("pictures of %s are bytes", async (name) => {
  const { observations, episodes, notes } = await load(name);
  expect(observations).toEqual({ image: { type: "uint8", shape: [5, 6, 3] } });
  expect(episodes).toHaveLength(2);
  for (const [i, { frames, actions }] of expectedFrames.entries()) {
    expect(episodes[i]!.observations.image).toBeInstanceOf(Uint8Array);
    expect(Array.from(episodes[i]!.observations.image!)).toEqual(frames);
    expect(Array.from(episodes[i]!.actions)).toEqual(actions);
  }
  expect((notes ?? []).some(({ text }) => text.includes("were transposed"))).toBe(name.includes("first"));
  const small = await load(name, { imageSize: { width: 2, height: 2 } });
  expect(small.observations).toEqual({ image: { type: "uint8", shape: [2, 2, 3] } });
});

test("stacked frames, and trajectories whose pictures differ in shape, are refused by name", async () => {
  await expect(async () => load("imitation-stacks.npz")).rejects.toThrow(
    '"imitation-stacks.npz": "obs" has the shape [1, 5, 6, 3] a row, which is neither a vector nor a picture; store pictures as uint8 [height, width, channels], stacked frames as more channels.',
  );
  await expect(async () => load("imitation-other-shape")).rejects.toThrow(
    "trajectory 1 has pictures of the shape [6, 5, 3] where others have pictures of the shape [5, 6, 3]: the recording is faulty",
  );
});

test("floats of a picture's shape are numbers, which a note says", async () => {
  const obs = Array.from({ length: 2 * 16 * 16 * 3 }, (_, i) => i);
  const files = filesInMemory(
    "x.npz",
    npzOf({
      obs: [[2, 16, 16, 3], obs],
      acts: [[1, 1], [0.5]],
      rews: [[1], [1]],
      terminal: [[1], [1]],
      indices: [[0], []],
    }),
  );
  const { observations, notes } = await loadDataset(await imitationFormat.open(files, {}));
  expect(observations).toEqual({ state: { type: "float32", shape: [768] } });
  expect(notes!.map(({ text }) => text).join()).toContain(
    '"obs" has the shape of pictures, [16, 16, 3], but holds no bytes',
  );
});
