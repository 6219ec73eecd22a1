/**
 * An unpickled value as an array of flat rows: a NumPy array, whose numbers stay in the file's bytes until they are asked
 * for, or a list of numbers or rows. Bytes of three axes a row are pictures, also as a list of frames.
 */
import { DataError } from "../../../errors.js";
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
    const { type } = value;
    const shape = [...value.shape.slice(0, 1), ...rowShape(value.shape.slice(1))];
    const kind = { integers: /[iu]\d/.test(type.code), bytes: holdsBytes(value) };
    if (value.fortranOrder && shape.length > 1) return { ...listArray(key, shape, value, place, allowance), ...kind };
    return { key, shape, ...kind, chunkRows: 1, read: (first, rows) => rowsOf(value, first, rows, place) };
  }
  const rows = value instanceof NumpyArray ? value.data : value;
  if (Array.isArray(rows) && areFrames(rows)) return framesArray(key, rows, place);
  const shape = Array.isArray(rows) ? shapeOf(rows) : undefined;
  return shape && listArray(key, shape, value, place, allowance);
}

/** A list of pictures of one shape: each is read when it is asked for. */
function framesArray(key: string, frames: readonly NumpyArray[], place: string): FlatArray {
  const shape = [frames.length, ...rowShape(frames[0]!.shape)];
  const odd = frames.findIndex((frame) => frame.shape.join() !== frames[0]!.shape.join());
  if (odd > 0)
    throw new DataError(
      `${place} has the shape [${frames[odd]!.shape.join(", ")}] in row ${odd}, but [${frames[0]!.shape.join(", ")}] before; rows must be alike.`,
    );
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  return {
    key,
    shape,
    chunkRows: 1,
    integers: true,
    bytes: true,
    read(first, rows) {
      const values = new Float32Array(rows * size);
      for (let i = 0; i < rows; i++) {
        const { data } = frames[first + i]!;
        if (!(data instanceof PickleBytes)) throw damaged(place, "is an array without elements");
        values.set(data.buffer.subarray(data.start, data.start + size), i * size);
      }
      return values;
    },
  };
}

function areFrames(rows: readonly PickleValue[]): rows is NumpyArray[] {
  return rows.length > 0 && rows.every((row) => row instanceof NumpyArray && holdsBytes(row) && row.shape.length > 2);
}

function holdsBytes({ type, fortranOrder }: NumpyArray): boolean {
  return type?.code.endsWith("u1") === true && !fortranOrder;
}

/** SERL's observations have an axis for stacked frames, in which there is one. */
function rowShape(shape: readonly number[]): readonly number[] {
  return shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
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
