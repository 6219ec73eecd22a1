/**
 * The numbers by which runs are judged, from their recorded lines alone: how well the policy did before training, at
 * the switch, early online (where a conservative critic collapses) and at the end, what the collapse cost (regret),
 * and how the critic stood against the return-to-go when it went online. Means over runs and their intervals are made
 * in intervals.ts, pictures elsewhere.
 */
import { studentQuantile } from "../estimation/interval.js";
import type { Run } from "../runs/read.js";
import type { EvaluationLine } from "../training/record.js";
import { type FigureSummary, interquartileSummary, mean, summarise } from "./intervals.js";
import { evaluationAtSwitch, metricsAtSwitch, onlineEvaluations, onlineStepsOf } from "./timeline.js";

/** A figure is undefined where the run did not get so far or did not record what it needs. */
export interface RunFigures {
  /** Success of the policy before any update. */
  readonly successBefore: number | undefined;
  /** Success of the last evaluation of the offline phase. */
  readonly successAtSwitch: number | undefined;
  /** Success after 5 %, 20 % and 100 % of the online steps. */
  readonly successAfter5: number | undefined;
  readonly successAfter20: number | undefined;
  readonly successAfter100: number | undefined;
  /** Mean success of the evaluations in the first 20 % of the online steps. */
  readonly successEarly: number | undefined;
  /** The lowest success in there: the dip. */
  readonly successEarlyLowest: number | undefined;
  /** Success of the last evaluation. */
  readonly successEnd: number | undefined;
  /** Mean return of the policy before any update; what tells runs apart on a task that has no success, with those below. */
  readonly returnBefore: number | undefined;
  /** Mean return of the last evaluation of the offline phase, of a run that was evaluated online too. */
  readonly returnAtSwitch: number | undefined;
  /** The lowest mean return in the first 20 % of the online steps. */
  readonly returnEarlyLowest: number | undefined;
  /** Mean return of the last evaluation. */
  readonly returnEnd: number | undefined;
  /** What the recorded episodes returned by which policies are judged that were not played. */
  readonly returnLogged: number | undefined;
  /** Cumulative regret of the online phase, 0 (always succeeded) to 1 (never); of a run that has all of its steps. */
  readonly regret: number | undefined;
  /** Mean Q of the policy's actions minus mean return-to-go, at the switch. */
  readonly qMinusReturnToGo: number | undefined;
  /** Share of states whose Q(s, a~pi) lies below the return-to-go, at the switch. */
  readonly shareBelowReturn: number | undefined;
}

export type FigureSummaries = { readonly [Key in keyof RunFigures]: FigureSummary | undefined };

/** The share of the online steps that counts as early. */
const EARLY_SHARE = 0.2;
/**
 * An evaluation that is due at a step takes place when the trajectory in progress has ended, a little later; without
 * this grace, those due exactly at the end of the early phase would count in some seeds and not in others.
 */
const EARLY_GRACE = 1.1;
/**
 * An evaluation stands for a share of the online steps if it took place at that share or this much later (as a share
 * of all of them); where evaluations are rarer, there is none that could be called by that name.
 */
const LATE_GRACE = 0.1;

/** The figures of a run that its report shows; a figure is undefined if the run recorded too little for it. */
export function runFigures(run: Run): RunFigures {
  const first = run.evaluations[0];
  const earlyLines = earlyEvaluations(run);
  const early = successesOf(earlyLines);
  const last = run.evaluations.at(-1);
  const metrics = metricsAtSwitch(run)?.metrics;
  return {
    successBefore: first?.updates === 0 ? first.successRate : undefined,
    successAtSwitch: evaluationAtSwitch(run)?.successRate,
    successAfter5: successAfter(run, 0.05),
    successAfter20: successAfter(run, 0.2),
    successAfter100: successAfter(run, 1),
    successEarly: early.length > 0 ? mean(early) : undefined,
    successEarlyLowest: early.length > 0 ? Math.min(...early) : undefined,
    successEnd: last?.successRate,
    returnBefore: first?.updates === 0 ? finite(first.returnMean) : undefined,
    returnAtSwitch: earlyLines.length > 0 ? finite(evaluationAtSwitch(run)?.returnMean) : undefined,
    returnEarlyLowest:
      earlyLines.length > 0 ? finite(Math.min(...earlyLines.map((line) => line.returnMean))) : undefined,
    returnEnd: finite(last?.returnMean),
    returnLogged: finite(last?.estimate?.logged),
    regret: cumulativeRegret(run),
    qMinusReturnToGo: finite((metrics?.policyQMean ?? Number.NaN) - (metrics?.returnToGoMean ?? Number.NaN)),
    shareBelowReturn: finite(metrics?.shareBelowReturn),
  };
}

/**
 * Each figure's mean over runs and its 95 % interval (percentile bootstrap over the runs). Deterministic. The return of
 * a single run that does not know success has the interval of its own evaluation.
 * @param runs runs of one agent that differ in their seed.
 */
