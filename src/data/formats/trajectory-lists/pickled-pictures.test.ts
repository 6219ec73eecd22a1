/** Pictures in pickles that NumPy wrote (fixtures/formats/write_picture_rows.py). */

import { gzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { filesInMemory } from "../../containers/files.js";
import { loadDataset } from "../../episode-source.js";
import type { ReadOptions } from "../format.js";
import { recogniseFormat } from "../formats.js";
import { expectedFrames, pictureRows } from "../pictures/picture-rows.fixture.js";
import { pickleFormat } from "./trajectory-list-formats.js";

const load = async (name: string, options: ReadOptions = {}) =>
  loadDataset(await pickleFormat.open(pictureRows(name), options));
const camera = { observationKeys: ["camera"] };

describe("pictures are bytes, each episode with the one after its last action", () => {
  test.each<[string, ReadOptions]>([
    ["trajectories.pkl", {}],
    ["lists.pkl", {}],
    ["dictionaries.pkl", camera],
    ["whole-channels-first.pkl", {}],
    ["steps.pkl", camera],
    ["stack.pkl", camera],
  ])("in %s", async (name, options) => {
    const { observations, episodes, notes } = await load(name, options);
    expect(observations).toEqual({ image: { type: "uint8", shape: [5, 6, 3] } });
    expect(episodes).toHaveLength(2);
    for (const [i, { frames, actions }] of expectedFrames.entries()) {
      expect(episodes[i]!.observations.image).toBeInstanceOf(Uint8Array);
      expect(Array.from(episodes[i]!.observations.image!)).toEqual(frames);
      expect(Array.from(episodes[i]!.actions)).toEqual(actions);
      expect([...episodes[i]!.terminated]).toEqual(
        actions.flatMap((_, at) => (at % 2 ? [] : [Number(at === actions.length - 2)])),
      );
    }
    const told = "the pictures image are stored with their channels first, [3, 5, 6], and were transposed";
    expect((notes ?? []).some(({ text }) => text === told)).toBe(name.includes("first"));
  });

  test("packed with gzip, the same to the byte", async () => {
    const files = pictureRows("trajectories.pkl");
    const file = files.open(files.paths[0]!);
    const packed = filesInMemory("trajectories.pkl.gz", gzipSync(file.read(0, file.size)));
    const format = await recogniseFormat(packed);
    const { observations, episodes } = await loadDataset(await format.open(packed, {}));
    expect([format.id, observations]).toEqual(["pickle", { image: { type: "uint8", shape: [5, 6, 3] } }]);
    expect(episodes.map((episode) => Array.from(episode.observations.image!))).toEqual(
      expectedFrames.map(({ frames }) => frames),
    );
  });

  test("of another size where that is asked for", async () => {
    const { observations } = await load("lists.pkl", { imageSize: { width: 3, height: 2 } });
    expect(observations).toEqual({ image: { type: "uint8", shape: [2, 3, 3] } });
  });
});

describe("what is refused", () => {
  test.each<[string, ReadOptions, string | RegExp]>([
    [
      "steps.pkl",
      { observationKeys: ["state", "camera"] },
      '"steps.pkl": "observations", "camera", has the shape [7, 5, 6, 3], as pictures have, which are read only where they are the whole observation; name this key alone, or the others, with --observation-keys camera.',
    ],
    ["floats.pkl", {}, /has the shape \[5?4?, 5, 6, 3\] where .*if each row is a picture, store it as uint8/],
    ["float-camera.pkl", camera, /has the shape \[7, 5, 6, 3\] where .*if each row is a picture, store it as uint8/],
    [
      "other-shape.pkl",
      {},
      '"other-shape.pkl, trajectory 1" has pictures of the shape [6, 5, 3] where the first episode has pictures of the shape [5, 6, 3]',
    ],
    ["mixed-list.pkl", {}, '"observations" has the shape [6, 5, 3] in row 4, but [5, 6, 3] before'],
    ["repeated.pkl", {}, '"observations" names pictures again and again'],
  ])("%s", async (name, options, sentence) => {
    await expect(async () => load(name, options)).rejects.toThrow(sentence);
  });

  test("not the numbers beside pictures, nor pictures that are trusted to repeat", async () => {
    const { observations } = await load("steps.pkl", { observationKeys: ["state"] });
    expect(observations).toEqual({ state: { type: "float32", shape: [2] } });
    expect((await load("repeated.pkl", { trusted: true })).episodes[0]!.length).toBe(300);
  });
});
