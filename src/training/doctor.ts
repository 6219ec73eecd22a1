/**
 * The switch doctor: what the critic at the end of the offline phase says about the online phase. A policy leaves a way
 * that it knows for another end of the episode if that end is worth more than the critic believes the way to be. So
 * every end that is worth more than the critic's value of the start, and less than what the recorded episodes reach
 * from there, is one that a policy can unlearn to (docs/unlearning.md).
 */
import type { MetricsLine } from "./record.js";

/** What the verdict follows from; values and returns are discounted, in the rewards that the critics see. */
export interface SwitchFigures {
  /** Mean Q(s, pi(s)) where recorded episodes begin. */
  readonly startQ: number;
  /** Mean return-to-go of the recorded episodes from there. */
  readonly startReturn: number;
  /** What an episode is worth in which nothing is ever achieved: the lowest reward forever, r / (1 - gamma). */
  readonly floor: number;
}

export const grades = ["calibrated", "low", "below the floor", "high"] as const;
export type Grade = (typeof grades)[number];

/** What is let pass, as a share of the distance between the floor and the recorded returns. */
const TOLERANCE = 0.1;

/** The figures in a line of metrics; undefined where one was not measured. */
export function switchFigures(metrics: MetricsLine["metrics"]): SwitchFigures | undefined {
  const { startQMean: startQ, startReturnMean: startReturn, floorValue: floor } = metrics;
  if (startQ === undefined || startReturn === undefined || floor === undefined) return undefined;
  return { startQ, startReturn, floor };
}

export function gradeOf({ startQ, startReturn, floor }: SwitchFigures): Grade {
  const below = startReturn - startQ;
  const tolerance = TOLERANCE * Math.max(Math.abs(startReturn - floor), 1e-9);
  if (below < -tolerance) return "high";
  if (below <= tolerance) return "calibrated";
  return startQ < floor ? "below the floor" : "low";
}

/** The verdict in two sentences: what was found, and what follows from it. */
export function verdictOf(figures: SwitchFigures): string {
  const { startQ, startReturn, floor } = figures;
  const [q, g, least] = [startQ, startReturn, floor].map(rounded);
  const distance = rounded(Math.abs(startReturn - startQ));
  const ending = `whatever ends an episode for more than ${q} will look better to the policy than the way it knows, which is worth ${g}`;
  const help = "What helps: cal-ql, maxTargetBackup, fewer offline updates.";
  switch (gradeOf(figures)) {
    case "calibrated":
      return `The critic is on the scale of the returns: it says ${q} where recorded episodes begin, and they reach ${g}. Nothing that is worth less will look better, so the policy should keep what it knows.`;
    case "high":
      return `The critic lies ${distance} above the returns: it says ${q} where recorded episodes begin, and they reach ${g}. No worse way looks better to it; if it promises too much, success may waver while online data correct it.`;
    case "low":
      return `The critic lies ${distance} below the returns: ${ending}. If exploration finds such an end, expect unlearning. ${help}`;
    case "below the floor":
      return `The critic lies ${distance} below the returns, and below ${least}, which doing nothing forever is worth: ${ending}. Expect unlearning. ${help}`;
  }
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
