/**
 * The switch doctor: what the critic at the end of the offline phase says about the online phase. A policy leaves a way
 * that it knows for another end of the episode if that end is worth more than the critic believes the way to be. So
 * every end that is worth more than the critic's value of the start, and less than what the recorded episodes reach
 * from there, is one that a policy can unlearn to (docs/unlearning.md).
 */
import { counted } from "../data/figures.js";
import type { EvaluationLine, MetricsLine } from "./record.js";

/** What the verdict follows from; values and returns are discounted, in the rewards that the critics see. */
export interface SwitchFigures {
  /** Mean Q(s, pi(s)) where recorded episodes begin. */
  readonly startQ: number;
  /** Mean return-to-go of the recorded episodes from there. */
  readonly startReturn: number;
  /**
   * What an episode is worth in which nothing is ever achieved: a low reward of a step that goes on, forever. Undefined
   * where that has no bound (a discount of 1), or no recorded step goes on.
   */
  readonly floor: number | undefined;
  /** An earlier calql took the floor from all rewards, those among them that end an episode: it may be too low. */
  readonly floorOfAll?: boolean;
  /** Share of the recorded episodes whose return is whole, not cut off by the clock; undefined: nobody counted, or all. */
  readonly wholeShare?: number | undefined;
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
  /** What the policy and the recorded episodes return, undiscounted; undefined where either is not known. */
  readonly returns?: Returns | undefined;
  /** Updates so far; undefined where nobody counted them. */
  readonly updates?: number | undefined;
  readonly goesOnline: boolean;
  readonly discount: unknown;
  /** How rewards became those that the critics see. */
  readonly rewards: { readonly scale: number; readonly shift: number };
}

/** Mean undiscounted returns, in the environment's own rewards. */
export interface Returns {
  readonly policy: number;
  /** Standard error of the policy's, over the episodes of its evaluation. */
  readonly error: number;
  readonly recorded: number;
}

export const grades = ["calibrated", "low", "below the floor", "high", "not judged"] as const;
export type Grade = (typeof grades)[number];

/** What is let pass, as a share of the scale. */
const TOLERANCE = 0.1;
/**
 * The least scale, as a share of the values: where the recorded episodes reach hardly more than doing nothing is worth, the
 * distance between the two says nothing of how far a critic may be off.
 */
const LEAST_SCALE = 0.1;
/** What rounding leaves between equal sums of float32 rewards, as a share of them. */
const ROUNDING = 1e-5;
/** Where fewer of the recorded episodes have a whole return, these are not what the data reach. */
const LEAST_WHOLE = 0.5;
/** By how much a policy returns more than the data to be clearly better: a share of its return, and standard errors. */
const CLEARLY = { share: 0.1, errors: 2 };
/** Fewer updates leave values about where their first weights had them. */
const FEW_UPDATES = 500;

/** The figures in a line of metrics; undefined where Q or G of the start was not measured, or is no finite number. */
export function switchFigures(metrics: MetricsLine["metrics"]): SwitchFigures | undefined {
  const { startQMean: startQ, startReturnMean: startReturn, idleValue, floorValue, startWholeShare } = metrics;
  const known = idleValue ?? floorValue;
  if (!isKnown(startQ) || !isKnown(startReturn)) return undefined;
  const floor = isKnown(known) ? known : undefined;
  const floorOfAll = floor !== undefined && idleValue === undefined;
  return { startQ, startReturn, floor, ...(floorOfAll && { floorOfAll }), wholeShare: startWholeShare };
}

function isKnown(value: number | undefined): value is number {
  return Number.isFinite(value);
}

/** What is known of a run beside its settings. */
export interface Known {
  /** The evaluation of the policy that goes online. */
  readonly evaluation?: EvaluationLine | undefined;
  /** Updates of the offline phase so far. */
  readonly updates?: number | undefined;
  /** Mean undiscounted return of the recorded episodes. */
  readonly recordedReturn?: number | undefined;
}

