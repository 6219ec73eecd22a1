/**
 * Numbers out of unpickled values: an array or a list, of numbers or of rows, becomes one flat table. Rows that a pickle
 * names a hundred times stand in its file once, so the tables are counted against a budget.
 */
import { DataError } from "../../../errors.js";
import { counted } from "../../figures.js";
import { damaged } from "./pickle-cursor.js";
import { kindOf, NumpyArray, PickleBytes, type PickleValue } from "./pickle-values.js";

/** [rows, columns], row-major. */
export interface NumberTable {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** Bytes that tables may still take. */
export interface Allowance {
  bytes: number;
}

/**
 * @param value [rows], [rows, columns] or a list of rows
 * @param place the file and what the value is, to stand at the beginning of messages
 * @throws DataError where these are not numbers, rows differ in length, or they take too much memory
 */
export function tableOf(value: PickleValue | undefined, place: string, allowance: Allowance): NumberTable {
  if (value instanceof NumpyArray && value.type?.read !== undefined) return tableOfArray(value, place, allowance);
  const rows = value instanceof NumpyArray ? value.data : value;
  if (!Array.isArray(rows))
    throw damaged(place, `is ${kindOf(value)}, where a list or an array of numbers is expected`);
  const columns = rows.length === 0 ? 0 : lengthOf(rows[0]!, place);
  const values = allocate(rows.length * columns, place, allowance);
  for (let row = 0; row < rows.length; row++) {
    if (lengthOf(rows[row]!, place) !== columns)
      throw new DataError(
        `${place} has ${counted(lengthOf(rows[row]!, place), "number")} in row ${row} but ${columns} before; rows must be alike.`,
      );
    fillRow(values, row * columns, rows[row]!, place);
  }
  return { rows: rows.length, columns, values };
}

function tableOfArray(array: NumpyArray, place: string, allowance: Allowance): NumberTable {
  const [rows = 1, ...others] = array.shape;
  const columns = others.reduce((product, size) => product * size, 1);
  const values = allocate(rows * columns, place, allowance);
  copyElements(array, values, 0, place);
  return { rows, columns, values };
}

function allocate(count: number, place: string, allowance: Allowance): Float32Array {
  allowance.bytes -= 4 * count;
  if (!(allowance.bytes >= 0)) throw damaged(place, "unpacks to far more memory than the file's size allows");
  return new Float32Array(count);
}

function lengthOf(row: PickleValue, place: string): number {
  if (typeof row === "number" || typeof row === "boolean") return 1;
  if (Array.isArray(row)) return row.length;
  if (row instanceof NumpyArray && row.type?.read) return row.shape.reduce((product, size) => product * size, 1);
  throw damaged(place, `holds ${kindOf(row)}, where numbers are expected`);
}

function fillRow(values: Float32Array, from: number, row: PickleValue, place: string): void {
  if (row instanceof NumpyArray) copyElements(row, values, from, place);
  else if (!Array.isArray(row)) values[from] = Number(row);
  else for (let i = 0; i < row.length; i++) values[from + i] = numberOf(row[i]!, place);
}

/** A row of a list may itself hold arrays of one number. */
function numberOf(value: PickleValue, place: string): number {
  if (typeof value === "number" || typeof value === "boolean") return Number(value);
  throw damaged(place, `holds ${kindOf(value)}, where a number is expected`);
}

/** Copies an array's elements in row-major order, whatever order they are stored in. */
function copyElements(
  { type, data, shape, fortranOrder }: NumpyArray,
  values: Float32Array,
  from: number,
  place: string,
) {
  if (!type?.read || !(data instanceof PickleBytes)) throw damaged(place, "is an array without elements");
  const view = new DataView(data.buffer.buffer, data.buffer.byteOffset + data.start, data.length);
  const count = data.length / type.bytes;
  const [rows = 1] = shape;
  const columns = count / rows;
  if (fortranOrder && shape.length > 2) throw damaged(place, `has ${shape.length} axes in Fortran's order`);
  for (let i = 0; i < count; i++) {
    const stored = fortranOrder ? (i % columns) * rows + Math.floor(i / columns) : i;
    values[from + i] = type.read(view, stored * type.bytes);
  }
}
