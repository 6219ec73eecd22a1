/**
 * The codes of Zstandard for the three numbers of a sequence: how many literals, how far back, how many bytes.
 * Source: RFC 8878, sections 3.1.1.3.2.1 and 3.1.1.3.2.2 and appendix A
 */

import { Damaged } from "../damaged.js";
import type { BackwardBits, FseTable } from "./zstd-entropy.js";
import { fseTable } from "./zstd-entropy.js";

/** What one of the three kinds of numbers in a sequence is made of: base + so many further bits, by its code. */
export interface Codes {
  readonly bases: readonly number[];
  readonly bits: readonly number[];
  readonly mostAccuracy: number;
  /** The table that stands for "predefined". */
  readonly predefined: FseTable;
}

export const literalLengths = codes(
  [...Array(16).keys(), 16, 18, 20, 22, 24, 28, 32, 40, 48, ...powers(6, 16)],
  [...Array<number>(16).fill(0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  9,
  6,
  "4 3 2 2 2 2 2 2 2 2 2 2 2 1 1 1 2 2 2 2 2 2 2 2 2 3 2 1 1 1 1 1 -1 -1 -1 -1",
);
export const matchLengths = codes(
  [...Array(32).keys(), 32, 34, 36, 38, 40, 44, 48, 56, 64, 80, 96, ...powers(7, 16)].map((base) => base + 3),
  [...Array<number>(32).fill(0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  9,
  6,
  `1 4 3 2 2 2 2 2 2 ${"1 ".repeat(37)}-1 -1 -1 -1 -1 -1 -1`,
);
export const offsets = codes(
  powers(0, 31),
  [...Array(32).keys()],
  8,
  5,
  "1 1 1 1 1 1 2 2 2 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 -1 -1 -1 -1 -1",
);

function powers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => 2 ** (from + i));
}

function codes(bases: number[], bits: number[], mostAccuracy: number, accuracy: number, weights: string): Codes {
  return {
    bases,
    bits,
    mostAccuracy,
    predefined: fseTable(weights.split(" ").map(Number), accuracy, bases.length - 1),
  };
}

/** The number that a code and the further bits of the stream stand for. */
export function readNumber(stream: BackwardBits, { bases, bits }: Codes, code: number): number {
  const base = bases[code];
  const width = bits[code];
  if (base === undefined || width === undefined) throw new Damaged("its zstd frame has a code that does not exist");
  if (width <= 24) return base + stream.take(width);
  const high = stream.take(width - 24);
  return base + high * 2 ** 24 + stream.take(24);
}
