/**
 * How numbers are packed in a page of a Parquet file. Every decoder hands out one value after the other straight from
 * the page's bytes, so that a page which declares more values than it can hold costs nothing until it ends too early.
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md
 */

import { Damaged } from "../damaged.js";
import { halfOf } from "../half.js";
import { BYTE_ARRAY, DOUBLE, FIXED_BYTES, FLOAT, INT32, INT64, type ParquetLeaf } from "./parquet-schema.js";

/** The next value; throws `Damaged` after the last one. */
export type Next<T> = () => T;

const TOO_SHORT = "its page ends before all its values";

/** Levels, booleans and indices: runs of one value, or numbers of `width` bits. */
export function runs(bytes: Uint8Array, width: number): Next<number> {
  if (width > 32) throw new Damaged(`its numbers have ${width} bits`);
  if (width === 0) return () => 0;
  let at = 0;
  let left = 0;
  let value = 0;
  let packed = false;
  let bit = 0;
  const begin = () => {
    let header = 0;
    for (let scale = 1; ; scale *= 128) {
      if (at >= bytes.length || scale > 2 ** 35) throw new Damaged(TOO_SHORT);
      const byte = bytes[at++]!;
      header += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    packed = header % 2 === 1;
    left = packed ? Math.floor(header / 2) * 8 : header / 2;
    bit = at * 8;
    if (packed) {
      // The last group may be cut off; its missing values are then not asked for.
      at += (left / 8) * width;
      return;
    }
    value = 0;
    for (let i = 0; i < (width + 7) >> 3; i++) value += (bytes[at++] ?? 0) * 2 ** (8 * i);
    if (at > bytes.length) throw new Damaged(TOO_SHORT);
  };
  return () => {
    while (left === 0) begin();
    left--;
    if (!packed) return value;
    bit += width;
    if (bit > bytes.length * 8) throw new Damaged(TOO_SHORT);
    return bitsAt(bytes, bit - width, width);
  };
}

/** `width` bits from bit `start` on, the lowest bit of a byte first. */
function bitsAt(bytes: Uint8Array, start: number, width: number): number {
  let value = 0;
  let filled = 0;
  for (let at = start; filled < width; ) {
    const taken = Math.min(8 - (at & 7), width - filled);
    value += ((bytes[Math.floor(at / 8)]! >> (at & 7)) & ((1 << taken) - 1)) * 2 ** filled;
    filled += taken;
    at += taken;
  }
  return value;
}

/** Numbers and booleans as they are in memory. */
export function plainNumbers(bytes: Uint8Array, leaf: ParquetLeaf): Next<number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = widthOf(leaf.type);
  let at = 0;
  if (width === undefined) return plainBooleans(bytes);
  return () => {
    if (at + width > bytes.length) throw new Damaged(TOO_SHORT);
    at += width;
    return numberAt(view, at - width, leaf);
  };
}

/** Bytes per value, or undefined for booleans, which take a bit. @throws Damaged for a type that is not a number */
export function widthOf(type: number): number | undefined {
  if (type === FLOAT || type === INT32) return 4;
  if (type === DOUBLE || type === INT64) return 8;
  if (type === FIXED_BYTES) return 2;
  if (type === 0) return undefined;
  throw new Damaged("its values are no numbers");
}

function numberAt(view: DataView, at: number, { type, unsigned }: ParquetLeaf): number {
  if (type === FLOAT) return view.getFloat32(at, true);
  if (type === FIXED_BYTES) return halfOf(view.getUint16(at, true));
  if (type === DOUBLE) return view.getFloat64(at, true);
  if (type === INT32) return unsigned ? view.getUint32(at, true) : view.getInt32(at, true);
  return exact(unsigned ? view.getBigUint64(at, true) : view.getBigInt64(at, true));
}

function exact(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw new Damaged(
      `${value} is no whole number below 2^53, and larger ones cannot be told apart here`,
      "store the column as texts (in pandas, astype(str)) if it names episodes, else in a larger unit",
    );
  return number;
}

function plainBooleans(bytes: Uint8Array): Next<number> {
  let at = 0;
  return () => {
    const byte = bytes[at >> 3];
    if (byte === undefined) throw new Damaged(TOO_SHORT);
    return (byte >> (at++ & 7)) & 1;
  };
}

