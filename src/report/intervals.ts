/**
 * Means over runs and how far they can be trusted: the mean over seeds and, over several tasks, the interquartile mean
 * (Agarwal et al. 2021), each with a 95 % percentile bootstrap interval, as their rliable makes it. What is averaged is
 * decided in statistics.ts. From few runs these intervals are too narrow: of normal values they hold the true mean in about
 * 50 % of cases for 2 runs, 75 % for 3, 84 % for 5, 90 % for 10 and 92 % for 20.
 */
import { RandomStream } from "../random.js";

/** The mean of a figure over runs; the interval needs at least two of them. */
export interface FigureSummary {
  readonly mean: number;
  readonly low?: number;
  readonly high?: number;
  /** Runs that have the figure. */
  readonly runs: number;
}

interface BootstrapOptions {
  readonly level?: number;
  readonly resamples?: number;
  readonly seed?: number;
}

/** Mean and 95 % bootstrap interval of values; undefined without any. */
export function summarise(values: readonly number[]): FigureSummary | undefined {
  if (values.length === 0) return undefined;
  const summary = { mean: mean(values), runs: values.length };
  return values.length < 2 ? summary : { ...summary, ...bootstrapInterval(values) };
}

/**
 * Interquartile mean over all values of all strata, with its bootstrap interval unless a stratum has but one; undefined
 * without any value.
 * @param strata the values of each task; resamples are drawn within each, so that every task keeps its weight.
 */
export function interquartileSummary(strata: readonly (readonly number[])[]): FigureSummary | undefined {
  const all = strata.flat();
  if (all.length === 0) return undefined;
  const summary = { mean: interquartileMean(all), runs: all.length };
  const known = strata.every((values) => values.length !== 1); // a single value varies, by how much it cannot say
  return known ? { ...summary, ...stratifiedInterval(strata, interquartileMean) } : summary;
}

/** The mean of the middle half: a quarter of the values, rounded down, is left out at either end. */
export function interquartileMean(values: readonly number[]): number {
  const cut = Math.floor(values.length / 4);
  return mean([...values].sort((a, b) => a - b).slice(cut, values.length - cut));
}

/**
 * The percentile bootstrap of a mean: the middle `level` of the means of resamples drawn with replacement. The stream
 * is seeded, so that a report of the same runs shows the same interval.
 */
export function bootstrapInterval(values: readonly number[], options: BootstrapOptions = {}) {
  const meanOf = ([row]: readonly (readonly number[])[]) => {
    let sum = 0;
    for (const at of row!) sum += values[at]!; // a loop: bands ask for thousands of intervals
    return sum / values.length;
  };
  return percentileInterval([values.length], meanOf, options);
}

function stratifiedInterval(
  strata: readonly (readonly number[])[],
  statistic: (values: readonly number[]) => number,
): { low: number; high: number } {
  const sizes = strata.map((values) => values.length);
  return percentileInterval(sizes, (rows) => statistic(rows.flatMap((row, i) => row.map((at) => strata[i]![at]!))));
}

/** @param statistic of one resample: for each stratum, which of its values were drawn */
function percentileInterval(
  sizes: readonly number[],
  statistic: (rows: readonly (readonly number[])[]) => number,
  { level = 0.95, resamples = 2000, seed = 0 }: BootstrapOptions = {},
): { low: number; high: number } {
  const drawn = Float64Array.from(resampled(sizes, resamples, seed), statistic).sort();
  const cut = Math.floor(((1 - level) / 2) * resamples);
  return { low: drawn[cut]!, high: drawn[resamples - 1 - cut]! };
}

const drawnBefore = new Map<string, readonly (readonly (readonly number[])[])[]>();

/** Which values each resample takes from each stratum. Kept: a band asks for the same at every point of its curve. */
function resampled(sizes: readonly number[], resamples: number, seed: number) {
  const key = `${sizes} ${resamples} ${seed}`;
  const known = drawnBefore.get(key);
  if (known) return known;
  const random = new RandomStream(seed, "bootstrap");
  const draw = () => sizes.map((size) => Array.from({ length: size }, () => random.integer(size)));
  const drawn = Array.from({ length: resamples }, draw);
  drawnBefore.set(key, drawn);
  return drawn;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
