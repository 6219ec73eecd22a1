/**
 * The values of Arrow columns as float32: nested lists of one length become rows of numbers, bits become 0 and 1.
 * Every length is checked against the buffer that must hold it before anything is allocated.
 * Source: https://arrow.apache.org/docs/format/Columnar.html
 */

import { counted } from "../../figures.js";
import { Damaged } from "../damaged.js";
import type { NumpyType } from "../numpy/numpy-type.js";
import type { ArrowField } from "./arrow-schema.js";

/** One field's values in one record batch. */
export interface ArrowArray {
  readonly field: ArrowField;
  readonly length: number;
  /** One bit a row, 0 where there is no value; empty where all rows have one. */
  readonly validity: Uint8Array;
  /** Values, or the offsets of a list or of bytes. */
  readonly data: Uint8Array;
  /** Of raw bytes, those of all rows. */
  readonly bytes: Uint8Array;
  readonly children: readonly ArrowArray[];
}

/** @throws Damaged where a row from `from` to `to` - 1 has no value */
export function checkPresent(array: ArrowArray, from: number, to: number): void {
  if (to > array.length) throw new Damaged(`it has ${counted(array.length, "row")} where ${to} are needed`);
  if (array.validity.length === 0) return;
  if (array.validity.length * 8 < to) throw new Damaged("its marks of missing values end too early");
  for (let row = from; row < to; row++)
    if (((array.validity[row >> 3]! >> (row & 7)) & 1) === 0) throw new Damaged(`row ${row} has no value`);
}

/**
 * The rows from `from` to `to` - 1, each of `perRow` numbers.
 * @throws Damaged where they are not there, or of another kind or width
 */
export function numbersOf(array: ArrowArray, from: number, to: number, perRow: number): Float32Array {
  checkPresent(array, from, to);
  const { type } = array.field;
  if (type.kind === "numbers") {
    if (perRow !== 1) throw new Damaged(`it has one number a row where ${perRow} are expected`);
    return readNumbers(array.data, type.type, from, to);
  }
  const child = array.children[0];
  if (
    child === undefined ||
    type.kind === "struct" ||
    type.kind === "bytes" ||
    type.kind === "other" ||
    type.kind === "unknown"
  )
    throw new Damaged("its values are no numbers");
  if (type.kind === "fixed-list") {
    if (type.size < 1 || perRow % type.size !== 0)
      throw new Damaged(`its rows have ${counted(type.size, "value")} where ${perRow} numbers are expected`);
    return numbersOf(child, from * type.size, to * type.size, perRow / type.size);
  }
  if (from !== 0 || child.field.type.kind !== "numbers") throw new Damaged("its lists are nested");
  const first = checkLists(array.data, type.offsetBytes, to, perRow);
  return numbersOf(child, first, first + to * perRow, 1);
}

/**
 * The raw bytes of each row from `from` to `to` - 1, as parts of the file's own.
 * @throws Damaged where they are not there, or are of another kind
 */
export function bytesOf(array: ArrowArray, from: number, to: number): Uint8Array[] {
  checkPresent(array, from, to);
  const { type } = array.field;
  if (type.kind !== "bytes") throw new Damaged("its values are no bytes");
  const offset = offsetsOf(array.data, type.offsetBytes, to);
  return Array.from({ length: to - from }, (_, i) => {
    const [start, end] = [offset(from + i), offset(from + i + 1)];
    if (!(start >= 0 && start <= end && end <= array.bytes.length))
      throw new Damaged(`row ${from + i} has bytes beyond its column's`);
    return array.bytes.subarray(start, end);
  });
}

/** Rows of any form: numbers, or lists of them as deep as they go. */
export interface ArrowNumbers {
  /** The rows, then the lengths of the lists in them, which are alike. */
  readonly shape: readonly number[];
  /** Whether they are stored as unsigned bytes. */
  readonly bytes: boolean;
  readonly values: Float32Array;
}

/**
 * The rows from `from` to `to` - 1, whose form the values tell.
 * @param most numbers that there may be
 * @throws Damaged where they are not there, not numbers, or lists of different lengths
 */
export function anyNumbersOf(array: ArrowArray, from: number, to: number, most: number): ArrowNumbers {
  checkPresent(array, from, to);
  const { type } = array.field;
  if (type.kind === "numbers") {
    if (to - from > most) throw new Damaged(`${to - from} numbers at once are far more than its size lets expect`);
    const bytes = type.type !== "bits" && type.type.code.endsWith("u1");
    return { shape: [to - from], bytes, values: readNumbers(array.data, type.type, from, to) };
  }
  const child = array.children[0];
  if (child === undefined || (type.kind !== "list" && type.kind !== "fixed-list"))
    throw new Damaged("its values are no numbers");
  const { first, length } =
    type.kind === "list"
      ? alikeLists(array.data, type.offsetBytes, from, to)
      : { first: from * type.size, length: type.size };
  const numbers = anyNumbersOf(child, first, first + (to - from) * length, most);
  return { ...numbers, shape: [to - from, length, ...numbers.shape.slice(1)] };
}

/** Where the values of row `from` begin, and how many each row has. */
function alikeLists(offsets: Uint8Array, bytes: 4 | 8, from: number, to: number): { first: number; length: number } {
  if (from === to) return { first: 0, length: 0 };
  const offset = offsetsOf(offsets, bytes, to);
  const first = offset(from);
  const length = offset(from + 1) - first;
  if (first < 0 || length < 0) throw new Damaged(`a list of ${length} values begins at ${first}`);
  for (let row = from; row < to; row++)
    if (offset(row + 1) - offset(row) !== length)
      throw new Damaged(
        `row ${row} has ${counted(offset(row + 1) - offset(row), "value")} where ${length} are expected`,
      );
  return { first, length };
}

function offsetsOf(offsets: Uint8Array, bytes: 4 | 8, rows: number): (row: number) => number {
  if (offsets.length < (rows + 1) * bytes) throw new Damaged("its offsets end too early");
  const view = new DataView(offsets.buffer, offsets.byteOffset, offsets.length);
  return (row) => (bytes === 4 ? view.getInt32(row * 4, true) : Number(view.getBigInt64(row * 8, true)));
}

/** Where the values of the first row begin; all lists must have the same length. */
function checkLists(offsets: Uint8Array, bytes: 4 | 8, rows: number, perRow: number): number {
  const offset = offsetsOf(offsets, bytes, rows);
  const first = offset(0);
  if (first < 0) throw new Damaged(`its first list begins at ${first}`);
  for (let row = 0; row < rows; row++) {
    const length = offset(row + 1) - offset(row);
    if (length !== perRow)
      throw new Damaged(`row ${row} has ${counted(length, "number")} where ${perRow} are expected`);
  }
  return first;
}

function readNumbers(data: Uint8Array, type: NumpyType | "bits", from: number, to: number): Float32Array {
  const needed = type === "bits" ? Math.ceil(to / 8) : to * type.bytes;
  if (data.length < needed) throw new Damaged(`its values take ${needed} bytes but ${data.length} are there`);
  const numbers = new Float32Array(to - from);
  if (type === "bits") {
    for (let i = from; i < to; i++) numbers[i - from] = (data[i >> 3]! >> (i & 7)) & 1;
    return numbers;
  }
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  for (let i = from; i < to; i++) numbers[i - from] = type.read!(view, i * type.bytes);
  return numbers;
}
