/**
 * The switch doctor: what the critic at the end of the offline phase says about the online phase. A policy leaves a way
 * that it knows for another end of the episode if that end is worth more than the critic believes the way to be. So
 * every end that is worth more than the critic's value of the start, and less than what the recorded episodes reach
 * from there, is one that a policy can unlearn to (docs/unlearning.md).
 */
import { counted } from "../data/figures.js";
import type { MetricsLine } from "./record.js";

/** What the verdict follows from; values and returns are discounted, in the rewards that the critics see. */
export interface SwitchFigures {
  /** Mean Q(s, pi(s)) where recorded episodes begin. */
  readonly startQ: number;
  /** Mean return-to-go of the recorded episodes from there. */
  readonly startReturn: number;
  /** What an episode is worth in which nothing is ever achieved: the lowest reward of a step that goes on, forever. */
  readonly floor: number;
  /** An earlier calql took the floor from all rewards, those among them that end an episode: it may be too low. */
  readonly floorOfAll?: boolean;
}

/** What of a run decides how its figures are to be read. */
export interface RunFacts {
  /** Whether the offline agent keeps its values above reference values, as Cal-QL does. */
  readonly calibrated: boolean;
  /** Whether it chooses among numbered actions. */
  readonly discrete: boolean;
  /** Undefined where the agent has no such setting. */
  readonly maxTargetBackup: unknown;
  /** Whether some of the online batches' rows are recorded ones. */
  readonly mixes: boolean;
  /** Success of the policy at the switch; undefined where it was not evaluated. */
  readonly success: number | undefined;
  /** Updates so far; undefined where nobody counted them. */
  readonly updates?: number | undefined;
  /** How rewards became those that the critics see. */
  readonly rewards: { readonly scale: number; readonly shift: number };
}

export const grades = ["calibrated", "low", "below the floor", "high"] as const;
export type Grade = (typeof grades)[number];

/** What is let pass, as a share of the distance between the floor and the recorded returns. */
const TOLERANCE = 0.1;
/** Fewer updates leave values about where their first weights had them. */
const FEW_UPDATES = 500;

/** The figures in a line of metrics; undefined where one was not measured. */
export function switchFigures(metrics: MetricsLine["metrics"]): SwitchFigures | undefined {
  const { startQMean: startQ, startReturnMean: startReturn, idleValue, floorValue } = metrics;
  const floor = idleValue ?? floorValue;
  if (startQ === undefined || startReturn === undefined || floor === undefined) return undefined;
  return { startQ, startReturn, floor, ...(idleValue === undefined && { floorOfAll: true }) };
}

/**
 * @param settings of the run, as its config.json has them: an agent is known by the settings that it has
 * @param updates of the offline phase so far
 */
export function factsOf(
  settings: Readonly<Record<string, unknown>>,
  success: number | undefined,
  updates?: number,
): RunFacts {
  const { maxTargetBackup, mixingRatio, mixingRatioEnd, rewardScale, rewardShift } = settings;
  return {
    calibrated: "calibrationSource" in settings,
    discrete: "explorationEpsilon" in settings,
    maxTargetBackup,
    mixes: mixingRatio !== 0 || Boolean(mixingRatioEnd),
    success,
    updates,
    rewards: { scale: Number(rewardScale ?? 1), shift: Number(rewardShift ?? 0) },
  };
}

export function gradeOf({ startQ, startReturn, floor }: SwitchFigures): Grade {
  const below = startReturn - startQ;
  const tolerance = TOLERANCE * Math.max(Math.abs(startReturn - floor), 1e-9);
  if (below < -tolerance) return "high";
  if (below <= tolerance) return "calibrated";
  return startQ < floor ? "below the floor" : "low";
}

/** The verdict in a few sentences: what was found, and what follows from it. */
export function verdictOf(figures: SwitchFigures, facts: RunFacts): string {
  const caveat = figures.floorOfAll
    ? [
        "An earlier calql recorded the worth of doing nothing, from the rewards that end an episode too: it may be too low.",
      ]
    : [];
  const few =
    facts.updates !== undefined && facts.updates < FEW_UPDATES
      ? [
          `After ${counted(facts.updates, "update")} the critic has hardly been trained: these values say little yet; give it more offlineUpdates.`,
        ]
      : [];
  const units = unitsIn(facts.rewards);
  const said = [foundIn(figures), ...(units ? [units] : []), ...few];
  return [...said, followingFrom(gradeOf(figures), facts), ...caveat].join(" ");
}

/** In which rewards these values are, where they are not those of the environment. */
function unitsIn({ scale, shift }: RunFacts["rewards"]): string | undefined {
  const changes = [...(scale === 1 ? [] : [`scaled by ${scale}`]), ...(shift === 0 ? [] : [`shifted by ${shift}`])];
  return changes.length === 0 ? undefined : `These values are in rewards ${changes.join(" and ")}.`;
}

function foundIn(figures: SwitchFigures): string {
  const { startQ, startReturn, floor } = figures;
  const [q, g, least] = [startQ, startReturn, floor].map(rounded);
  const distance = rounded(Math.abs(startReturn - startQ));
  const scale = `it says ${q} where recorded episodes begin, and they reach ${g}.`;
  const ending = `whatever ends an episode for more than ${q} will look better to the policy than the way it knows, which is worth ${g}.`;
  switch (gradeOf(figures)) {
    case "calibrated":
      return `The critic is on the scale of the returns: ${scale}`;
    case "high":
      return `The critic lies ${distance} above the returns: ${scale}`;
    case "low":
      return `The critic lies ${distance} below the returns: ${ending}`;
    case "below the floor":
      return `The critic lies ${distance} below the returns, and below ${least}, which doing nothing forever is worth: ${ending}`;
  }
}

function followingFrom(grade: Grade, facts: RunFacts): string {
  const help = `What helps: ${remedies(facts).join(", ")}.`;
  if (facts.success === 0) {
    const unlearnt =
      "The policy succeeded in no episode at the switch: where success is counted, it has not learned the way, and the figure does not say that all is well.";
    return grade === "calibrated" || grade === "high" ? unlearnt : `${unlearnt} ${help}`;
  }
  if (grade === "calibrated")
    return "Nothing that is worth less will look better, so the policy should keep what it knows.";
  if (grade === "high")
    return "No worse way looks better to it; if it promises too much, success may waver while online data correct it.";
  return `Unlearning is likely if exploration finds such an end before the values are repaired. ${help}`;
}

/** What the run does not have yet, of what is known to help. */
function remedies({ calibrated, discrete, maxTargetBackup, mixes, updates = FEW_UPDATES }: RunFacts): string[] {
  return [
    ...(calibrated ? [] : [discrete ? "cal-ql-discrete" : "cal-ql"]),
    ...(maxTargetBackup === false ? ["maxTargetBackup"] : []),
    ...(mixes ? [] : ["a mixingRatio above 0"]),
    ...(updates < FEW_UPDATES ? [] : ["fewer offline updates"]),
    "wider data",
  ];
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
