/**
 * The rules for the Adroit tasks with binary reward (-1 failing, 0 solved), as AWAC and Cal-QL prepare them: what is
 * learned from are trajectories that solve the task, up to the last step in which it is solved.
 */

import { DataError } from "../errors.js";
import { type AdroitTaskName, adroitSolutions } from "./adroit-success.js";
import { describeParts, vectorSizeOf } from "./columns.js";
import { type Dataset, type Episode, rowsOf, stateOf } from "./episode.js";
import { counted } from "./figures.js";

const SOLVED = 0;
const FAILING = -1;

/**
 * The same data with the binary reward in place of their own: a step is worth 0 where the observation that follows it
 * shows the task solved, else -1. Human demonstrations come with dense rewards.
 * @throws DataError if the observations are not the task's
 */
export function withBinaryRewards(dataset: Dataset, task: AdroitTaskName): Dataset {
  const { observationSize: size, isSolved } = adroitSolutions[task];
  if (vectorSizeOf(dataset.observations) !== size)
    throw new DataError(
      `"${dataset.source}" has observations that are ${describeParts(dataset.observations)} where those of ${task} have ${size}; it holds another task.`,
    );
  const episodes = dataset.episodes.map((episode) => ({
    ...episode,
    rewards: episode.rewards.map((_, t) =>
      isSolved(stateOf(episode.observations), (t + 1) * size) ? SOLVED : FAILING,
    ),
  }));
  return { ...dataset, episodes };
}

/**
 * Drops episodes without a solved step, cuts the others after their last solved step (or, as the episodes of training
 * end, after their first), and marks every solved step as terminated, also in the middle of an episode. Rewards must be
 * raw: neither scaled nor shifted.
 *
 * @throws DataError if a reward is neither -1 nor 0, or if no episode solves the task
 */
export function applyAdroitBinaryRule(dataset: Dataset, cut: "first" | "last" = "last"): Dataset {
  const episodes = dataset.episodes.flatMap((episode, index) => {
    checkRewards(dataset, episode, index);
    const { rewards } = episode;
    const solved = cut === "last" ? rewards.lastIndexOf(SOLVED) : rewards.indexOf(SOLVED);
    return solved < 0 ? [] : [cutAfter(dataset, episode, solved + 1)];
  });
  if (episodes.length === 0) {
    throw new DataError(
      `"${dataset.source}": none of its ${counted(dataset.episodes.length, "episode")} solves the task (reward 0 in some step); record successes.`,
    );
  }
  return { ...dataset, episodes };
}

function cutAfter(dataset: Dataset, episode: Episode, length: number): Episode {
  const rewards = episode.rewards.subarray(0, length);
  return {
    length,
    observations: rowsOf(dataset.observations, episode.observations, 0, length + 1),
    actions: episode.actions.subarray(0, length * dataset.actionSize),
    rewards,
    terminated: Uint8Array.from(rewards, (reward) => (reward === SOLVED ? 1 : 0)),
    truncated: false,
  };
}

function checkRewards(dataset: Dataset, episode: Episode, index: number): void {
  const step = episode.rewards.findIndex((reward) => reward !== SOLVED && reward !== FAILING);
  if (step < 0) return;
  throw new DataError(
    `"${dataset.source}": reward ${episode.rewards[step]} in step ${step} of episode ${index} is neither -1 nor 0; ` +
      "the rule for binary Adroit data needs raw binary rewards.",
  );
}