/** @param settings of the run, as its config.json has them: an agent is known by the settings that it has */
export function factsOf(
  settings: Readonly<Record<string, unknown>>,
  { evaluation, updates, recordedReturn }: Known = {},
): RunFacts {
  const { maxTargetBackup, mixingRatio, mixingRatioEnd, rewardScale, rewardShift, onlineSteps, discount } = settings;
  return {
    calibrated: "calibrationSource" in settings,
    discrete: "explorationEpsilon" in settings,
    maxTargetBackup,
    mixes: mixingRatio !== 0 || Boolean(mixingRatioEnd),
    success: evaluation?.successRate,
    returns: evaluation && returnsOf(evaluation, recordedReturn),
    updates,
    goesOnline: onlineSteps !== 0,
    discount,
    rewards: { scale: Number(rewardScale ?? 1), shift: Number(rewardShift ?? 0) },
  };
}

function returnsOf(
  { returnMean, returnStandardDeviation = Number.NaN, episodes }: EvaluationLine,
  recorded = Number.NaN,
): Returns {
  return { policy: returnMean, error: returnStandardDeviation / Math.sqrt(episodes), recorded };
}

/** Whether the policy can clearly do more than the recorded episodes show. */
function isBetter({ policy, error, recorded }: Returns): boolean {
  const size = Math.max(Math.abs(policy), Math.abs(recorded));
  return policy - recorded > Math.max(CLEARLY.share * size, CLEARLY.errors * error);
}

/**
 * Against the distance from the recorded returns down to the floor: a critic that is off by a tenth of it is calibrated, one
 * that is off by more than all of it lies below the floor. Without such a distance, or whole returns, there is no grade.
 */
export function gradeOf({ startQ, startReturn, floor, wholeShare = 1 }: SwitchFigures): Grade {
  if (wholeShare < LEAST_WHOLE || floor === undefined) return "not judged";
  if (startReturn - floor <= ROUNDING * Math.max(Math.abs(startReturn), Math.abs(floor))) return "not judged";
  const below = startReturn - startQ;
  const least = LEAST_SCALE * Math.max(Math.abs(startReturn), Math.abs(floor));
  const scale = Math.max(startReturn - floor, least);
  if (below < -TOLERANCE * scale) return "high";
  if (below <= TOLERANCE * scale) return "calibrated";
  return below > scale ? "below the floor" : "low";
}

/**
 * The verdict in a few sentences: what was found, and what follows from it.
 * @param grade of means over runs: the one that all of them have
 */
export function verdictOf(figures: SwitchFigures, facts: RunFacts, grade = gradeOf(figures)): string {
  const caveat = figures.floorOfAll
    ? [
        "An earlier calql recorded the worth of doing nothing, from the rewards that end an episode too: it may be too low.",
      ]
    : [];
  const few = isHardlyTrained(facts)
    ? [
        `After ${counted(facts.updates!, "update")} the critic has hardly been trained: these values say little yet; give it more offlineUpdates.`,
      ]
    : [];
  const units = unitsIn(facts.rewards);
  const why = grade === "not judged" ? [`There is no verdict: ${whyNotJudged(figures, facts)}.`] : [];
  const said = [foundIn(figures, grade), ...(units ? [units] : []), ...few, ...why];
  return [...said, ...followingFrom(grade, facts), ...caveat].join(" ");
}

/** Whether its critic has had too few updates for its values to say much. */
export function isHardlyTrained({ updates = FEW_UPDATES }: Pick<RunFacts, "updates">): boolean {
  return updates < FEW_UPDATES;
}

/** In which rewards these values are, where they are not those of the environment. */
function unitsIn({ scale, shift }: RunFacts["rewards"]): string | undefined {
  const changes = [
    ...(scale === 1 ? [] : [`scaled by ${written(scale)}`]),
    ...(shift === 0 ? [] : [`shifted by ${written(shift)}`]),
  ];
  return changes.length === 0 ? undefined : `These values are in rewards ${changes.join(" and ")}.`;
}

