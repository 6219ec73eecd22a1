/** Replay buffers of pictures: flat rows in .npz and HDF5 files. */
import { expect, test } from "vitest";
import { filesInMemory } from "../../containers/files.js";
import { createHdf5 } from "../../containers/hdf5/create-hdf5.fixture.js";
import { loadDataset } from "../../episode-source.js";
import { d4rlFormat } from "../d4rl/d4rl-format.js";
import { episodeFilesFormat } from "../episode-files/episode-files-format.js";
import { npzOf } from "../npy.fixture.js";
import { expectedOf, recordingFile } from "../pictures/pictures.fixture.js";
import { transitionsFormat } from "../transitions/transitions-format.js";

test("pictures of an .npz archive are bytes, each episode with the one after its last action", async () => {
  const { observations, episodes } = await loadDataset(await transitionsFormat.open(recordingFile("flat.npz"), {}));
  expect(observations).toEqual({ image: { type: "uint8", shape: [6, 8, 3] } });
  for (const [i, { image }] of expectedOf("flat.npz").entries()) {
    expect(episodes[i]!.observations.image).toBeInstanceOf(Uint8Array);
    expect(Array.from(episodes[i]!.observations.image!)).toEqual(image);
    expect(episodes[i]!.truncated).toBe(false);
  }
  const small = await transitionsFormat.open(recordingFile("flat.npz"), { imageSize: { width: 2, height: 2 } });
  expect(small.observations).toEqual({ image: { type: "uint8", shape: [2, 2, 3] } });
});

test("pictures of an HDF5 file with their channels first are transposed, which is said; floats of that shape are refused", async () => {
  const file = async (dtype: "<B" | "<f") => {
    const bytes = await createHdf5((hdf5) => {
      const pictures = Uint8Array.from({ length: 4 * 3 * 5 * 6 }, (_, i) => i % 251);
      const data = dtype === "<B" ? pictures : Float32Array.from(pictures);
      hdf5.create_dataset({ name: "observations", data, shape: [4, 3, 5, 6], dtype });
      for (const [name, values] of [
        ["rewards", [0, 0, 0, 1]],
        ["terminals", [0, 0, 0, 1]],
      ] as const)
        hdf5.create_dataset({ name, data: [...values], shape: [4], dtype: "<f" });
      hdf5.create_dataset({ name: "actions", data: [0, 1, 2, 3], shape: [4, 1], dtype: "<f" });
    });
    return filesInMemory("pictures.h5", bytes);
  };
  const { observations, episodes, notes } = await loadDataset(await d4rlFormat.open(await file("<B"), {}));
  expect(observations).toEqual({ image: { type: "uint8", shape: [5, 6, 3] } });
  const at = (row: number, y: number, x: number, c: number) =>
    episodes[0]!.observations.image![row * 90 + y * 18 + x * 3 + c];
  expect(at(2, 4, 1, 2)).toBe((2 * 90 + 2 * 30 + 4 * 6 + 1) % 251);
  expect(notes!.map(({ text }) => text)).toContain(
    "the pictures image are stored with their channels first, [3, 5, 6], and were transposed",
  );
  await expect(async () => d4rlFormat.open(await file("<f"), {})).rejects.toThrow(
    /"observations" has the shape \[4, 3, 5, 6\] where \[rows, columns\] is expected; if each row is a picture, store it as uint8/,
  );
});

test("pictures of a folder of episodes are parts; other files with as many numbers in another shape are refused", async () => {
  const episode = (shape: readonly number[], first: number) =>
    npzOf({
      observations: [[3, ...shape], Uint8Array.from({ length: 3 * 24 }, (_, i) => (i + first) % 256)],
      actions: [
        [2, 1],
        [0, 1],
      ],
      rewards: [[2], [0, 1]],
    });
  const files = (second: readonly number[]) =>
    filesInMemory(
      "demos",
      new Map([
        ["a.npz", episode([2, 4, 3], 0)],
        ["b.npz", episode(second, 100)],
      ]),
    );
  const { observations, episodes } = await loadDataset(await episodeFilesFormat.open(files([2, 4, 3]), {}));
  expect(observations).toEqual({ image: { type: "uint8", shape: [2, 4, 3] } });
  expect(episodes.map(({ length }) => length)).toEqual([2, 2]);
  expect(Array.from(episodes[1]!.observations.image!)).toEqual(Array.from({ length: 72 }, (_, i) => i + 100));
  await expect(async () => loadDataset(await episodeFilesFormat.open(files([4, 2, 3]), {}))).rejects.toThrow(
    '"demos/b.npz" has pictures of the shape [4, 2, 3] where the first episode has pictures of the shape [2, 4, 3]; give episodes of a single task.',
  );
});
