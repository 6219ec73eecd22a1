/** Arrow files that pyarrow wrote (fixtures/formats/write_minari.py): kinds of columns that Minari's do not have. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DataError } from "../../../errors.js";
import { fileInMemory } from "../files.js";
import { openArrow } from "./arrow.js";

const bytesOf = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../../../fixtures/formats/minari/${name}`, import.meta.url)));
const open = (bytes: Uint8Array) => openArrow(fileInMemory("x.arrow", bytes), '"x.arrow"');
const batches = open(bytesOf("batches.arrow"));

test("numbers of all kinds, in two batches of rows behind columns that are passed over", () => {
  expect(batches.rows).toBe(5);
  for (const bits of [8, 16, 32, 64])
    for (const kind of ["int", "uint"])
      expect([...batches.read([`${kind}${bits}`], 1, 5)], `${kind}${bits}`).toEqual([0, 1, 2, 3, 100]);
  for (const kind of ["float32", "float64"]) expect([...batches.read([kind], 1, 4)]).toEqual([0, 1, 2, 3]);
  expect([...batches.read(["grid"], 4, 5)]).toEqual([0, 1, 2, 0, 1, 1, 2, 1, 2, 1, 2, 2, 3, 1, 2, 3, 4, 1, 2, 4]);
});

test("a missing value in a row that is not asked for does not matter, else it is refused", () => {
  expect([...batches.read(["list"], 2, 4)]).toEqual([1.5, 2, 3, 4, 5, 6, 7, 8]);
  expect([...batches.read(["bits"], 1, 4)]).toEqual([1, 0, 1, 1]);
  expect(() => batches.read(["list"], 2, 5)).toThrow('"x.arrow", column "list", cannot be read: row 1 has no value');
  expect(() => batches.read(["bits"], 1, 5)).toThrow(/row 1 has no value/);
});

test("what is no column of that many numbers is refused with its name", () => {
  const cases = [
    [["nothing"], 1, 5, /column "nothing", cannot be read: there is no such column/],
    [["grid", "0"], 1, 5, /there is no such column/],
    [["text"], 1, 2, /its values are no numbers/],
    [["word"], 1, 5, /its values are no numbers/],
    [["list"], 3, 4, /row 0 has 2 numbers where 3 are expected/],
    [["int8"], 2, 5, /it has one number a row where 2 are expected/],
    [["int8"], 1, 6, /it has 5 rows where 6 are needed/],
  ] as const;
  for (const [path, perRow, rows, message] of cases) {
    expect(() => batches.read(path, perRow, rows)).toThrow(message);
    expect(() => batches.read(path, perRow, rows)).toThrow(DataError);
  }
});

test("compressed files and others are refused", () => {
  expect(() => open(bytesOf("compressed.arrow"))).toThrow(/"x.arrow" cannot be read: it is compressed/);
  expect(() => open(new Uint8Array(40))).toThrow(/does not begin and end as an Arrow file does/);
});
