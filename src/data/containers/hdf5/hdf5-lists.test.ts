/** Lists of bytes: those of a recording, and references that name the same list again and again. */
import { expect, test } from "vitest";
import { DataError } from "../../../errors.js";
import { recordingFolder } from "../../formats/pictures/pictures.fixture.js";
import { fileInMemory } from "../files.js";
import { isListOfBytes, readLists } from "./hdf5-lists.js";
import { withHdf5 } from "./hdf5-module.js";

const key = "episode_0/observations/camera";
const recorded = () => {
  const file = recordingFolder("minari-hdf5").open("data/main_data.hdf5");
  return file.read(0, file.size);
};
const listsOf = (bytes: Uint8Array) => {
  const source = fileInMemory("m.hdf5", bytes);
  return withHdf5(source, "m.hdf5", (file) => readLists(file, source, key));
};

test("each list is a JPEG file from its first to its last byte", async () => {
  const lists = await listsOf(recorded());
  expect(lists).toHaveLength(5);
  for (const list of lists) expect([list[0], list[1], list.at(-2), list.at(-1)]).toEqual([0xff, 0xd8, 0xff, 0xd9]);
  const source = fileInMemory("m.hdf5", recorded());
  await withHdf5(source, "m.hdf5", (file) => {
    expect(isListOfBytes(file, key)).toBe(true);
    expect(isListOfBytes(file, "episode_1/observations/camera")).toBe(false);
    expect(isListOfBytes(file, "episode_0/rewards")).toBe(false);
  });
});

test("references that lead nowhere, or declare more bytes than the file has, are refused in a sentence", async () => {
  const bytes = recorded();
  const [first] = await listsOf(bytes);
  // A reference begins with the list's length, and an address follows.
  const length = new Uint8Array(new Uint32Array([first!.length]).buffer);
  const at = bytes.findIndex(
    (_, i) => length.every((byte, j) => bytes[i + j] === byte) && bytes[i + 11] === 0 && bytes[i + 12] === 1,
  );
  expect(at).toBeGreaterThan(0);
  for (const [offset, value] of [
    [0, 255],
    [3, 127],
    [4, 255],
    [9, 1],
    [12, 250],
  ] as const) {
    const damaged = bytes.slice();
    damaged[at + offset] = value;
    const outcome = await listsOf(damaged).catch((error: unknown) => error);
    expect(outcome, `byte ${offset}`).toBeInstanceOf(DataError);
    expect((outcome as DataError).message).toBe(`"m.hdf5": "${key}" cannot be read; copy or download it again.`);
  }
});
