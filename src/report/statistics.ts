/**
 * The numbers by which runs are judged, from their recorded lines alone: how well the policy did before training, at
 * the switch, early online (where a conservative critic collapses) and at the end, what the collapse cost (regret),
 * and how the critic stood against the return-to-go when it went online. Pictures are elsewhere.
 */
import { RandomStream } from "../random.js";
import type { Run } from "../runs/read.js";
import { evaluationAtSwitch, metricsAtSwitch, onlineEvaluations, onlineStepsOf } from "./timeline.js";

/** A figure is undefined where the run did not get so far or did not record what it needs. */
export interface RunFigures {
  /** Success of the policy before any update. */
  readonly successBefore: number | undefined;
  /** Success of the last evaluation of the offline phase. */
  readonly successAtSwitch: number | undefined;
  /** Mean success of the evaluations in the first 20 % of the online steps. */
  readonly successEarly: number | undefined;
  /** The lowest success in there: the dip. */
  readonly successEarlyLowest: number | undefined;
  /** Success of the last evaluation. */
  readonly successEnd: number | undefined;
  /** Cumulative regret of the online phase, 0 (always succeeded) to 1 (never). */
  readonly regret: number | undefined;
  /** Mean Q of the policy's actions minus mean return-to-go, at the switch. */
  readonly qMinusReturnToGo: number | undefined;
  /** Share of states whose Q(s, a~pi) lies below the return-to-go, at the switch. */
  readonly shareBelowReturn: number | undefined;
}

/** The mean of a figure over runs; the interval needs at least two of them. */
export interface FigureSummary {
  readonly mean: number;
  readonly low?: number;
  readonly high?: number;
  /** Runs that have the figure. */
  readonly runs: number;
}

export type FigureSummaries = { readonly [Key in keyof RunFigures]: FigureSummary | undefined };

/** The share of the online steps that counts as early. */
const EARLY_SHARE = 0.2;
/**
 * An evaluation that is due at a step takes place when the trajectory in progress has ended, a little later; without
 * this grace, those due exactly at the end of the early phase would count in some seeds and not in others.
 */
const EARLY_GRACE = 1.1;

export function runFigures(run: Run): RunFigures {
  const first = run.evaluations[0];
  const early = earlyEvaluations(run).map((line) => line.successRate);
  const metrics = metricsAtSwitch(run)?.metrics;
  return {
    successBefore: first?.updates === 0 ? first.successRate : undefined,
    successAtSwitch: evaluationAtSwitch(run)?.successRate,
    successEarly: early.length > 0 ? mean(early) : undefined,
    successEarlyLowest: early.length > 0 ? Math.min(...early) : undefined,
    successEnd: run.evaluations.at(-1)?.successRate,
    regret: cumulativeRegret(run),
    qMinusReturnToGo: finite((metrics?.policyQMean ?? Number.NaN) - (metrics?.returnToGoMean ?? Number.NaN)),
    shareBelowReturn: finite(metrics?.shareBelowReturn),
  };
}

/**
 * Each figure's mean over runs and its 95 % interval (percentile bootstrap over the runs). Deterministic.
 * @param runs runs of one agent that differ in their seed.
 */
export function summariseRuns(runs: readonly Run[]): FigureSummaries {
  const figures = runs.map(runFigures);
  const summary = (key: keyof RunFigures) =>
    summarise(figures.map((one) => one[key]).filter((value) => value !== undefined));
  return {
    successBefore: summary("successBefore"),
    successAtSwitch: summary("successAtSwitch"),
    successEarly: summary("successEarly"),
    successEarlyLowest: summary("successEarlyLowest"),
    successEnd: summary("successEnd"),
    regret: summary("regret"),
    qMinusReturnToGo: summary("qMinusReturnToGo"),
    shareBelowReturn: summary("shareBelowReturn"),
  };
}

/** Mean and 95 % bootstrap interval of values; undefined without any. */
export function summarise(values: readonly number[]): FigureSummary | undefined {
  if (values.length === 0) return undefined;
  const summary = { mean: mean(values), runs: values.length };
  return values.length < 2 ? summary : { ...summary, ...bootstrapInterval(values) };
}

/**
 * The percentile bootstrap of a mean: the middle `level` of the means of resamples drawn with replacement. The stream
 * is seeded, so that a report of the same runs shows the same interval.
 */
export function bootstrapInterval(
  values: readonly number[],
  { level = 0.95, resamples = 2000, seed = 0 } = {},
): { low: number; high: number } {
  const random = new RandomStream(seed, "bootstrap");
  const means = Array.from({ length: resamples }, () =>
    mean(values.map(() => values[random.integer(values.length)]!)),
  ).sort((a, b) => a - b);
  const cut = Math.floor(((1 - level) / 2) * resamples);
  return { low: means[cut]!, high: means[resamples - 1 - cut]! };
}

/**
 * Cumulative regret (Cal-QL paper, section 7), normalised to [0, 1]: the mean of 1 - success over the online steps,
 * by the trapezoid rule, from the evaluation at the switch (the policy that goes online) to the last one.
 */
function cumulativeRegret(run: Run): number | undefined {
  const online = onlineEvaluations(run);
  if (online.length === 0) return undefined;
  const atSwitch = evaluationAtSwitch(run);
  const curve = atSwitch === undefined ? online : [atSwitch, ...online];
  const span = curve.at(-1)!.onlineSteps - curve[0]!.onlineSteps;
  if (span === 0) return 1 - curve[0]!.successRate;
  let area = 0;
  for (let i = 1; i < curve.length; i++) {
    const [left, right] = [curve[i - 1]!, curve[i]!];
    area += (right.onlineSteps - left.onlineSteps) * (1 - (left.successRate + right.successRate) / 2);
  }
  return area / span;
}

/**
 * The evaluations in the first fifth of the online steps the run was asked for. Where they are so rare that none falls
 * in there, the first online one stands for them, unless it is the last as well.
 */
function earlyEvaluations(run: Run) {
  const online = onlineEvaluations(run);
  const limit = EARLY_GRACE * EARLY_SHARE * onlineStepsOf(run);
  const early = online.filter((line) => line.onlineSteps <= limit);
  return early.length > 0 || online.length < 2 ? early : online.slice(0, 1);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function finite(value: number | undefined): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
