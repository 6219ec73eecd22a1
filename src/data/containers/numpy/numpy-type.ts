/**
 * NumPy's element types: from the code that files write down ("<f4", "|b1", "|O") to a function that reads one number.
 */
import { DataError } from "../../../errors.js";
import { halfOf } from "../half.js";
import { quoted } from "../refusal.js";

/** One element type. Types that hold no numbers have no `read`: a file may hold them in arrays that are not read. */
export interface NumpyType {
  /** The code, e.g. "<f4". */
  readonly code: string;
  /** Bytes per element; of objects, texts and the like as written. */
  readonly bytes: number;
  /** The element at a byte offset. */
  readonly read?: (view: DataView, offset: number) => number;
}

type Reader = (view: DataView, offset: number, littleEndian: boolean) => number;

/** Integers beyond 2^53 lose their last digits here; they would in float32 anyway. */
const readers: Readonly<Record<string, Reader>> = {
  b1: (view, offset) => (view.getUint8(offset) === 0 ? 0 : 1),
  i1: (view, offset) => view.getInt8(offset),
  i2: (view, offset, little) => view.getInt16(offset, little),
  i4: (view, offset, little) => view.getInt32(offset, little),
  i8: (view, offset, little) => Number(view.getBigInt64(offset, little)),
  u1: (view, offset) => view.getUint8(offset),
  u2: (view, offset, little) => view.getUint16(offset, little),
  u4: (view, offset, little) => view.getUint32(offset, little),
  u8: (view, offset, little) => Number(view.getBigUint64(offset, little)),
  f2: (view, offset, little) => halfOf(view.getUint16(offset, little)),
  f4: (view, offset, little) => view.getFloat32(offset, little),
  f8: (view, offset, little) => view.getFloat64(offset, little),
};

/** @param where what has the type, to stand at the beginning of the message @throws DataError if NumPy has no such type */
export function numpyType(code: string, where: string): NumpyType {
  const parts = /^([<>|=]?)([a-zA-Z])(\d{0,9})$/.exec(code);
  if (!parts) throw new DataError(`${where} has the element type ${quoted(code)}, which is none of NumPy's.`);
  const [, order, kind, size] = parts;
  const reader = readers[`${kind}${size}`];
  const bytes = Number(size === "" ? 1 : size);
  if (!reader) return { code, bytes };
  // "=" is the writer's own order; every machine that writes these files today is little-endian.
  const littleEndian = order !== ">";
  return { code, bytes, read: (view, offset) => reader(view, offset, littleEndian) };
}

/** The same type with the byte order that a pickled type's state names. */
export function withByteOrder({ code }: NumpyType, order: string, where: string): NumpyType {
  return numpyType(`${order}${code.replace(/^[<>|=]/, "")}`, where);
}
