/**
 * What inspection says about columns of values: their ranges, the ones that never change, what is not a number, and
 * how many steps occur twice.
 */
import { type Values, widthOf } from "./columns.js";
import type { Dataset } from "./episode.js";

/** A column's range over its finite values; both ends are NaN if there are none. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What `describeValues` finds. */
export interface ValueSummary {
  /** One range per column. */
  readonly ranges: readonly Range[];
  /** Columns with a single value. */
  readonly constantColumns: readonly number[];
  /** How many values are NaN or infinite. */
  readonly nonFinite: number;
}

/** @param parts arrays of rows, row-major; @param columns values per row */
export function describeValues(parts: readonly Values[], columns: number): ValueSummary {
  const lowest = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const highest = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  let nonFinite = 0;
  for (const values of parts) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      const column = i % columns;
      if (!Number.isFinite(value)) nonFinite++;
      else {
        if (value < lowest[column]!) lowest[column] = value;
        if (value > highest[column]!) highest[column] = value;
      }
    }
  }
  const ranges = Array.from(lowest, (min, column) => {
    const max = highest[column]!;
    return min <= max ? { min, max } : { min: Number.NaN, max: Number.NaN };
  });
  const constantColumns = ranges.flatMap(({ min, max }, column) => (min === max ? [column] : []));
  return { ranges, constantColumns, nonFinite };
}

/**
 * Counts steps whose observation and action, bit for bit, have occurred in an earlier step. Steps are told apart by 53
 * bits of hash, which confuses one pair in a million steps with a probability below 1e-4.
 */
export function countDuplicateSteps(dataset: Dataset): number {
  const { observations: parts, actionSize, episodes } = dataset;
  const seen = new Set<number>();
  let steps = 0;
  for (const { length, observations, actions } of episodes) {
    const columns = [
      ...Object.entries(parts).map(([name, part]) => ({ words: words(observations[name]!), width: widthOf(part) })),
      { words: words(actions), width: actionSize },
    ];
    for (let step = 0; step < length; step++, steps++) seen.add(hashOf(columns, step));
  }
  return steps - seen.size;
}

/** Numbers as words: those of four bytes bit by bit, bytes as they are. */
function words(values: Values): Uint32Array | Uint8Array {
  return values instanceof Uint8Array ? values : new Uint32Array(values.buffer, values.byteOffset, values.length);
}

interface Words {
  readonly words: Uint32Array | Uint8Array;
  readonly width: number;
}

/** 53 bits from two multiplicative hashes of a row with different odd factors, the second fed with rotated words. */
function hashOf(columns: readonly Words[], row: number): number {
  let high = 0x811c9dc5;
  let low = 0x2545f491;
  for (const { words, width } of columns)
    for (let i = row * width; i < (row + 1) * width; i++) {
      const word = words[i]!;
      high = Math.imul(high ^ word, 0x01000193);
      high ^= high >>> 15;
      low = Math.imul(low ^ ((word << 13) | (word >>> 19)), 0x9e3779b1);
      low ^= low >>> 13;
    }
  return (high >>> 0) * 2 ** 21 + (low >>> 11);
}
