/**
 * The one transform between the units of data and environments and what agents see: actions in [-1, 1], and observations
 * normalised if that is asked for. Data, replays of episodes and environments keep their own units; recorded actions
 * pass here when they become transitions, everything else is part of the agent's graphs, and so of the exported policy.
 */
import { DataError, UsageError } from "../errors.js";
import { STATE } from "./columns.js";
import type { Episode } from "./episode.js";

/** Bounds of an action [actionSize], in the units of the environment. */
export interface ActionBounds {
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** Bounds that somebody wrote: one number for all entries of an action, or one each. */
export interface GivenBounds {
  readonly low: number | ArrayLike<number>;
  readonly high: number | ArrayLike<number>;
}

/** Mean and deviation of every number of the vector `state` [n]. */
export interface Normalisation {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

/** What is absent is left as it is. */
export interface Transform {
  readonly actions?: ActionBounds | undefined;
  readonly observations?: Normalisation | undefined;
}

/** Added to deviations, so that what hardly varies does not become huge (Fujimoto and Gu 2021, section 5). */
const SMALLEST_DEVIATION = 1e-3;
/** How far beyond a bound, as a share of the range, is rounding. */
const ROUNDING = 1e-3;

/** Whether actions are in [-1, 1] already. */
export function isUnit({ low, high }: ActionBounds): boolean {
  return low.every((bound) => bound === -1) && high.every((bound) => bound === 1);
}

/** Whether actions can be scaled by the bounds: finite numbers, with room between them. */
export function areFinite({ low, high }: ActionBounds): boolean {
  return low.every((bound, i) => Number.isFinite(bound) && Number.isFinite(high[i]!) && bound < high[i]!);
}

/** The smallest and the largest number of every entry of recorded actions. */
export function actionRangeOf(episodes: Iterable<Episode>, size: number): ActionBounds {
  const [low, high] = [new Float32Array(size).fill(Infinity), new Float32Array(size).fill(-Infinity)];
  for (const { actions } of episodes)
    for (let i = 0; i < actions.length; i++) {
      const entry = i % size;
      low[entry] = Math.min(low[entry]!, actions[i]!);
      high[entry] = Math.max(high[entry]!, actions[i]!);
    }
  return { low, high };
}

/** Whether finite bounds are the same but for rounding. */
export function areSame(one: ActionBounds, other: ActionBounds): boolean {
  return one.low.every((low, i) => {
    const slack = ROUNDING * (one.high[i]! - low);
    return Math.abs(low - other.low[i]!) <= slack && Math.abs(one.high[i]! - other.high[i]!) <= slack;
  });
}

/** Takes actions [rows, actionSize] from their bounds to [-1, 1], in place. */
export function scaleActions(actions: Float32Array, { low, high }: ActionBounds): void {
  const size = low.length;
  for (let i = 0; i < actions.length; i++) {
    const [from, to] = [low[i % size]!, high[i % size]!];
    actions[i] = (2 * (actions[i]! - from)) / (to - from) - 1;
  }
}

/** How many action values lie beyond their bounds by more than rounding. @param actions [rows, actionSize] */
export function countBeyond(actions: Float32Array, { low, high }: ActionBounds): number {
  const size = low.length;
  let beyond = 0;
  for (let i = 0; i < actions.length; ) {
    for (let column = 0; column < size; column++, i++) {
      const [from, to] = [low[column]!, high[column]!];
      const slack = ROUNDING * (to - from);
      if (actions[i]! < from - slack || actions[i]! > to + slack) beyond++;
    }
  }
  return beyond;
}

/**
 * Recorded actions must be in the units of the bounds: values beyond them would be clipped, and another action learned
 * than was taken.
 * @param source of the data, for the error; @param remedy what to do about the bounds, by where they come from
 * @throws DataError with the share of the values that are beyond by more than rounding, and the range found
 */
export function refuseActionsBeyond(
  episodes: Iterable<Episode>,
  bounds: ActionBounds,
  source: string,
  remedy: string,
): void {
  let [count, beyond, least, most] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { actions } of episodes) {
    beyond += countBeyond(actions, bounds);
    for (const value of actions) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    count += actions.length;
  }
  if (beyond === 0) return;
  const share = (100 * beyond) / count;
  throw new DataError(
    `${share < 0.1 ? "Less than 0.1" : Number(share.toPrecision(3))} % of the action values of ${source} lie beyond their bounds ${boundsText(bounds)}, ranging from ${rounded(least)} to ${rounded(most)}; ${remedy}, or set clipActions to true (--clip-actions) if the environment clips actions itself.`,
  );
}

/**
 * Bounds that somebody wrote: one number for all entries, or one each.
 * @param what says them, for the error
 * @throws UsageError where there are not as many as entries, or a lower one is not below its upper one
 */
export function boundsOf(low: GivenBounds["low"], high: GivenBounds["high"], size: number, what: string): ActionBounds {
  const all = (bound: GivenBounds["low"]) =>
    typeof bound === "number" ? new Float32Array(size).fill(bound) : Float32Array.from(bound);
  const bounds = { low: all(low), high: all(high) };
  if (bounds.low.length !== size || bounds.high.length !== size)
    throw new UsageError(
      `The action bounds of ${what} are ${bounds.low.length} and ${bounds.high.length} numbers where an action has ${size}; give one number for all, or one each.`,
    );
  if (bounds.low.every((from, i) => from < bounds.high[i]!)) return bounds;
  throw new UsageError(`The action bounds of ${what} are ${boundsText(bounds)}; name the lower one first.`);
}

/** "[-1, 1]", or "[0, 3.5] to [10, 5]" where entries differ. */
export function boundsText({ low, high }: ActionBounds): string {
  const same = (bounds: Float32Array) => bounds.every((bound) => bound === bounds[0]);
  if (same(low) && same(high)) return `[${rounded(low[0]!)}, ${rounded(high[0]!)}]`;
  return `[${[...low].map(rounded).join(", ")}] to [${[...high].map(rounded).join(", ")}]`;
}

/**
 * The mean and the deviation of the vector `state` over the recorded steps, in double precision.
 * @param episodes more than one pass may be made over them
 */
export function normalisationOf(episodes: () => Iterable<Episode>, size: number): Normalisation {
  const [sum, squares] = [new Float64Array(size), new Float64Array(size)];
  let rows = 0;
  const eachRow = (use: (value: number, column: number) => void) => {
    for (const { length, observations } of episodes()) {
      const values = observations[STATE]!;
      for (let i = 0; i < length * size; i++) use(values[i]!, i % size);
    }
  };
  for (const { length } of episodes()) rows += length;
  eachRow((value, column) => {
    sum[column]! += value;
  });
  const mean = sum.map((total) => total / rows);
  eachRow((value, column) => {
    squares[column]! += (value - mean[column]!) ** 2;
  });
  return {
    mean: Float32Array.from(mean),
    deviation: Float32Array.from(squares, (total) => Math.sqrt(total / rows) + SMALLEST_DEVIATION),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
