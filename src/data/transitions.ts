/**
 * The only path from recorded episodes to transitions. Here, and nowhere else, rewards are scaled and shifted, actions
 * are scaled to [-1, 1] and clipped, and returns-to-go are computed, for recorded and for freshly collected episodes
 * alike.
 */

import { UsageError } from "../errors.js";
import {
  allocateRows,
  type Columns,
  elementTypeOf,
  type ObservationParts,
  type Part,
  partColumn,
  type TransitionRows,
  transitionColumns,
  type Values,
  widthOf,
} from "./columns.js";
import { findWrongIndex } from "./discrete-actions.js";
import type { Episode } from "./episode.js";
import { counted } from "./figures.js";
import { type ReturnsRule, returnsToGo } from "./returns.js";
import { copiedColumns, isViewed, type RowViews, viewsOf } from "./row-views.js";
import { type ActionBounds, scaleActions } from "./transform.js";

/**
 * Steps without their order: what a critic learns from. An episode's last step has no next action and repeats its own:
 * where the task ended there, no bootstrap reads it, and where the clock did, it is the nearest known one.
 */
export interface Transitions {
  readonly length: number;
  readonly columns: Columns;
  /** `returnsToGo` is absent if no rule was given. */
  readonly rows: TransitionRows;
  /** The columns of bytes, by their names, where they are not in `rows`: views of their episodes (row-views.ts). */
  readonly views?: Readonly<Record<string, RowViews>>;
}

/** How recorded steps become transitions. */
export interface TransitionOptions {
  /** Rewards become rewardScale * reward + rewardShift; default 1. */
  readonly rewardScale?: number;
  /** Default 0. */
  readonly rewardShift?: number;
  /** The bounds of actions, in whose units the episodes have them; absent: they are -1 and 1. */
  readonly actionBounds?: ActionBounds | undefined;
  /** Actions are clipped to +-actionClip, so that a tanh policy can reach them; default 0.99999. */
  readonly actionClip?: number;
  /** How many actions there are, where they are discrete (`Dataset.discreteActions`): their numbers are not clipped. */
  readonly discreteActions?: number | undefined;
  /** How returns-to-go are computed; left out only for algorithms that do not need them. */
  readonly returns?: ReturnsRule;
}

/** The reference implementation's bound; at 1 the inverse of tanh is infinite. */
const DEFAULT_ACTION_CLIP = 0.99999;

/**
 * Turns episodes into transitions, in their order. A truncated end keeps its bootstrap: `terminated` stays 0 there.
 *
 * @throws UsageError if there are no episodes, they differ in the size of an observation or an action, or a discrete
 *   action has a number that is none of the space's
 */
export function toTransitions(episodes: readonly Episode[], options: TransitionOptions = {}): Transitions {
  const { observations, actionSize } = shapesOf(episodes);
  if (options.discreteActions !== undefined) refuseWrongIndices(episodes, actionSize, options.discreteActions);
  const length = episodes.reduce((sum, episode) => sum + episode.length, 0);
  const columns = transitionColumns(observations, actionSize);
  const rows = allocateRows(copiedColumns(columns), length);
  const views = Object.fromEntries(columns.filter(isViewed).map(({ name }): [string, Values[]] => [name, []]));
  let row = 0;
  for (const episode of episodes) {
    for (const [name, part] of Object.entries(observations))
      if (isViewed(part)) addViews(views, name, widthOf(part), episode);
      else fillObservations(rows, name, widthOf(part), row, episode);
    fill(rows, actionSize, row, episode, options);
    row += episode.length;
  }
  if (options.returns !== undefined) return { length, columns, rows, views };
  const { returnsToGo: _, ...known } = rows;
  return { length, columns, rows: known, views };
}

function addViews(views: Record<string, Values[]>, name: string, width: number, { observations }: Episode): void {
  const frames = viewsOf(observations[name]!, width);
  for (const view of frames.slice(0, -1)) views[partColumn("observations", name)]!.push(view);
  for (const view of frames.slice(1)) views[partColumn("nextObservations", name)]!.push(view);
}

function fillObservations(rows: TransitionRows, name: string, width: number, row: number, episode: Episode): void {
  const values = episode.observations[name]!;
  const { length } = episode;
  rows[partColumn("observations", name)]!.set(values.subarray(0, length * width), row * width);
  rows[partColumn("nextObservations", name)]!.set(values.subarray(width, (length + 1) * width), row * width);
}

function fill(
  target: Required<TransitionRows>,
  actionSize: number,
  row: number,
  episode: Episode,
  options: TransitionOptions,
): void {
  const { rewardScale = 1, rewardShift = 0, actionClip = DEFAULT_ACTION_CLIP } = options;
  const { length } = episode;
  target.terminated.set(episode.terminated, row);
  const actions = target.actions.subarray(row * actionSize, (row + length) * actionSize);
  actions.set(episode.actions);
  if (options.actionBounds) scaleActions(actions, options.actionBounds);
  if (options.discreteActions === undefined)
    for (let i = 0; i < actions.length; i++) actions[i] = clip(actions[i]!, actionClip);
  const nextActions = target.nextActions.subarray(row * actionSize, (row + length) * actionSize);
  nextActions.set(actions);
  nextActions.copyWithin(0, actionSize);
  const rewards = target.rewards.subarray(row, row + length);
  for (let step = 0; step < length; step++) rewards[step] = rewardScale * episode.rewards[step]! + rewardShift;
  if (options.returns !== undefined)
    target.returnsToGo.set(returnsToGo(rewards, episode.terminated, options.returns), row);
}

function clip(value: number, bound: number): number {
  return Math.max(-bound, Math.min(bound, value));
}

function refuseWrongIndices(episodes: readonly Episode[], actionSize: number, count: number): void {
  if (actionSize !== 1)
    throw new UsageError(`The actions have ${counted(actionSize, "value")} a step; a discrete action is one number.`);
  episodes.forEach(({ actions }, index) => {
    const step = findWrongIndex(actions, count);
    if (step < 0) return;
    throw new UsageError(
      `The action of step ${step} of episode ${index} is ${actions[step]}, which is no whole number from 0 to ` +
        `${count - 1}; store the number of the action that was taken.`,
    );
  });
}

/** The shapes that all episodes share; how a row's numbers are shaped is not known from episodes, so they are flat here. */
function shapesOf(episodes: readonly Episode[]): { observations: ObservationParts; actionSize: number } {
  const first = episodes.find((episode) => episode.length > 0);
  if (first === undefined)
    throw new UsageError("There are no recorded steps to learn from; give at least one episode.");
  const parts = Object.entries(first.observations).map(([name, values]): [string, Part] => {
    return [name, { type: elementTypeOf(values), shape: [values.length / (first.length + 1)] }];
  });
  const actionSize = first.actions.length / first.length;
  const width = parts.reduce((sum, [, part]) => sum + widthOf(part), 0);
  episodes.forEach((episode, index) => {
    const rows = episode.length + 1;
    const found = Object.values(episode.observations).reduce((sum, values) => sum + values.length, 0);
    const observations = rows * width;
    const actions = episode.length * actionSize;
    const fits = parts.every(([name, part]) => episode.observations[name]?.length === rows * widthOf(part));
    if (fits && found === observations && episode.actions.length === actions) return;
    throw new UsageError(
      `Episode ${index} of ${counted(episode.length, "step")} has ${found} observation and ` +
        `${episode.actions.length} action values where ${observations} and ${actions} are expected; ` +
        "all episodes must come from one task.",
    );
  });
  return { observations: Object.fromEntries(parts), actionSize };
}
