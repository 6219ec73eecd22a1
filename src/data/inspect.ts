/**
 * What is in a dataset, in numbers: the first thing to look at before learning from it. The summary is typed; its form
 * as text is in `inspect-format.ts`.
 */

import { datasetOf } from "./check-header.js";
import { type ObservationParts, type Observations, STATE, widthOf } from "./columns.js";
import { countSteps, type Dataset, type Episode, rowsOf } from "./episode.js";
import { countDuplicateSteps, describeValues, type ValueSummary } from "./inspect-values.js";
import type { ActionBounds } from "./transform.js";

/** What `inspectDataset` finds. Shares are in [0, 1]. */
export interface Inspection {
  readonly source: string;
  readonly observations: ObservationParts;
  readonly actionSize: number;
  /** Only for discrete actions: how many steps took each of them, by number. */
  readonly actionCounts?: readonly number[];
  readonly episodes: number;
  readonly steps: number;
  /** Steps of an episode. */
  readonly lengths: { readonly min: number; readonly median: number; readonly max: number };
  /** Episodes of one step: many of them are the terminal rows that AntMaze data hold after a success. */
  readonly singleStepEpisodes: number;
  /** Undiscounted sums of an episode's raw rewards. */
  readonly returns: { readonly min: number; readonly mean: number; readonly max: number };
  /** Share of the episodes with a step in which the task ended (which is success in a maze, a fall in locomotion). */
  readonly terminatedShare: number;
  /** Share of the episodes that the clock ended. */
  readonly truncatedShare: number;
  /** Share of the episodes with a reward above 0. */
  readonly positiveRewardShare: number;
  /** Only for sparse data, whose rewards take two values: how often the higher one is reached. */
  readonly success?: SparseSuccess;
  readonly rewards: ValueSummary;
  /** The values that rewards take, ascending, if they are at most `MOST_REWARD_VALUES`. */
  readonly rewardValues?: readonly { readonly value: number; readonly steps: number }[];
  readonly actions: ValueSummary;
  /** Share of the action values beyond their bounds, or beyond +-1 where none are known. 0 for discrete actions. */
  readonly actionsBeyondShare: number;
  /** The bounds of actions, where the dataset says them. */
  readonly actionBounds?: ActionBounds;
  /** Of the vector `state`, number by number, where observations have one. */
  readonly states?: ValueSummary;
  /** Of every other part, all its numbers together. */
  readonly parts: Readonly<Record<string, ValueSummary>>;
  /** Steps whose observation and action have both occurred before. */
  readonly duplicateSteps: number;
}

/** Success where rewards take two values, the higher of which marks it. */
export interface SparseSuccess {
  readonly reward: number;
  /** Share of the episodes that contain that reward. */
  readonly episodeShare: number;
  /**
   * Stretches recorded without a visible reset: episodes that begin where the one before ended count as one. In AntMaze
   * data these are the attempts, which splitting at every terminal row hides.
   */
  readonly recordings: number;
  /** Share of the recordings that contain that reward. */
  readonly recordingShare: number;
}

const MOST_REWARD_VALUES = 10;

/**
 * Summarises a dataset. Values that are NaN or infinite are counted and otherwise left out of the ranges (read the
 * file with `allowNonFinite` to get here with such values).
 * @throws UsageError for what is no dataset
 */
export function inspectDataset(given: Dataset): Inspection {
  const dataset = datasetOf(given, "inspectDataset()");
  const { episodes } = dataset;
  const share = (holds: (episode: Episode) => boolean) => episodes.filter(holds).length / Math.max(1, episodes.length);
  const rewardValues = distinctRewards(episodes);
  const success = sparseSuccess(dataset, rewardValues);
  const actions = episodes.map((episode) => episode.actions);
  const rewards = episodes.map((episode) => episode.rewards);
  return {
    source: dataset.source,
    observations: dataset.observations,
    actionSize: dataset.actionSize,
    ...(dataset.discreteActions !== undefined && { actionCounts: countActions(actions, dataset.discreteActions) }),
    episodes: episodes.length,
    steps: countSteps(dataset),
    lengths: spread(episodes.map((episode) => episode.length)),
    singleStepEpisodes: episodes.filter((episode) => episode.length === 1).length,
    returns: averaged(rewards.map((values) => values.reduce((sum, reward) => sum + reward, 0))),
    terminatedShare: share((episode) => episode.terminated.includes(1)),
    truncatedShare: share((episode) => episode.truncated),
    positiveRewardShare: share((episode) => episode.rewards.some((reward) => reward > 0)),
    ...(success && { success }),
    rewards: describeValues(rewards, 1),
    ...(rewardValues && { rewardValues }),
    actions: describeValues(actions, dataset.actionSize),
    actionsBeyondShare: dataset.discreteActions === undefined ? shareBeyond(actions, dataset.actionBounds) : 0,
    ...(dataset.actionBounds && { actionBounds: dataset.actionBounds }),
    ...describedParts(dataset),
    duplicateSteps: countDuplicateSteps(dataset),
  };
}

