/**
 * What is due when: evaluations by the online step, updates by the steps that were collected, and of those the share of
 * recorded data.
 */
import type { RunSettings } from "../settings/settings.js";
import type { EvaluationLine } from "./record.js";

/** So that 30 steps at a ratio of 0.1, in floating point, are due 3 updates. */
const ROUNDING = 1e-9;

/** The online step at which the next evaluation is due: the first multiple of the interval after the last one. */
export function nextEvaluationAt(
  evaluations: readonly EvaluationLine[],
  { evaluateEverySteps }: Pick<RunSettings, "evaluateEverySteps">,
): number {
  const last = evaluations.at(-1)?.onlineSteps ?? 0;
  return (Math.floor(last / evaluateEverySteps) + 1) * evaluateEverySteps;
}

/** The online updates that are due after so many steps, altogether: floor((steps - warm-up) * UTD ratio). */
export function updatesDue(
  onlineSteps: number,
  { utdRatio, warmupSteps }: Pick<RunSettings, "utdRatio" | "warmupSteps">,
): number {
  return Math.floor(Math.max(0, onlineSteps - warmupSteps) * utdRatio + ROUNDING);
}

/** How far so many online updates have come, in steps: what progress is counted in. */
export function stepsLearnedFrom(
  onlineUpdates: number,
  { utdRatio, warmupSteps }: Pick<RunSettings, "utdRatio" | "warmupSteps">,
): number {
  return warmupSteps + Math.floor(onlineUpdates / utdRatio);
}

/**
 * The mixing ratio of an online update after so many steps: constant, or linear from the first update on to its end, and
 * constant from there. A warm-up has no updates, so that its steps do not count.
 */
export function mixingRatioAt(
  steps: number,
  settings: Pick<RunSettings, "mixingRatio" | "mixingRatioEnd" | "mixingSteps" | "onlineSteps" | "warmupSteps">,
): number {
  const { mixingRatio, mixingRatioEnd: end, mixingSteps, onlineSteps, warmupSteps } = settings;
  if (end === null) return mixingRatio;
  const span = Math.max(1, mixingSteps ?? onlineSteps - warmupSteps);
  return mixingRatio + (end - mixingRatio) * Math.min(1, Math.max(0, steps - warmupSteps) / span);
}
