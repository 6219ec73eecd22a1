/**
 * Where things stand in time. A run counts updates offline and environment steps online; every curve and figure needs
 * both on one line, with the switch between the phases at 0: negative steps are offline updates still to go before the
 * switch, positive ones are online environment steps after it.
 */

import type { Run } from "../runs/read.js";
import type { EvaluationLine, MetricsLine } from "../training/record.js";

type Position = Pick<MetricsLine, "phase" | "updates" | "onlineSteps">;

/** The offline updates of a run: those it was asked for, or those it is seen to have made if it does not say. */
export function offlineUpdatesOf(run: Run): number {
  const planned = run.config.settings.offlineUpdates;
  return typeof planned === "number" ? planned : offlineUpdatesSeen(run);
}

/** The online environment steps of a run: those it was asked for, or those it is seen to have made. */
export function onlineStepsOf(run: Run): number {
  const planned = run.config.settings.onlineSteps;
  return typeof planned === "number" ? planned : onlineStepsSeen(run);
}

/** Negative: offline updates before the switch. Positive: online environment steps after it. */
export function signedStep(line: Position, offlineUpdates: number): number {
  return line.onlineSteps > 0 ? line.onlineSteps : Math.min(0, line.updates - offlineUpdates);
}

/** Whether the offline phase was carried out to its end. */
export function reachedSwitch(run: Run): boolean {
  if (run.summary?.status === "completed") return true;
  if (positions(run).some((line) => line.onlineSteps > 0)) return true;
  const planned = run.config.settings.offlineUpdates;
  return typeof planned === "number" && offlineUpdatesSeen(run) >= planned;
}

/** The last offline evaluation, if the offline phase was carried out and evaluated to its end. */
export function evaluationAtSwitch(run: Run): EvaluationLine | undefined {
  return atSwitch(run, run.evaluations);
}

/** The last metrics before the first online update, if the offline phase was carried out and recorded to its end. */
export function metricsAtSwitch(run: Run): MetricsLine | undefined {
  return atSwitch(run, run.metrics);
}

/** A file may lack lines that another has: its last one is not the switch's then. */
function atSwitch<Line extends Position>(run: Run, lines: readonly Line[]): Line | undefined {
  const last = lines.findLast((line) => line.onlineSteps === 0);
  return last && reachedSwitch(run) && last.updates >= offlineUpdatesOf(run) ? last : undefined;
}

/** The evaluations after the switch, in the order of their steps. */
export function onlineEvaluations(run: Run): EvaluationLine[] {
  return run.evaluations.filter((line) => line.onlineSteps > 0);
}

function positions(run: Run): Position[] {
  return [...run.metrics, ...run.evaluations];
}

/** How far a run is seen to have come after the switch. */
export function onlineStepsSeen(run: Run): number {
  return positions(run).reduce((most, line) => Math.max(most, line.onlineSteps), 0);
}

function offlineUpdatesSeen(run: Run): number {
  const offline = positions(run).filter((line) => line.onlineSteps === 0);
  return offline.reduce((most, line) => Math.max(most, line.updates), 0);
}
