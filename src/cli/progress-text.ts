/**
 * How far, how fast, how well: the words for it, in the view of one run and of many.
 */
import type { EvaluationLine } from "../training/record.js";
import type { Progress } from "../training/run-log.js";

export function durationText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

export function speedText({ phase, updatesPerSecond }: Progress): string {
  return phase === "collecting" ? "collecting data" : `${updatesPerSecond.toPrecision(3)} updates/s`;
}

export function evaluationText(evaluation: EvaluationLine | undefined): string {
  if (!evaluation) return "not yet evaluated";
  const { updates, onlineSteps, successRate, lengthMean, normalisedScore } = evaluation;
  const where = `after ${updates} updates${onlineSteps > 0 ? `, ${onlineSteps} online steps` : ""}`;
  const score = normalisedScore === undefined ? "" : `, score ${normalisedScore.toFixed(1)}`;
  return `success ${Math.round(100 * successRate)} %, length ${Math.round(lengthMean)}${score} (${where})`;
}
