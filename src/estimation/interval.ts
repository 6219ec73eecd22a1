/**
 * How far an estimate from logs can be trusted: it is made again from episodes that are drawn anew from those at hand
 * (over whole episodes, because the steps of one depend on each other). Each of these estimates is divided by its own
 * standard error before it is compared (the studentised bootstrap, Efron and Tibshirani 1993, section 12.5): the weights of
 * episodes are skewed, and the percentiles of the estimates alone hold the truth too seldom (docs/results.md).
 */
import { RandomStream } from "../random.js";
import { type RatioTerms, sumsOf } from "./importance-sampling.js";

export interface Interval {
  readonly value: number;
  /** -Infinity where the episodes give no lower bound: too few of them have any weight. */
  readonly low: number;
  /** Infinity where they give no upper one. */
  readonly high: number;
}

export interface IntervalOptions {
  /** Default 0.95. */
  readonly level?: number;
  /** Default 1,000. */
  readonly resamples?: number;
  readonly seed?: number;
}

/** An estimate, and how far each episode draws it from where the others have it [episodes] (the delta method). */
interface Linearised {
  readonly value: number;
  readonly influences: Float64Array;
  /** Whether any episode has any weight. */
  readonly known: boolean;
}

/** An estimate with its interval. */
export function interval(terms: RatioTerms, options: IntervalOptions = {}): Interval {
  return between((counts) => linearised(terms, counts), terms.episodes, options);
}

/** Of two estimates from the same episodes, the first less the second: what they have in common cancels. */
export function intervalOfDifference(first: RatioTerms, second: RatioTerms, options: IntervalOptions = {}): Interval {
  const difference = (counts?: Float64Array): Linearised => {
    const [a, b] = [linearised(first, counts), linearised(second, counts)];
    const influences = a.influences.map((influence, i) => influence - b.influences[i]!);
    return { value: a.value - b.value, influences, known: a.known && b.known };
  };
  return between(difference, first.episodes, options);
}

function between(
  estimate: (counts?: Float64Array) => Linearised,
  episodes: number,
  { level = 0.95, resamples = 1000, seed = 0 }: IntervalOptions,
): Interval {
  const { value, influences, known } = estimate();
  if (!known) return { value, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const counts = new Float64Array(episodes).fill(1);
  const error = standardError(influences, counts);
  const rounding = 1e-12 * Math.max(error, Math.abs(value));
  if (error <= rounding) return { value, low: value, high: value };
  const random = new RandomStream(seed, "episode bootstrap");
  const distances = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    counts.fill(0);
    for (let i = 0; i < episodes; i++) counts[random.integer(episodes)]!++;
    const drawn = estimate(counts);
    const distance = drawn.value - value;
    const drawnError = standardError(drawn.influences, counts);
    // Episodes that all say the same say nothing about how far off they may be.
    if (drawnError > rounding) distances[resample] = distance / drawnError;
    else if (distance !== 0) distances[resample] = distance * Number.POSITIVE_INFINITY;
  }
  distances.sort();
  const cut = Math.floor(((1 - level) / 2) * resamples);
  return { value, low: value - distances[resamples - 1 - cut]! * error, high: value - distances[cut]! * error };
}

/** sum_k (numerator[i][k] - R_k·denominator[i][k]) / sum_j denominator[j][k], with R_k the ratio of the sums. */
function linearised(terms: RatioTerms, counts?: Float64Array): Linearised {
  const { above, below } = sumsOf(terms, counts);
  const ratios = above.map((sum, term) => (below[term]! > 0 ? sum / below[term]! : 0));
  const influences = new Float64Array(terms.episodes);
  for (let i = 0; i < terms.episodes; i++) {
    if (counts?.[i] === 0) continue;
    for (let term = 0, at = i * terms.terms; term < terms.terms; term++, at++)
      if (below[term]! > 0)
        influences[i]! += (terms.numerators[at]! - ratios[term]! * terms.denominators[at]!) / below[term]!;
  }
  const value = ratios.reduce((sum, ratio) => sum + ratio, 0);
  return { value, influences, known: below.some((sum) => sum > 0) };
}

function standardError(influences: Float64Array, counts: Float64Array): number {
  let squares = 0;
  for (let i = 0; i < influences.length; i++) squares += counts[i]! * influences[i]! ** 2;
  return Math.sqrt((squares * influences.length) / (influences.length - 1));
}

/**
 * Of bootstrap members, each an estimate from a resample of its own: their mean, and as many of their deviations to either
 * side as Student's distribution asks for with so few of them.
 */
export function intervalOfMembers(members: ArrayLike<number>): Interval {
  const count = members.length;
  let [sum, squares] = [0, 0];
  for (let i = 0; i < count; i++) sum += members[i]!;
  const value = sum / count;
  for (let i = 0; i < count; i++) squares += (members[i]! - value) ** 2;
  const reach = studentQuantile(count - 1) * Math.sqrt(squares / (count - 1));
  return { value, low: value - reach, high: value + reach };
}

/** The 97.5 % quantile of Student's distribution, to .001 from 5 degrees of freedom on (Abramowitz and Stegun 26.7.5). */
export function studentQuantile(freedom: number): number {
  const z = 1.959964;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / freedom + second / freedom ** 2 + third / freedom ** 3;
}