/** Of figures that have no grade. */
function whyNotJudged({ startReturn, floor, wholeShare = 1 }: SwitchFigures, { discount }: RunFacts): string {
  if (wholeShare < LEAST_WHOLE)
    return "most of the recorded episodes were cut off by the clock, and what would have come after is in the critic's value alone";
  if (floor === undefined && discount === 1)
    return "with a discount of 1 nothing bounds what doing nothing forever is worth, against which the distance is judged";
  if (floor === undefined)
    return "no recorded step goes on, so that what doing nothing is worth, against which the distance is judged, is not known";
  return `the data achieve nothing above doing nothing (${rounded(startReturn)}, where doing nothing forever is worth ${rounded(floor)})`;
}

function foundIn({ startQ, startReturn, floor }: SwitchFigures, grade: Grade): string {
  const [q, g] = [startQ, startReturn].map(rounded);
  const distance = rounded(Math.abs(startReturn - startQ));
  const scale = `it says ${q} where recorded episodes begin, and they reach ${g}.`;
  const ending = `whatever ends an episode for more than ${q} will look better to the policy than the way it knows, which is worth ${g}.`;
  switch (grade) {
    case "calibrated":
      return `The critic is on the scale of the returns: ${scale}`;
    case "high":
      return `The critic lies ${distance} above the returns: ${scale}`;
    case "not judged":
      return `The critic lies ${distance} ${startQ < startReturn ? "below" : "above"} the returns: ${scale}`;
    case "low":
      return `The critic lies ${distance} below the returns: ${scale} Only an end of the episode that is worth between the two could look better than the known way.`;
    case "below the floor":
      return `The critic lies ${distance} below the returns, and below ${rounded(floor!)}, which doing nothing forever is worth: ${ending}`;
  }
}

/** Nothing where there is no verdict from which anything could follow. */
function followingFrom(grade: Grade, facts: RunFacts): string[] {
  const help = `hat helps: ${remedies(facts).join(", ")}.`;
  const low = grade === "low" || grade === "below the floor";
  if (facts.success === 0) {
    const unlearnt =
      "The policy succeeded in no episode at the switch: where success is counted, it has not learned the way, and the figure does not say that all is well.";
    return low ? [unlearnt, `W${help}`] : [unlearnt];
  }
  if (!facts.goesOnline) return low ? [`If it goes online later, it may unlearn; w${help}`] : [];
  switch (grade) {
    case "not judged":
      return [];
    case "calibrated":
      return [keeping(facts.returns)];
    case "high":
      return [
        "Nothing that is worth less than the data reach on average will look better to it; an end that is worth more, and less than the policy's own way, may. If its values are too high, success may waver while online data correct them.",
      ];
    case "low":
      return [`That alone has rarely cost anything. Watch the first evaluations online; if success falls, w${help}`];
    case "below the floor":
      return [`Unlearning is likely if exploration finds such an end before the values are repaired. W${help}`];
  }
}

/** What a calibrated critic means: it was compared with what the data reach, and the policy may know a better way. */
function keeping(returns: Returns | undefined): string {
  if (!returns || !isBetter(returns))
    return "Nothing that is worth less will look better, so the policy should keep what it knows.";
  const [policy, recorded] = [rounded(returns.policy), rounded(returns.recorded)];
  return `That is the data's mean, and the policy does better: its episodes return ${policy}, the recorded ones ${recorded} (undiscounted). An end that is worth more than the data's mean and less than the policy's way may still look better; watch the first evaluations online.`;
}

/** What the run does not have yet, of what is known to help against values that lie too low, the most telling first. */
export function remedies({ calibrated, discrete, maxTargetBackup, mixes, updates }: RunFacts): string[] {
  return [
    ...(calibrated ? [] : [discrete ? "cal-ql-discrete" : "cal-ql"]),
    ...(mixes ? [] : ["a mixingRatio of 0.5"]),
    ...(maxTargetBackup === false ? ["maxTargetBackup"] : []),
    ...(isHardlyTrained({ updates }) ? [] : ["fewer offline updates"]),
    "wider data",
  ];
}

function rounded(value: number): string {
  return written(Number(value.toPrecision(3)));
}

/** With the true minus sign of the tables beside which a verdict stands. */
function written(value: number): string {
  return String(value).replaceAll("-", "\u2212");
}
