/** float16 against numbers of NumPy's own: the smallest, the largest, zeros of both signs, and all others by their sum. */
import { expect, test } from "vitest";
import { d4rlFormat } from "../formats/formats.js";
import { expected, groupFiles } from "../formats/grouped/groups.fixture.js";
import { readPlain } from "../formats/numpy.fixture.js";
import { openArrow } from "./arrow/arrow.js";
import type { DataFile } from "./files.js";
import { halfOf } from "./half.js";
import { NpzArray } from "./numpy/npz.js";
import { openParquet } from "./parquet/parquet.js";
import { zipEntries } from "./zip/zip.js";

test("bits become the numbers that they stand for", () => {
  const known = { 1: 2 ** -24, 1023: 1023 * 2 ** -24, 1024: 2 ** -14, 13653: 0.333251953125, 31743: 65504 };
  for (const [bits, number] of Object.entries(known)) {
    expect(halfOf(Number(bits))).toBe(number);
    expect(halfOf(Number(bits) | 0x8000)).toBe(-number);
  }
  expect([halfOf(0), halfOf(0x8000)]).toEqual([0, -0]);
  expect([halfOf(0x7c00), halfOf(0xfc00), halfOf(0x7c01)]).toEqual([Infinity, -Infinity, Number.NaN]);
  // Every one is exact in float32, and they ascend with their bits.
  for (let bits = 1; bits < 0x7c00; bits++) {
    expect(Math.fround(halfOf(bits))).toBe(halfOf(bits));
    expect(halfOf(bits)).toBeGreaterThan(halfOf(bits - 1));
  }
});

test("HDF5 and .npz of float16 are read to the bit", async () => {
  const [first] = await readPlain(d4rlFormat, groupFiles("float16.h5"));
  expect(first).toEqual(expected["float16.h5"]![0]);
  const file = fileOf("float16.npz");
  const array = new NpzArray(file, zipEntries(file, "float16.npz").get("observations.npy")!, "float16.npz");
  const values = new Float32Array(10);
  array.read(values);
  expect([...values]).toEqual(first!.observations.slice(0, 10));
  expect(values[3]).toBe(65504);
});

test("Arrow and Parquet columns of float16, plain, in a dictionary and split by bytes", async () => {
  const [first] = expected["float16.h5"]!;
  const numbers = first!.observations.slice(0, 10);
  const arrow = openArrow(fileOf("float16.arrow"), '"float16.arrow"');
  expect([...arrow.read(["x"], 1, 10)]).toEqual(numbers);
  expect([...arrow.read(["list"], 2, 5)]).toEqual(numbers);
  const column = async (name: string, key: string) => {
    const table = await openParquet(fileOf(name), `"${name}"`);
    return [...table.batches([key])].flatMap(({ columns }) => [...(columns[0] as { numbers: Float64Array }).numbers]);
  };
  expect(await column("float16.parquet", "x")).toEqual(numbers);
  expect((await column("float16.parquet", "list")).slice(0, 10)).toEqual(numbers);
  expect(await column("float16-split.parquet", "x")).toEqual(numbers);
});

function fileOf(name: string): DataFile {
  return groupFiles(name).open(name);
}
