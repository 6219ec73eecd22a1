/**
 * The one door between what was recorded and what is learned from. Here, and nowhere else, rewards are scaled and
 * shifted, actions are clipped and returns-to-go are computed, for recorded and for freshly collected episodes alike.
 */
import { UsageError } from "../errors.js";
import { findWrongIndex } from "./discrete-actions.js";
import type { Episode } from "./episode.js";
import { type ReturnsRule, returnsToGo } from "./returns.js";

/** Steps without their order: what a critic learns from. Arrays are row-major. */
export interface Transitions {
  readonly length: number;
  readonly observationSize: number;
  readonly actionSize: number;
  /** [length, observationSize] */
  readonly observations: Float32Array;
  /** [length, actionSize], clipped; the numbers of discrete actions are as recorded. */
  readonly actions: Float32Array;
  /** [length], scaled and shifted. */
  readonly rewards: Float32Array;
  /** [length, observationSize] */
  readonly nextObservations: Float32Array;
  /**
   * [length, actionSize], the action after the one of `actions`, as clipped. An episode's last step has none and repeats
   * its own: where the task ended there, no bootstrap reads it, and where the clock did, it is the nearest known one.
   */
  readonly nextActions?: Float32Array;
  /** [length], 1 where there is no bootstrap, else 0. */
  readonly terminated: Float32Array;
  /** [length], on the scale of `rewards`; absent if no rule was given. */
  readonly returnsToGo?: Float32Array;
}

/** What happens to a step at the door. */
export interface TransitionOptions {
  /** Rewards become rewardScale * reward + rewardShift; default 1. */
  readonly rewardScale?: number;
  /** Default 0. */
  readonly rewardShift?: number;
  /** Actions are clipped to +-actionClip, so that a tanh policy can reach them; default 0.99999. */
  readonly actionClip?: number;
  /** How many actions there are, where they are discrete (`Dataset.discreteActions`): their numbers are not clipped. */
  readonly discreteActions?: number | undefined;
  /** How returns-to-go are computed; left out only for algorithms that do not need them. */
  readonly returns?: ReturnsRule;
}

/** The reference implementation's bound; at 1 the inverse of tanh is infinite. */
export const DEFAULT_ACTION_CLIP = 0.99999;

/**
 * Turns episodes into transitions, in their order. A truncated end keeps its bootstrap: `terminated` stays 0 there.
 *
 * @throws UsageError if there are no episodes, they differ in the size of an observation or an action, or a discrete
 *   action has a number that is none of the space's
 */
export function toTransitions(episodes: readonly Episode[], options: TransitionOptions = {}): Transitions {
  const { observationSize, actionSize } = sizesOf(episodes);
  if (options.discreteActions !== undefined) refuseWrongIndices(episodes, actionSize, options.discreteActions);
  const length = episodes.reduce((sum, episode) => sum + episode.length, 0);
  const transitions = {
    length,
    observationSize,
    actionSize,
    observations: new Float32Array(length * observationSize),
    actions: new Float32Array(length * actionSize),
    rewards: new Float32Array(length),
    nextObservations: new Float32Array(length * observationSize),
    nextActions: new Float32Array(length * actionSize),
    terminated: new Float32Array(length),
    ...(options.returns && { returnsToGo: new Float32Array(length) }),
  };
  let row = 0;
  for (const episode of episodes) {
    fill(transitions, row, episode, options);
    row += episode.length;
  }
  return transitions;
}

function fill(
  target: Transitions & { readonly nextActions: Float32Array },
  row: number,
  episode: Episode,
  options: TransitionOptions,
): void {
  const { rewardScale = 1, rewardShift = 0, actionClip = DEFAULT_ACTION_CLIP } = options;
  const { observationSize: size, actionSize } = target;
  const { length } = episode;
  target.observations.set(episode.observations.subarray(0, length * size), row * size);
  target.nextObservations.set(episode.observations.subarray(size, (length + 1) * size), row * size);
  target.terminated.set(episode.terminated, row);
  const actions = target.actions.subarray(row * actionSize, (row + length) * actionSize);
  if (options.discreteActions !== undefined) actions.set(episode.actions);
  else for (let i = 0; i < actions.length; i++) actions[i] = clip(episode.actions[i]!, actionClip);
  const nextActions = target.nextActions.subarray(row * actionSize, (row + length) * actionSize);
  nextActions.set(actions);
  nextActions.copyWithin(0, actionSize);
  const rewards = target.rewards.subarray(row, row + length);
  for (let step = 0; step < length; step++) rewards[step] = rewardScale * episode.rewards[step]! + rewardShift;
  if (options.returns !== undefined) {
    target.returnsToGo?.set(returnsToGo(rewards, episode.terminated, options.returns), row);
  }
}

function clip(value: number, bound: number): number {
  return Math.max(-bound, Math.min(bound, value));
}

function refuseWrongIndices(episodes: readonly Episode[], actionSize: number, count: number): void {
  if (actionSize !== 1)
    throw new UsageError(`The actions have ${actionSize} values a step; a discrete action is one number.`);
  episodes.forEach(({ actions }, index) => {
    const step = findWrongIndex(actions, count);
    if (step < 0) return;
    throw new UsageError(
      `The action of step ${step} of episode ${index} is ${actions[step]}, which is no whole number from 0 to ` +
        `${count - 1}; store the number of the action that was taken.`,
    );
  });
}

/** The sizes that all episodes share. */
function sizesOf(episodes: readonly Episode[]): { observationSize: number; actionSize: number } {
  const first = episodes.find((episode) => episode.length > 0);
  if (first === undefined)
    throw new UsageError("There are no recorded steps to learn from; give at least one episode.");
  const observationSize = first.observations.length / (first.length + 1);
  const actionSize = first.actions.length / first.length;
  episodes.forEach((episode, index) => {
    const observations = (episode.length + 1) * observationSize;
    const actions = episode.length * actionSize;
    if (episode.observations.length === observations && episode.actions.length === actions) return;
    throw new UsageError(
      `Episode ${index} of ${episode.length} steps has ${episode.observations.length} observation and ` +
        `${episode.actions.length} action values where ${observations} and ${actions} are expected; ` +
        "all episodes must come from one task.",
    );
  });
  return { observationSize, actionSize };
}
