/**
 * The two entropy codes of Zstandard: FSE (finite state entropy) and Huffman. A table is read from its description and
 * looked up by the decoder in zstd.ts; both read their bits from the end of a stream to its beginning.
 * Source: RFC 8878, sections 4.1 and 4.2
 */
import { Damaged } from "../damaged.js";

/** What a state stands for: its symbol, and the next state = base + so many bits of the stream. */
export interface FseTable {
  readonly accuracy: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
  readonly bases: Uint16Array;
}

/** What the next `longest` bits of the stream stand for, and how many of them are used. */
export interface HuffmanTable {
  readonly longest: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
}

const WRONG_TABLE = "its zstd frame has a wrong table";
const LONGEST_CODE = 11;
const MOST_WEIGHTS = 255;

/** Bits from the end of some bytes to their beginning. */
export class BackwardBits {
  /** Number of bits that are left; below 0 where more were taken than there are. */
  left: number;

  constructor(private readonly bytes: Uint8Array) {
    const last = bytes[bytes.length - 1];
    if (!last) throw new Damaged("its zstd frame has a stream without an end");
    // The highest bit that is set ends the stream.
    this.left = bytes.length * 8 - 8 + highestBit(last);
  }

  /** The next `count` (up to 24) bits; zeros beyond the beginning. */
  take(count: number): number {
    this.left -= count;
    return this.peekAt(this.left, count);
  }

  /** The next `count` bits, which are not taken. */
  peek(count: number): number {
    return this.peekAt(this.left - count, count);
  }

  private peekAt(start: number, count: number): number {
    if (start < 0) {
      const there = count + start;
      return there <= 0 ? 0 : bitsAt(this.bytes, 0, there) << -start;
    }
    return bitsAt(this.bytes, start, count);
  }
}

/** A table of one symbol, which takes no bits. */
export function singleSymbol(symbol: number): FseTable {
  return { accuracy: 0, symbols: Uint8Array.of(symbol), bits: new Uint8Array(1), bases: new Uint16Array(1) };
}

/** Reads the description of a table; `next` is where it ends. */
export function readFse(
  bytes: Uint8Array,
  at: number,
  mostAccuracy: number,
  mostSymbol: number,
): { table: FseTable; next: number } {
  let bit = at * 8;
  const read = (count: number) => {
    if (bit + count > bytes.length * 8) throw new Damaged(WRONG_TABLE);
    bit += count;
    return bitsAt(bytes, bit - count, count);
  };
  const accuracy = read(4) + 5;
  if (accuracy > mostAccuracy) throw new Damaged(WRONG_TABLE);
  const weights: number[] = [];
  for (let left = 1 << accuracy; left > 0 && weights.length <= mostSymbol; ) {
    const width = highestBit(left + 1) + 1;
    const low = (1 << (width - 1)) - 1;
    const short = (1 << width) - 1 - (left + 1);
    // Small values take one bit less.
    let value = read(width - 1);
    if (value >= short) {
      value += read(1) << (width - 1);
      if (value > low) value -= short;
    }
    weights.push(value - 1);
    left -= Math.abs(value - 1);
    if (value !== 1) continue;
    for (let zeros = 3; zeros === 3; ) {
      zeros = read(2);
      for (let i = 0; i < zeros; i++) weights.push(0);
    }
  }
  return { table: fseTable(weights, accuracy, mostSymbol), next: Math.ceil(bit / 8) };
}

