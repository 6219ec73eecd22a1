/**
 * An unpickled value as an array of flat rows: a NumPy array, whose numbers stay in the file's bytes until they are asked
 * for, or a list of numbers or rows.
 */
import { damaged } from "../../containers/numpy/pickle-cursor.js";
import { type Allowance, type NumberTable, tableOf } from "../../containers/numpy/pickle-table.js";
import { NumpyArray, PickleBytes, type PickleValue } from "../../containers/numpy/pickle-values.js";
import type { FlatArray } from "../flat/flat-file.js";

/**
 * @param place the file and the key, to stand at the beginning of messages
 * @returns undefined for what holds no numbers, such as a list of dictionaries
 */
export function pickledArray(
  key: string,
  value: PickleValue,
  place: string,
  allowance: Allowance,
): FlatArray | undefined {
  if (value instanceof NumpyArray && value.type?.read) {
    const { shape, type } = value;
    const integers = /[iu]\d/.test(type.code);
    if (value.fortranOrder && shape.length > 1) return { ...listArray(key, shape, value, place, allowance), integers };
    return { key, shape, integers, chunkRows: 1, read: (first, rows) => rowsOf(value, first, rows, place) };
  }
  const rows = value instanceof NumpyArray ? value.data : value;
  const shape = Array.isArray(rows) ? shapeOf(rows) : undefined;
  return shape && listArray(key, shape, value, place, allowance);
}

/** An array that is read as a whole when it is first asked for. */
export function listArray(
  key: string,
  shape: readonly number[],
  value: PickleValue | (() => NumberTable),
  place: string,
  allowance: Allowance,
): FlatArray {
  let table: NumberTable | undefined;
  return {
    key,
    shape,
    chunkRows: 1,
    integers: false,
    read(first, rows) {
      const known = table ?? (typeof value === "function" ? value() : tableOf(value, place, allowance));
      table = known;
      const { values, columns } = known;
      return values.subarray(first * columns, (first + rows) * columns);
    },
  };
}

/** The shape of a list of numbers or of rows, by its first entry; undefined of other things. */
function shapeOf(rows: readonly PickleValue[]): readonly number[] | undefined {
  const first = rows[0];
  if (typeof first === "number" || typeof first === "boolean") return [rows.length];
  if (Array.isArray(first) && typeof first[0] === "number") return [rows.length, first.length];
  if (!(first instanceof NumpyArray) || !first.type?.read) return undefined;
  return [rows.length, ...first.shape];
}

function rowsOf({ type, shape, data }: NumpyArray, first: number, rows: number, place: string): Float32Array {
  if (!type?.read || !(data instanceof PickleBytes)) throw damaged(place, "is an array without elements");
  const columns = shape.slice(1).reduce((product, size) => product * size, 1);
  const start = data.start + first * columns * type.bytes;
  const view = new DataView(data.buffer.buffer, data.buffer.byteOffset + start, rows * columns * type.bytes);
  const values = new Float32Array(rows * columns);
  for (let i = 0; i < values.length; i++) values[i] = type.read(view, i * type.bytes);
  return values;
}