export function summariseRuns(runs: readonly Run[]): FigureSummaries {
  const figures = runs.map(runFigures);
  const summaries = eachFigure(figures, (key) => summarise(valuesOf(figures, key)));
  const own = runs.length === 1 ? returnInterval(runs[0]!) : undefined;
  return own ? { ...summaries, returnEnd: own } : summaries;
}

/** Of the last evaluation: an estimate's own, or of the mean over its episodes. */
function returnInterval({ evaluations }: Run): FigureSummary | undefined {
  const last = evaluations.at(-1);
  if (last === undefined || last.successRate !== undefined || !Number.isFinite(last.returnMean)) return undefined;
  const { returnMean: mean, returnStandardDeviation: deviation, episodes, estimate } = last;
  if (estimate) return { mean, low: estimate.low, high: estimate.high, runs: 1 };
  if (deviation === undefined || episodes < 2) return undefined;
  const reach = (studentQuantile(episodes - 1) * deviation) / Math.sqrt(episodes - 1);
  return { mean, low: mean - reach, high: mean + reach, runs: 1 };
}

/**
 * Each figure's interquartile mean over the runs of several tasks and its 95 % interval (bootstrap over the runs
 * within each task). Deterministic.
 * @param tasks the runs of one agent, task by task.
 */
export function summariseTasks(tasks: readonly (readonly Run[])[]): FigureSummaries {
  const figures = tasks.map((runs) => runs.map(runFigures));
  return eachFigure(figures.flat(), (key) => interquartileSummary(figures.map((ofTask) => valuesOf(ofTask, key))));
}

function eachFigure(
  [first]: readonly RunFigures[],
  summary: (key: keyof RunFigures) => FigureSummary | undefined,
): FigureSummaries {
  const keys = Object.keys(first ?? {}) as (keyof RunFigures)[];
  return Object.fromEntries(keys.map((key) => [key, summary(key)])) as FigureSummaries;
}

function valuesOf(figures: readonly RunFigures[], key: keyof RunFigures): number[] {
  return figures.map((one) => one[key]).filter((value) => value !== undefined);
}

/**
 * Success of the first evaluation from a share of the online steps on, if it is not much later than that. All of them
 * may be overshot by any length: the last trajectory of a run is played to its end.
 */
function successAfter(run: Run, share: number): number | undefined {
  const planned = onlineStepsOf(run);
  const from = onlineEvaluations(run).find((line) => line.onlineSteps >= share * planned);
  const limit = share < 1 ? (share + LATE_GRACE) * planned : Number.POSITIVE_INFINITY;
  return from && from.onlineSteps <= limit ? from.successRate : undefined;
}

/**
 * Cumulative regret (Cal-QL paper, section 7), normalised to [0, 1]: the mean of 1 - success over the online steps,
 * by the trapezoid rule, from the evaluation at the switch (the policy that goes online) to the last one. A run that was
 * not carried out to its end has none: over fewer steps it is another figure.
 */
function cumulativeRegret(run: Run): number | undefined {
  const online = onlineEvaluations(run).flatMap(withSuccess);
  if (online.length === 0 || online.at(-1)!.onlineSteps < onlineStepsOf(run)) return undefined;
  const curve = [...[evaluationAtSwitch(run) ?? []].flat().flatMap(withSuccess), ...online];
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

/** The lowest success of an evaluation online; undefined where there was none. */
export function lowestOnline(run: Run): number | undefined {
  const rates = successesOf(onlineEvaluations(run));
  return rates.length > 0 ? Math.min(...rates) : undefined;
}

/** Success at or below which a policy has unlearned, at some evaluation online. */
const FALLEN = 0.1;

/** Success at the switch above which there is something to lose. */
const LEARNED = 0.5;

export type Fate = "fell" | "held" | "nothing to lose";

/**
 * What became of the policy online: whether it unlearned, for however long. One that hardly succeeded at the switch could
 * not; undefined where it was not evaluated at the switch or online.
 */
export function fateOf(run: Run): Fate | undefined {
  const [before, lowest] = [evaluationAtSwitch(run)?.successRate, lowestOnline(run)];
  if (before === undefined || lowest === undefined) return undefined;
  if (before <= LEARNED) return "nothing to lose";
  return lowest <= FALLEN ? "fell" : "held";
}

/** How many of the runs had each fate; those of which it is not known are in none. */
export function fatesOf(runs: readonly Run[]): Readonly<Record<Fate, number>> {
  const counts = { fell: 0, held: 0, "nothing to lose": 0 };
  for (const run of runs) {
    const fate = fateOf(run);
    if (fate) counts[fate]++;
  }
  return counts;
}

/** Of a task that does not tell, nothing: an unknown success is not none. */
function successesOf(lines: readonly EvaluationLine[]): number[] {
  return lines.flatMap(({ successRate }) => successRate ?? []);
}

function withSuccess({ onlineSteps, successRate }: EvaluationLine) {
  return successRate === undefined ? [] : [{ onlineSteps, successRate }];
}

function finite(value: number | undefined): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
