/**
 * Arrow files (IPC files, also called Feather 2) and streams, as tables of numbers. A reader of our own and not a library's, because
 * the one for browsers believes what a file declares: one changed byte makes it ask for gigabytes. Columns of numbers,
 * booleans, lists and structs are read; the others are passed over. Compressed files are refused.
 * Source: https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format
 * and #ipc-streaming-format
 */

import { counted } from "../../figures.js";
import { Damaged, decodeAt } from "../damaged.js";
import type { DataFile } from "../files.js";
import { quoted } from "../refusal.js";
import { type ArrowBatch, arrowBatches } from "./arrow-batches.js";
import { type ArrowArray, type ArrowNumbers, anyNumbersOf, bytesOf, checkPresent, numbersOf } from "./arrow-values.js";

/** An Arrow file whose buffers are known but not decoded. */
export interface ArrowTable {
  readonly rows: number;
  /** The names of the columns that can be found. */
  readonly columns: readonly string[];
  /**
   * The first `rows` rows of the numbers at a path: a column, then the fields of its structs.
   * @param perRow numbers of a row; nested lists count together
   * @returns [rows * perRow]
   * @throws DataError where there are no such numbers, one of them is missing, or the file is damaged
   */
  read(path: readonly string[], perRow: number, rows: number): Float32Array;
  /**
   * The first `rows` rows of the raw bytes at a path; undefined where there is something else, or nothing.
   * @throws DataError where one of them is missing, or the file is damaged
   */
  readBytes(path: readonly string[], rows: number): readonly Uint8Array[] | undefined;
  /**
   * One row of a column, a number or lists of numbers of any length.
   * @param most numbers that it may have
   * @throws DataError as `read` does
   */
  row(column: string, row: number, most: number): ArrowNumbers;
}

/**
 * @param where how messages name the file
 * @throws DataError where it is not an Arrow file, or is damaged or compressed
 */
export function openArrow(file: DataFile, where: string): ArrowTable {
  const bytes = file.read(0, file.size);
  const batches = decodeAt(where, () => arrowBatches(bytes));
  const rows = batches.reduce((sum, batch) => sum + batch.length, 0);
  return {
    rows,
    columns: [...(batches[0]?.columns.keys() ?? [])],
    row: (column, row, most) =>
      decodeAt(`${where}, row ${row}, column ${quoted(column)},`, () => readRow(batches, column, row, most)),
    readBytes: (path, wanted) =>
      decodeAt(`${where}, column ${quoted(path.join("/"))},`, () => readBytes(batches, path, wanted)),
    read: (path, perRow, wanted) =>
      decodeAt(`${where}, column ${quoted(path.join("/"))},`, () => readColumn(batches, path, perRow, wanted)),
  };
}

function readColumn(
  batches: readonly ArrowBatch[],
  path: readonly string[],
  perRow: number,
  rows: number,
): Float32Array {
  const parts: Float32Array[] = [];
  let left = rows;
  for (const { length, columns } of batches) {
    const count = Math.min(left, length);
    if (count > 0) parts.push(numbersOf(find(columns, path, count), 0, count, perRow));
    left -= count;
  }
  if (left > 0) throw new Damaged(`it has ${counted(rows - left, "row")} where ${rows} are needed`);
  if (parts.length === 1) return parts[0]!;
  const joined = new Float32Array(rows * perRow);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function readBytes(batches: readonly ArrowBatch[], path: readonly string[], rows: number): Uint8Array[] | undefined {
  const found: Uint8Array[] = [];
  for (const { length, columns } of batches) {
    const count = Math.min(rows - found.length, length);
    const array = lookUp(columns, path, count);
    if (array?.field.type.kind !== "bytes") return undefined;
    for (const bytes of bytesOf(array, 0, count)) found.push(bytes);
  }
  if (found.length < rows) throw new Damaged(`it has ${counted(found.length, "row")} where ${rows} are needed`);
  return found;
}

function readRow(batches: readonly ArrowBatch[], column: string, row: number, most: number): ArrowNumbers {
  let before = 0;
  for (const { length, columns } of batches) {
    if (row < before + length) {
      const numbers = anyNumbersOf(find(columns, [column], 0), row - before, row - before + 1, most);
      return { ...numbers, shape: numbers.shape.slice(1) };
    }
    before += length;
  }
  throw new Damaged(`it has ${counted(before, "row")}`);
}

function find(columns: ReadonlyMap<string, ArrowArray>, path: readonly string[], rows: number): ArrowArray {
  const array = lookUp(columns, path, rows);
  if (array === undefined) throw new Damaged("there is no such column, or none that can be read");
  return array;
}

function lookUp(
  columns: ReadonlyMap<string, ArrowArray>,
  path: readonly string[],
  rows: number,
): ArrowArray | undefined {
  let array = columns.get(path[0]!);
  for (const name of path.slice(1)) {
    if (array !== undefined) checkPresent(array, 0, rows);
    array = array?.field.type.kind === "struct" ? array.children.find(({ field }) => field.name === name) : undefined;
  }
  return array;
}
