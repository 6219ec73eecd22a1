/** How well each method's estimates and intervals agree with the truth, over many data sets. */
import { mean } from "../../src/report/intervals.js";
import { type MethodEstimates, pairsOf } from "./estimates.js";

/** The estimates from one data set, beside what the policies are worth. */
export interface SetResult {
  readonly name: string;
  readonly kind: string;
  readonly episodes: number;
  /** Of each judged policy. */
  readonly truths: readonly number[];
  readonly methods: Readonly<Record<string, MethodEstimates>>;
}

export interface Scores {
  /** The share of intervals that hold the truth. */
  readonly coverage: number;
  /** The mean error, and the root of the mean squared one, by the deviation of the true values of a set's policies. */
  readonly bias: number;
  readonly error: number;
  /** The median width of an interval by the same deviation, and the share of those without a bound. */
  readonly width: number;
  readonly unbounded: number;
  /** Spearman's, within each data set, averaged. */
  readonly rankCorrelation: number;
  /** Of all pairs of policies, those whose interval of the difference leaves out 0, rightly and on the wrong side. */
  readonly told: number;
  readonly toldWrongly: number;
}

export function scoresOf(results: readonly SetResult[], method: string): Scores {
  const estimates = results.flatMap(({ truths, methods }) => {
    const spread = deviation(truths);
    return methods[method]!.values.map(({ value, low, high }, i) => ({
      covered: low <= truths[i]! && truths[i]! <= high,
      error: (value - truths[i]!) / spread,
      width: (high - low) / spread,
    }));
  });
  const pairs = results.flatMap(({ truths, methods }) =>
    pairsOf(truths.length).map(([i, j], pair) => {
      const { low, high } = methods[method]!.differences[pair]!;
      const sign = low > 0 ? 1 : high < 0 ? -1 : 0;
      return { told: sign !== 0, wrongly: sign !== 0 && sign !== Math.sign(truths[i]! - truths[j]!) };
    }),
  );
  const shareOf = <T>(all: readonly T[], holds: (one: T) => boolean) => all.filter(holds).length / all.length;
  const widths = estimates.map(({ width }) => width).sort((a, b) => a - b);
  return {
    coverage: shareOf(estimates, ({ covered }) => covered),
    bias: mean(estimates.map(({ error }) => error)),
    error: Math.sqrt(mean(estimates.map(({ error }) => error ** 2))),
    width: widths[Math.floor(widths.length / 2)]!,
    unbounded: shareOf(widths, (width) => width === Number.POSITIVE_INFINITY),
    rankCorrelation: mean(
      results.map(({ truths, methods }) =>
        rankCorrelation(
          truths,
          methods[method]!.values.map(({ value }) => value),
        ),
      ),
    ),
    told: shareOf(pairs, ({ told }) => told),
    toldWrongly: shareOf(pairs, ({ wrongly }) => wrongly),
  };
}

function deviation(values: readonly number[]): number {
  const middle = mean([...values]);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

/** Spearman's: the correlation of the ranks, equal values sharing theirs; 0 where all of one side are equal. */
export function rankCorrelation(first: readonly number[], second: readonly number[]): number {
  const [a, b] = [centred(ranks(first)), centred(ranks(second))];
  const product = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  const size = Math.sqrt(product(a, a) * product(b, b));
  return size > 0 ? product(a, b) / size : 0;
}

function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const [below, equal] = [values.filter((other) => other < value), values.filter((other) => other === value)];
    return below.length + (equal.length + 1) / 2;
  });
}

function centred(values: readonly number[]): number[] {
  const middle = mean([...values]);
  return values.map((value) => value - middle);
}