/** All first bytes, then all second bytes, and so on. */
export function splitNumbers(bytes: Uint8Array, leaf: ParquetLeaf): Next<number> {
  const width = widthOf(leaf.type);
  if (width === undefined || bytes.length % width !== 0) throw new Damaged("its page has an odd number of bytes");
  const count = bytes.length / width;
  const value = new DataView(new ArrayBuffer(8));
  let at = 0;
  return () => {
    if (at >= count) throw new Damaged(TOO_SHORT);
    for (let i = 0; i < width; i++) value.setUint8(i, bytes[i * count + at]!);
    at++;
    return numberAt(value, 0, leaf);
  };
}

/** Whole numbers stored as differences, in blocks of equal widths. */
export function deltaNumbers(bytes: Uint8Array, leaf: ParquetLeaf): Next<number> {
  const { next } = deltas(bytes, leaf.type === INT32 ? 32 : 64);
  if (leaf.type !== INT32 && leaf.type !== INT64) throw new Damaged("its differences are no whole numbers");
  return () => exact(leaf.unsigned ? BigInt.asUintN(leaf.type === INT32 ? 32 : 64, next()) : next());
}

/** Texts or raw bytes: their lengths as differences, then all their bytes. */
export function deltaBytes(bytes: Uint8Array, count: number): Next<Uint8Array> {
  const { next, end, total } = deltas(bytes, 32);
  const lengths: number[] = [];
  // Of the values that a page counts, those that are null have no length.
  while (lengths.length < Math.min(count, total)) lengths.push(Number(next()));
  let at = end();
  let i = 0;
  return () => {
    const length = lengths[i++];
    if (length === undefined || length < 0 || at + length > bytes.length) throw new Damaged(TOO_SHORT);
    at += length;
    return bytes.subarray(at - length, at);
  };
}

function deltas(bytes: Uint8Array, bits: 32 | 64): { next: Next<bigint>; end: () => number; total: number } {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new Damaged(TOO_SHORT);
  };
  const zigzag = () => {
    const value = varint();
    return (value >> 1n) ^ -(value & 1n);
  };
  const block = Number(varint());
  const parts = Number(varint());
  const perPart = block / parts;
  const total = Number(varint());
  if (!(block > 0 && block <= 2 ** 16 && parts > 0 && Number.isInteger(perPart) && perPart % 8 === 0))
    throw new Damaged(`its page has blocks of ${block} numbers in ${parts} parts`);
  let value = zigzag();
  let least = 0n;
  let widths = bytes.subarray(0, 0);
  let part = parts;
  let inPart = perPart;
  let bit = 0;
  let taken = 0;
  const nextPart = () => {
    if (++part >= parts) {
      least = zigzag();
      widths = bytes.subarray(at, at + parts);
      at += parts;
      part = 0;
    }
    inPart = 0;
    bit = at * 8;
    at += ((widths[part] ?? 0) * perPart) / 8;
  };
  const next = () => {
    if (taken >= total) throw new Damaged(TOO_SHORT);
    if (taken++ === 0) return value;
    if (inPart >= perPart) nextPart();
    inPart++;
    const width = widths[part];
    if (width === undefined || width > 64 || bit + width > bytes.length * 8) throw new Damaged(TOO_SHORT);
    const low = bitsAt(bytes, bit, Math.min(width, 32));
    const high = width > 32 ? bitsAt(bytes, bit + 32, width - 32) : 0;
    bit += width;
    value = BigInt.asIntN(bits, value + least + BigInt(low) + (BigInt(high) << 32n));
    return value;
  };
  return { next, end: () => at, total };
}

/** Texts or raw bytes, each after its length; parts of the page's own. */
export function plainBytes(bytes: Uint8Array, leaf: ParquetLeaf): Next<Uint8Array> {
  if (leaf.type !== BYTE_ARRAY) throw new Damaged("its values are neither texts nor bytes");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  return () => {
    if (at + 4 > bytes.length) throw new Damaged(TOO_SHORT);
    const length = view.getUint32(at, true);
    at += 4 + length;
    if (at > bytes.length) throw new Damaged(TOO_SHORT);
    return bytes.subarray(at - length, at);
  };
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Bytes as the texts that they are. */
export function textsOf(next: Next<Uint8Array>): Next<string> {
  return () => {
    try {
      return utf8.decode(next());
    } catch (error) {
      if (error instanceof Damaged) throw error;
      throw new Damaged("it holds a text that is no UTF-8");
    }
  };
}
