/**
 * What is in a dataset, in numbers: the first thing to look at before learning from it. The summary is typed; its form
 * as text is in `inspect-format.ts`, how it is gathered in `inspection-pass.ts`, what is odd about it in `checks/`.
 */

import { datasetOf } from "./check-header.js";
import type { ObservationParts } from "./columns.js";
import type { Dataset, NumberNames } from "./episode.js";
import type { ActionSummary } from "./inspect-actions.js";
import type { DuplicateSummary, ValueSummary } from "./inspect-values.js";
import { InspectionPass } from "./inspection-pass.js";
import type { ReadingNote } from "./reading-notes.js";
import type { ActionBounds } from "./transform.js";

/** What `inspectDataset` finds. Shares are in [0, 1]. */
export interface Inspection extends ActionSummary, DuplicateSummary {
  readonly source: string;
  readonly observations: ObservationParts;
  readonly actionSize: number;
  readonly episodes: number;
  readonly steps: number;
  /** Steps of an episode. */
  readonly lengths: { readonly min: number; readonly median: number; readonly max: number };
  /** Episodes of one step: many of them are the terminal rows that AntMaze data hold after a success. */
  readonly singleStepEpisodes: number;
  /** Undiscounted sums of an episode's raw rewards, of the episodes whose rewards are all finite; NaN where there are none. */
  readonly returns: { readonly min: number; readonly mean: number; readonly max: number };
  /** Steps in which the task ended. */
  readonly terminatedSteps: number;
  /** Share of the episodes with a step in which the task ended (which is success in a maze, a fall in locomotion). */
  readonly terminatedShare: number;
  /** Share of the episodes that the clock ended. */
  readonly truncatedShare: number;
  /** Share of the episodes with a reward above 0. */
  readonly positiveRewardShare: number;
  /** Only for sparse data, whose rewards take two values, the higher of which is not the usual one: how often it is reached. */
  readonly success?: SparseSuccess;
  readonly rewards: ValueSummary;
  /** The values that rewards take, ascending, if they are at most `MOST_REWARD_VALUES`. */
  readonly rewardValues?: readonly { readonly value: number; readonly steps: number }[];
  /** The bounds of actions, where the dataset says them. */
  readonly actionBounds?: ActionBounds;
  /** Of the vector `state`, number by number, where observations have one. */
  readonly states?: ValueSummary;
  /** Of every other part, all its numbers together. */
  readonly parts: Readonly<Record<string, ValueSummary>>;
  /** What the numbers are, where the reader knows. */
  readonly names?: NumberNames;
  /** What the reader left out or had to assume. */
  readonly notes?: readonly ReadingNote[];
}

/** Success where rewards take two values, the higher of which marks it. */
export interface SparseSuccess {
  readonly reward: number;
  /** Share of the episodes that contain that reward. */
  readonly episodeShare: number;
  /**
   * Where several episodes are pieces of one recording, as AntMaze's attempts are, which splitting at every terminal row
   * hides: how many recordings there are, and the share of them that contain that reward.
   */
  readonly recordings?: number;
  readonly recordingShare?: number;
}

/**
 * Summarises a dataset. Values that are NaN or infinite are counted and otherwise left out of the ranges (read the
 * file with `allowNonFinite` to get here with such values).
 * @throws UsageError for what is no dataset
 */
export function inspectDataset(given: Dataset): Inspection {
  const { episodes, notes, ...header } = datasetOf(given, "inspectDataset()");
  const pass = new InspectionPass(header);
  for (const episode of episodes) pass.see(episode);
  return pass.summary(notes);
}
