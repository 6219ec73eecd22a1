/**
 * The Parquet reader against pyarrow: every kind of column in every packing, and files that are not what they say.
 */
import { gzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { meterAllocations } from "../allocation-meter.fixture.js";
import { Damaged } from "../damaged.js";
import { filesInMemory } from "../files.js";
import { expected, tableFile } from "../tables.fixture.js";
import { openParquet } from "./parquet.js";
import { unpack } from "./parquet-compression.js";
import { mostRows, readFooter } from "./parquet-footer.js";

const open = (name: string) => openParquet(tableFile(name).open(name), `"${name}"`);

/** All values of a column, as `summary` of the Python script tells them. */
async function summaryOf(name: string, column: string) {
  const lengths: number[] = [];
  const values: (number | string)[] = [];
  let nulls = 0;
  for (const { rows, columns } of (await open(name)).batches([column])) {
    const [found] = columns;
    for (let row = 0; row < rows; row++) lengths.push(found!.starts[row + 1]! - found!.starts[row]!);
    for (const value of found!.column.kind === "text" ? found!.texts : found!.numbers) values.push(value);
    nulls += found!.nulls.reduce((sum, one) => sum + one, 0);
  }
  const size = (value: number | string) =>
    typeof value === "string" ? [...value].length : Number.isNaN(value) ? 0 : value;
  const weighted = values.reduce<number>((sum, value, i) => sum + (i + 1) * size(value), 0);
  return { lengths: lengths.slice(0, 20), count: values.length, nulls, weighted, values };
}

describe.each(["snappy-v1", "zstd-v2", "gzip", "lz4", "plain", "split"])("packed-%s.parquet", (way) => {
  test.each(Object.keys(expected.packed))("column %s holds what pyarrow put there", async (column) => {
    const { values, ...found } = await summaryOf(`packed-${way}.parquet`, column);
    const { some, ...told } = expected.packed[column]!;
    expect({ ...found, weighted: 0 }).toEqual({ ...told, weighted: 0 });
    expect(found.weighted / told.weighted).toBeCloseTo(1, 12);
    for (const [index, value] of Object.entries(some)) {
      if (value === null) expect(values[Number(index)]).toSatisfy((found) => found === "" || Number.isNaN(found));
      else expect(values[Number(index)]).toBe(typeof value === "boolean" ? Number(value) : value);
    }
  });
});

test("what cannot be read is refused with the file, the column and the next step", async () => {
  const table = await open("packed-gzip.parquet");
  expect(() => [...table.batches(["speed"])]).toThrow(
    /"packed-gzip.parquet" has no column "speed"; there: "float", "double"/,
  );
  const cut = tableFile("log.parquet").open("log.parquet").read(0, 3000);
  await expect(openParquet(filesInMemory("cut", cut).open("cut"), '"cut"')).rejects.toThrow(
    /^"cut" cannot be read: it does not begin and end with "PAR1", as Parquet files do; copy or write it again\.$/,
  );
});

test("a footer that declares more rows than its row groups have is refused", async () => {
  const file = tableFile("log.parquet").open("log.parquet");
  const bytes = file.read(0, file.size);
  // num_rows = 12 is field 3 of the footer: an i64 after the schema; the number of rows as zigzag is 24.
  const footer = bytes.length - 8 - new DataView(bytes.buffer).getUint32(bytes.length - 8, true);
  const at = bytes.findIndex((byte, i) => i > footer && byte === 0x16 && bytes[i + 1] === 24 && bytes[i + 2] === 0x19);
  expect(at).toBeGreaterThan(footer);
  bytes[at + 1] = 26;
  await expect(openParquet(filesInMemory("more", bytes).open("more"), '"more"')).rejects.toThrow(
    /it declares 13 rows, but its row groups have 12/,
  );
});

test("a gzip page of 64 MiB that declares 100 bytes is refused after the first piece", () => {
  const bomb = gzipSync(new Uint8Array(2 ** 26));
  const start = meterAllocations();
  try {
    expect(() => unpack(bomb, 2, 100)).toThrow("its page is larger than the 100 bytes that it declares");
    expect(start.bytes).toBeLessThan(2 ** 24);
  } finally {
    start.remove();
  }
});

describe("an lz4 page", () => {
  // By hand from the format: the literal "a", five bytes from one back, the literals "bcdef".
  const block = Uint8Array.of(0x11, 97, 1, 0, 0x50, 98, 99, 100, 101, 102);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const frame = [0, 0, 0, 11, 0, 0, 0, block.length, ...block];
  const [LZ4, LZ4_RAW] = [5, 7];

  test("is unpacked bare and in Hadoop's frames", () => {
    expect(text(unpack(block, LZ4_RAW, 11))).toBe("aaaaaabcdef");
    expect(text(unpack(block, LZ4, 11))).toBe("aaaaaabcdef");
    expect(text(unpack(Uint8Array.of(...frame, ...frame), LZ4, 22))).toBe("aaaaaabcdefaaaaaabcdef");
  });

  test("that brings less or more than it declares is refused, not filled up with zeros", () => {
    for (const codec of [LZ4, LZ4_RAW]) {
      expect(() => unpack(block, codec, 12)).toThrow("its lz4 block has 11 bytes instead of the 12 that it declares");
      expect(() => unpack(block, codec, 10)).toThrow(Damaged);
      expect(() => unpack(block.subarray(0, 8), codec, 11)).toThrow("its lz4 block ends too early");
      expect(() => unpack(block.subarray(0, 4), codec, 11)).toThrow(Damaged);
    }
    expect(() => unpack(Uint8Array.from(frame), LZ4, 12)).toThrow(Damaged);
    expect(() => unpack(Uint8Array.of(0, 0, 0, 12, ...frame.slice(4)), LZ4, 12)).toThrow(Damaged);
  });
});

test("a column may not claim more values than its file can be believed to hold", () => {
  const file = tableFile("log.parquet").open("log.parquet");
  expect(mostRows(file.size)).toBeLessThan(260_000);
  const footer = readFooter(file);
  expect(footer.rows).toBe(12);
  expect(footer.groups.map(({ rows }) => rows)).toEqual([5, 5, 2]);
});
