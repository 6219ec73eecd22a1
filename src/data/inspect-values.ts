/**
 * What inspection says about columns of values, gathered episode by episode: their ranges, the ones that never change,
 * what is not a number, and how many steps occur twice.
 */
import { type ObservationParts, type Values, widthOf } from "./columns.js";
import type { Episode } from "./episode.js";

/** A column's range over its finite values; both ends are NaN if there are none. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What a `ValuePass` finds. */
export interface ValueSummary {
  /** One range per column. */
  readonly ranges: readonly Range[];
  /** Columns with a single value. */
  readonly constantColumns: readonly number[];
  /** How many values are NaN or infinite. */
  readonly nonFinite: number;
}

/** The ranges of columns, whatever the number of rows. */
export class ValuePass {
  private readonly lowest: Float64Array;
  private readonly highest: Float64Array;
  private nonFinite = 0;

  constructor(private readonly columns: number) {
    this.lowest = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
    this.highest = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  }

  /** Takes the values `from` to `to - 1`, whole rows, row-major. */
  see(values: Values, from = 0, to = values.length): void {
    const { columns, lowest, highest } = this;
    for (let i = from; i < to; ) {
      for (let column = 0; column < columns; column++, i++) {
        const value = values[i]!;
        if (value - value !== 0) this.nonFinite++;
        else {
          if (value < lowest[column]!) lowest[column] = value;
          if (value > highest[column]!) highest[column] = value;
        }
      }
    }
  }

  get summary(): ValueSummary {
    const ranges = Array.from(this.lowest, (min, column) => {
      const max = this.highest[column]!;
      return min <= max ? { min, max } : { min: Number.NaN, max: Number.NaN };
    });
    const constantColumns = ranges.flatMap(({ min, max }, column) => (min === max ? [column] : []));
    return { ranges, constantColumns, nonFinite: this.nonFinite };
  }
}

/** What a `DuplicatePass` finds. */
export interface DuplicateSummary {
  /** Steps whose observation and action have both occurred before. */
  readonly duplicateSteps: number;
  /** Steps whose observation has, whatever the action was. */
  readonly repeatedObservations: number;
  /** The steps among which these were counted: all, unless there are millions. */
  readonly comparedSteps: number;
  /** Whole episodes of two steps or more that are the same as an earlier one, step by step, and the steps in them. */
  readonly duplicateEpisodes: number;
  readonly stepsOfDuplicateEpisodes: number;
}

/**
 * Counts steps whose observation and action, bit for bit, have occurred in an earlier step, and episodes all of whose
 * steps an earlier one has. Steps are told apart by 53 bits of hash, which confuses one pair in a million steps with a
 * probability below 1e-4; episodes by those of all their steps in turn.
 */
export class DuplicatePass {
  private readonly seen = new Set<number>();
  private readonly seenObservations = new Set<number>();
  private readonly seenEpisodes = new Set<number>();
  private steps = 0;
  private duplicateEpisodes = 0;
  private stepsOfDuplicateEpisodes = 0;

  /** @param most steps that are looked at, from the first on: each takes some 60 bytes of memory */
  constructor(
    private readonly parts: ObservationParts,
    private readonly actionSize: number,
    private readonly most: number,
  ) {}

  see({ length, observations, actions }: Episode): void {
    const observed = Object.entries(this.parts).map(([name, part]) => ({
      words: words(observations[name]!),
      width: widthOf(part),
    }));
    const done = [{ words: words(actions), width: this.actionSize }];
    const hashes = new Float64Array(Math.min(length, this.most - this.steps));
    for (let step = 0; step < hashes.length; step++) {
      const observation = hashOf(observed, step);
      this.seenObservations.add(observation);
      hashes[step] = hashOf(done, step, observation);
      this.seen.add(hashes[step]!);
    }
    this.steps += hashes.length;
    // Single steps that are alike are steps, and no episodes of their own.
    if (hashes.length === length && length > 1) this.seeWhole(hashes);
  }

  get summary(): DuplicateSummary {
    const { duplicateEpisodes, stepsOfDuplicateEpisodes } = this;
    const duplicateSteps = this.steps - this.seen.size;
    const repeatedObservations = this.steps - this.seenObservations.size;
    const ofSteps = { duplicateSteps, repeatedObservations, comparedSteps: this.steps };
    return { ...ofSteps, duplicateEpisodes, stepsOfDuplicateEpisodes };
  }

  /** @param hashes of all steps of an episode */
  private seeWhole(hashes: Float64Array): void {
    const episode = hashOf([{ words: new Uint32Array(hashes.buffer), width: 2 * hashes.length }], 0);
    if (this.seenEpisodes.has(episode)) {
      this.duplicateEpisodes++;
      this.stepsOfDuplicateEpisodes += hashes.length;
    } else this.seenEpisodes.add(episode);
  }
}

/** Numbers as words: those of four bytes bit by bit, bytes as they are. */
function words(values: Values): Uint32Array | Uint8Array {
  return values instanceof Uint8Array ? values : new Uint32Array(values.buffer, values.byteOffset, values.length);
}

interface Words {
  readonly words: Uint32Array | Uint8Array;
  readonly width: number;
}

/**
 * 53 bits from two multiplicative hashes of a row with different odd factors, the second fed with rotated words.
 * @param before the hash of what comes before it
 */
function hashOf(columns: readonly Words[], row: number, before = 0): number {
  let high = 0x811c9dc5 ^ (before / 2 ** 21);
  let low = 0x2545f491 ^ (before % 2 ** 21);
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
