/**
 * What inspection says about columns of values: their ranges, the ones that never change, what is no number, and how
 * many steps occur twice.
 */
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
export function describeValues(parts: readonly Float32Array[], columns: number): ValueSummary {
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
  const { observationSize, actionSize, episodes } = dataset;
  const seen = new Set<number>();
  let steps = 0;
  for (const episode of episodes) {
    const observations = words(episode.observations);
    const actions = words(episode.actions);
    for (let step = 0; step < episode.length; step++, steps++) {
      seen.add(hashOf(observations, step * observationSize, observationSize, actions, step * actionSize, actionSize));
    }
  }
  return steps - seen.size;
}

function words(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

/** 53 bits from two multiplicative hashes with different odd factors, the second fed with rotated words. */
function hashOf(
  first: Uint32Array,
  firstAt: number,
  firstCount: number,
  second: Uint32Array,
  secondAt: number,
  secondCount: number,
): number {
  let high = 0x811c9dc5;
  let low = 0x2545f491;
  for (let i = 0; i < firstCount + secondCount; i++) {
    const word = i < firstCount ? first[firstAt + i]! : second[secondAt + i - firstCount]!;
    high = Math.imul(high ^ word, 0x01000193);
    high ^= high >>> 15;
    low = Math.imul(low ^ ((word << 13) | (word >>> 19)), 0x9e3779b1);
    low ^= low >>> 13;
  }
  return (high >>> 0) * 2 ** 21 + (low >>> 11);
}
