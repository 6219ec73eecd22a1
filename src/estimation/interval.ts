/**
 * How far an estimate from logs can be trusted: it is made again from episodes that are drawn anew from those at hand
 * (the percentile bootstrap, Efron 1979; over whole episodes, because the steps of one depend on each other).
 */
import { RandomStream } from "../random.js";
import { estimated, type RatioTerms } from "./importance-sampling.js";

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface IntervalOptions {
  /** Default 0.95. */
  readonly level?: number;
  /** Default 1,000. */
  readonly resamples?: number;
  readonly seed?: number;
}

/** An estimate with its interval. */
export function interval(terms: RatioTerms, options: IntervalOptions = {}): Interval {
  return between(estimated(terms), (counts) => estimated(terms, counts), terms.episodes, options);
}

/** Of two estimates from the same episodes, the first less the second: what they have in common cancels. */
export function intervalOfDifference(first: RatioTerms, second: RatioTerms, options: IntervalOptions = {}): Interval {
  const difference = (counts?: ArrayLike<number>) => estimated(first, counts) - estimated(second, counts);
  return between(difference(), difference, first.episodes, options);
}

function between(
  value: number,
  resampled: (counts: Float64Array) => number,
  episodes: number,
  { level = 0.95, resamples = 1000, seed = 0 }: IntervalOptions,
): Interval {
  const random = new RandomStream(seed, "episode bootstrap");
  const counts = new Float64Array(episodes);
  const values = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    counts.fill(0);
    for (let i = 0; i < episodes; i++) counts[random.integer(episodes)]!++;
    values[resample] = resampled(counts);
  }
  values.sort();
  const cut = Math.floor(((1 - level) / 2) * resamples);
  return { value, low: values[cut]!, high: values[resamples - 1 - cut]! };
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