/** The rewards that occur, if they are few; undefined for dense rewards. */
function distinctRewards(episodes: readonly Episode[]): Inspection["rewardValues"] {
  const steps = new Map<number, number>();
  for (const { rewards } of episodes) {
    for (const reward of rewards) if (Number.isFinite(reward)) steps.set(reward, (steps.get(reward) ?? 0) + 1);
    if (steps.size > MOST_REWARD_VALUES) return undefined;
  }
  return [...steps].map(([value, count]) => ({ value, steps: count })).sort((a, b) => a.value - b.value);
}

function sparseSuccess(dataset: Dataset, values: Inspection["rewardValues"]): SparseSuccess | undefined {
  const reward = values?.[1]?.value;
  if (values?.length !== 2 || reward === undefined) return undefined;
  const { episodes } = dataset;
  let recordings = 0;
  let successfulEpisodes = 0;
  let successfulRecordings = 0;
  let succeeded = false;
  episodes.forEach((episode, index) => {
    const reached = episode.rewards.includes(reward);
    if (reached) successfulEpisodes++;
    succeeded ||= reached;
    if (goesOn(dataset, episode, episodes[index + 1])) return;
    recordings++;
    if (succeeded) successfulRecordings++;
    succeeded = false;
  });
  return {
    reward,
    episodeShare: successfulEpisodes / episodes.length,
    recordings,
    recordingShare: successfulRecordings / recordings,
  };
}

/** Whether the next episode begins where this one ended, and the clock had not ended it. */
function goesOn(dataset: Dataset, episode: Episode, next: Episode | undefined): boolean {
  if (next === undefined || episode.truncated) return false;
  return Object.entries(dataset.observations).every(([name, part]) => {
    const width = widthOf(part);
    const [own, others] = [episode.observations[name]!, next.observations[name]!];
    for (let i = 0; i < width; i++) if (!Object.is(own[episode.length * width + i], others[i])) return false;
    return true;
  });
}

function describedParts(dataset: Dataset): Pick<Inspection, "states" | "parts"> {
  const { episodes } = dataset;
  const seen = episodes.map((episode, index) => visited(dataset, episode, episodes[index + 1]));
  const { [STATE]: state, ...others } = dataset.observations;
  const valuesOf = (name: string) => seen.map((observations) => observations[name]!);
  const parts = Object.keys(others).map((name) => [name, describeValues(valuesOf(name), 1)] as const);
  return {
    ...(state && { states: describeValues(valuesOf(STATE), widthOf(state)) }),
    parts: Object.fromEntries(parts),
  };
}

/** The observations of an episode; the last one only if it is not the next episode's first, which would count it twice. */
function visited(dataset: Dataset, episode: Episode, next: Episode | undefined): Observations {
  if (!goesOn(dataset, episode, next)) return episode.observations;
  return rowsOf(dataset.observations, episode.observations, 0, episode.length);
}

function countActions(actions: readonly Float32Array[], count: number): number[] {
  const steps = new Array<number>(count).fill(0);
  for (const values of actions) for (const action of values) steps[action]!++;
  return steps;
}

function shareBeyond(actions: readonly Float32Array[], bounds: ActionBounds | undefined): number {
  let beyond = 0;
  let count = 0;
  for (const values of actions) {
    count += values.length;
    for (let i = 0; i < values.length; i++) {
      const [low, high] = bounds ? [bounds.low[i % bounds.low.length]!, bounds.high[i % bounds.high.length]!] : [-1, 1];
      if (values[i]! < low || values[i]! > high) beyond++;
    }
  }
  return beyond / Math.max(1, count);
}

function spread(values: number[]): Inspection["lengths"] {
  const sorted = values.sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? 0;
  const middle = (sorted.length - 1) / 2;
  return { min: at(0), median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, max: at(sorted.length - 1) };
}

function averaged(values: readonly number[]): Inspection["returns"] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  return { min, mean: sum / values.length, max };
}