/** @param weights per symbol how many states stand for it; -1 for a symbol rarer than one state */
export function fseTable(weights: readonly number[], accuracy: number, mostSymbol: number): FseTable {
  const size = 1 << accuracy;
  const sum = weights.reduce((total, weight) => total + Math.abs(weight), 0);
  if (sum !== size || weights.length > mostSymbol + 1) throw new Damaged(WRONG_TABLE);
  const symbols = new Uint8Array(size);
  const counts = weights.map((weight) => Math.abs(weight));
  let high = size;
  for (const [symbol, weight] of weights.entries()) if (weight < 0) symbols[--high] = symbol;
  const step = (size >> 1) + (size >> 3) + 3;
  let position = 0;
  for (const [symbol, weight] of weights.entries())
    for (let i = 0; i < weight; i++) {
      symbols[position] = symbol;
      do position = (position + step) & (size - 1);
      while (position >= high);
    }
  const bits = new Uint8Array(size);
  const bases = new Uint16Array(size);
  for (let state = 0; state < size; state++) {
    const next = counts[symbols[state]!]!++;
    bits[state] = accuracy - highestBit(next);
    bases[state] = (next << bits[state]!) - size;
  }
  return { accuracy, symbols, bits, bases };
}

/** Reads the description of a Huffman code; `next` is where it ends. */
export function readHuffman(bytes: Uint8Array, at: number): { table: HuffmanTable; next: number } {
  const head = bytes[at];
  if (head === undefined) throw new Damaged(WRONG_TABLE);
  const length = head < 128 ? head : (head - 126) >> 1;
  const next = at + 1 + length;
  if (next > bytes.length) throw new Damaged(WRONG_TABLE);
  const packed = bytes.subarray(at + 1, next);
  const weights =
    head < 128
      ? packedWeights(packed)
      : Array.from({ length: head - 127 }, (_, i) => (i % 2 === 0 ? packed[i >> 1]! >> 4 : packed[i >> 1]! & 15));
  return { table: huffmanTable(weights), next };
}

/** Weights that are themselves packed, by two states that take turns. */
function packedWeights(bytes: Uint8Array): number[] {
  const { table, next } = readFse(bytes, 0, 6, LONGEST_CODE + 1);
  const stream = new BackwardBits(bytes.subarray(next));
  const states = [stream.take(table.accuracy), stream.take(table.accuracy)] as [number, number];
  const weights: number[] = [];
  for (let turn = 0; weights.length < MOST_WEIGHTS; turn = 1 - turn) {
    const state = states[turn]!;
    weights.push(table.symbols[state]!);
    states[turn] = table.bases[state]! + stream.take(table.bits[state]!);
    if (stream.left >= 0) continue;
    weights.push(table.symbols[states[1 - turn]!]!);
    return weights;
  }
  throw new Damaged(WRONG_TABLE);
}

/** The weight of the last symbol follows from the others: all together fill the code. */
function huffmanTable(weights: readonly number[]): HuffmanTable {
  const sum = weights.reduce((total, weight) => total + (weight > 0 ? 1 << (weight - 1) : 0), 0);
  const longest = sum === 0 ? 0 : highestBit(sum) + 1;
  const rest = (1 << longest) - sum;
  if (longest === 0 || longest > LONGEST_CODE || (rest & (rest - 1)) !== 0 || weights.length > MOST_WEIGHTS)
    throw new Damaged(WRONG_TABLE);
  const lengths = [...weights, highestBit(rest) + 1].map((weight) => (weight > 0 ? longest + 1 - weight : 0));
  const symbols = new Uint8Array(1 << longest);
  const bits = new Uint8Array(1 << longest);
  let at = 0;
  for (let length = longest; length >= 1; length--)
    for (const [symbol, own] of lengths.entries()) {
      if (own !== length) continue;
      const end = at + (1 << (longest - length));
      symbols.fill(symbol, at, end);
      bits.fill(length, at, end);
      at = end;
    }
  return { longest, symbols, bits };
}

/** `count` (up to 24) bits from bit `start` on, the lowest first; zeros beyond the end. */
export function bitsAt(bytes: Uint8Array, start: number, count: number): number {
  const at = start >>> 3;
  const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  return (word >>> (start & 7)) & ((1 << count) - 1);
}

export function highestBit(value: number): number {
  return 31 - Math.clz32(value);
}
