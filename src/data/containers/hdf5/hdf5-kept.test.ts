/** Files that stay open between those who ask for them: how often the library opens and closes what, and what is read. */
import h5wasm from "h5wasm";
import { afterEach, expect, test, vi } from "vitest";
import { d4rlFormat, recogniseFormat } from "../../formats/formats.js";
import { type DataFile, fileInMemory, filesInMemory } from "../files.js";
import { createHdf5 } from "./create-hdf5.fixture.js";
import { arrayMetadata } from "./hdf5-listing.js";
import { openHdf5, withHdf5 } from "./hdf5-module.js";
import { readHeader, readNumbers } from "./hdf5-table.js";

const library = await h5wasm.ready;

afterEach(() => void vi.restoreAllMocks());

const fileOf = (values: readonly number[]) =>
  createHdf5((file) => void file.create_dataset({ name: "rewards", data: Float32Array.from(values) }));

const numbersOf = (source: DataFile | Uint8Array) =>
  withHdf5(source, "m.hdf5", (file) => [...readNumbers(file, readHeader(file, "rewards"))]);

test("the library opens a file once for recognising it, opening it and two passes over its episodes", async () => {
  const bytes = await createHdf5((file) => {
    const add = (name: string, data: readonly number[], shape: number[]) =>
      void file.create_dataset({ name, data: Float32Array.from(data), shape });
    add("observations", [0, 1, 2, 3], [4, 1]);
    add("actions", [0.1, 0.2, 0.3, 0.4], [4, 1]);
    add("rewards", [1, 2, 3, 4], [4]);
    add("terminals", [0, 1, 0, 1], [4]);
  });
  const opens = vi.spyOn(library, "open");
  const files = filesInMemory("a.hdf5", bytes);
  const format = await recogniseFormat(files);
  expect(format).toBe(d4rlFormat);
  const source = await format.open(files, {});
  const rewards: number[][] = [];
  for (let pass = 0; pass < 2; pass++)
    for await (const episode of source.episodes()) rewards.push([...episode.rewards]);
  expect(rewards).toEqual([
    [1, 2],
    [3, 4],
    [1, 2],
    [3, 4],
  ]);
  expect(opens).toHaveBeenCalledTimes(1);
});

test("of the files that nobody uses four stay open, and the oldest is opened anew when it is asked for", async () => {
  const all = await Promise.all(
    [1, 2, 3, 4, 5].map(async (value) => fileInMemory(`${value}.hdf5`, await fileOf([value]))),
  );
  for (const file of all.slice(0, 4)) await numbersOf(file);
  const [opens, closes] = [vi.spyOn(library, "open"), vi.spyOn(library, "close_file")];
  expect(await numbersOf(all[4]!)).toEqual([5]);
  expect([opens.mock.calls.length, closes.mock.calls.length]).toEqual([1, 1]);
  for (const [i, file] of all.slice(1).entries()) expect(await numbersOf(file)).toEqual([i + 2]);
  expect([opens.mock.calls.length, closes.mock.calls.length]).toEqual([1, 1]);
  expect(await numbersOf(all[0]!)).toEqual([1]);
  expect([opens.mock.calls.length, closes.mock.calls.length]).toEqual([2, 2]);
});

test("a file in use is never closed, however many others are read meanwhile, and giving it back twice is once", async () => {
  const source = fileInMemory("used.hdf5", await fileOf([7]));
  const [first, second] = [await openHdf5(source, "m.hdf5"), await openHdf5(source, "m.hdf5")];
  expect(second.file).toBe(first.file);
  first.close();
  first.close();
  for (let value = 0; value < 6; value++) await numbersOf(fileInMemory("other.hdf5", await fileOf([value])));
  expect([...readNumbers(second.file, readHeader(second.file, "rewards"))]).toEqual([7]);
  second.close();
});

test("a file in which the library failed is opened anew, and so is one that messages call otherwise", async () => {
  const source = fileInMemory("a.hdf5", await fileOf([7]));
  await expect(withHdf5(source, "m.hdf5", (file) => arrayMetadata(file, "missing"))).rejects.toThrow(
    /"m.hdf5": .*missing/,
  );
  const opens = vi.spyOn(library, "open");
  expect(await numbersOf(source)).toEqual([7]);
  expect(opens).toHaveBeenCalledTimes(1);
  await expect(withHdf5(source, "other name", (file) => arrayMetadata(file, "missing"))).rejects.toThrow(
    /"other name"/,
  );
  expect(opens).toHaveBeenCalledTimes(2);
});

test("bytes are closed at once", async () => {
  const bytes = await fileOf([7]);
  const [opens, closes] = [vi.spyOn(library, "open"), vi.spyOn(library, "close_file")];
  expect(await numbersOf(bytes)).toEqual([7]);
  expect([opens.mock.calls.length, closes.mock.calls.length]).toEqual([1, 1]);
});
