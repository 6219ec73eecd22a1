/**
 * From recorded lines to points that can be drawn: one value against the signed step of timeline.ts, thinned to what a
 * chart can show, and averaged over the runs of a group. No drawing here.
 */

import type { Run } from "../runs/read.js";
import type { EvaluationLine } from "../training/record.js";
import { bootstrapInterval, mean } from "./intervals.js";
import { offlineUpdatesOf, signedStep } from "./timeline.js";

/** `low` and `high` bound the 95 % bootstrap interval of the mean, where several runs were averaged. */
export interface Point {
  readonly step: number;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** One metric of a run; empty if it was never recorded. Values that were not finite are NaN and leave a gap. */
export function metricPoints(run: Run, name: string): Point[] {
  const offline = offlineUpdatesOf(run);
  return run.metrics
    .filter((line) => line.metrics[name] !== undefined)
    .map((line) => ({ step: signedStep(line, offline), value: line.metrics[name]! }));
}

/** @param pick the value of an evaluation, with its own interval where it has one */
export function evaluationPoints(run: Run, pick: (line: EvaluationLine) => Omit<Point, "step">): Point[] {
  const offline = offlineUpdatesOf(run);
  return run.evaluations.map((line) => ({ step: signedStep(line, offline), ...pick(line) }));
}

/** At most `limit` points on each side of the switch, each the mean of its neighbourhood; never across the switch. */
export function thin(points: readonly Point[], limit: number): Point[] {
  const offline = points.filter((point) => point.step <= 0);
  const online = points.filter((point) => point.step > 0);
  return [...bucketMeans(offline, limit), ...bucketMeans(online, limit)];
}

function bucketMeans(points: readonly Point[], limit: number): readonly Point[] {
  if (points.length <= limit) return points;
  return Array.from({ length: limit }, (_, i) => {
    const bucket = points.slice(Math.floor((i * points.length) / limit), Math.floor(((i + 1) * points.length) / limit));
    return { step: mean(bucket.map((point) => point.step)), value: finiteMean(bucket.map((point) => point.value)) };
  });
}

/**
 * Mean of several runs and its 95 % interval, as in the tables, at the steps of the longest one. Whole trajectories end at slightly
 * different steps in each run, so the others are interpolated; a run counts only as far as it went.
 */
export function meanOverRuns(curves: readonly (readonly Point[])[]): Point[] {
  const longest = curves.reduce((best, curve) => (curve.length > best.length ? curve : best), []);
  return longest.flatMap(({ step }) => {
    const values = curves.map((curve) => valueAt(curve, step)).filter((value) => Number.isFinite(value));
    if (values.length === 0) return [];
    return [{ step, value: mean(values), ...(values.length > 1 && bootstrapInterval(values)) }];
  });
}

/** Linear between neighbours; at either end the value holds for one spacing more, then NaN. */
function valueAt(curve: readonly Point[], step: number): number {
  const after = curve.findIndex((point) => point.step >= step);
  if (after > 0) {
    const [left, right] = [curve[after - 1]!, curve[after]!];
    const share = (step - left.step) / (right.step - left.step);
    return share === 1 ? right.value : left.value + share * (right.value - left.value);
  }
  const [end, inner] = after === 0 ? [curve[0], curve[1]] : [curve.at(-1), curve.at(-2)];
  if (end === undefined) return Number.NaN;
  const spacing = inner === undefined ? 0 : Math.abs(end.step - inner.step);
  return Math.abs(step - end.step) <= spacing ? end.value : Number.NaN;
}

function finiteMean(values: readonly number[]): number {
  const finite = values.filter((value) => Number.isFinite(value));
  return finite.length > 0 ? mean(finite) : Number.NaN;
}
