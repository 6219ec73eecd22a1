/**
 * What was recorded: episodes, the one form into which every reader turns its file and from which replay is filled.
 * An episode has one observation more than actions, so that the next observation of every step is there; a step whose
 * next observation is unknown is not in it.
 */

import {
  allocate,
  elementTypeOf,
  type ObservationParts,
  type Observations,
  STATE,
  type Values,
  widthOf,
} from "./columns.js";
import type { ReadingNote } from "./reading-notes.js";
import type { ActionBounds } from "./transform.js";

/** One recorded episode of `length` steps; arrays are row-major. */
export interface Episode {
  readonly length: number;
  /** Every part with [length + 1] rows, a vector as `{ state }`; row t + 1 follows the action of row t. */
  readonly observations: Observations;
  /** [length, actionSize]; of discrete actions the number of the one that was taken, [length, 1]. */
  readonly actions: Float32Array;
  /** [length], as recorded: neither scaled nor shifted. */
  readonly rewards: Float32Array;
  /** [length], 1 where the task ended in this step (no bootstrap), else 0. */
  readonly terminated: Uint8Array;
  /** The clock, not the task, ended the recording: the last step keeps its bootstrap. */
  readonly truncated: boolean;
  /** [length], in (0, 1]: how likely each action was under the policy that logged it; absent where nobody says. */
  readonly propensities?: Float32Array | undefined;
}

/** Names of the numbers of a vector, in their order: "price", "device=phone". */
export interface NumberNames {
  /** [numbers of the part `state`] */
  readonly observations?: readonly string[] | undefined;
  /** [actionSize], or one for each discrete action. */
  readonly actions?: readonly string[] | undefined;
}

/** Names as plain objects of their own, as JSON keeps them; undefined where there are none. */
export function plainNames({ observations, actions }: NumberNames = {}) {
  if (!observations && !actions) return undefined;
  return {
    ...(observations && { observations: [...observations] }),
    ...(actions && { actions: [...actions] }),
  };
}

/** Recorded episodes of one task. */
export interface Dataset {
  /** Where it came from: the path that the user gave, or the recipe that made it. */
  readonly source: string;
  /** The parts of an observation: a vector of n numbers is `vectorParts(n)`. */
  readonly observations: ObservationParts;
  /** Numbers per action; 1 where actions are discrete. */
  readonly actionSize: number;
  /** How many actions there were to choose from, where they are discrete; absent where they are vectors. */
  readonly discreteActions?: number | undefined;
  /** Whether every episode has its propensities. */
  readonly hasPropensities?: boolean | undefined;
  /** The bounds of actions in the units of the data, where they are known. */
  readonly actionBounds?: ActionBounds | undefined;
  /** What each number is, where the reader of the data knows. */
  readonly names?: NumberNames | undefined;
  /** What their reader left out or had to assume. */
  readonly notes?: readonly ReadingNote[] | undefined;
  readonly episodes: readonly Episode[];
}

/** The number of steps (transitions) of a dataset. */
export function countSteps(dataset: Pick<Dataset, "episodes">): number {
  return dataset.episodes.reduce((sum, episode) => sum + episode.length, 0);
}

/**
 * An episode from its rows, as they were played: one observation more than actions and rewards.
 * @param endedByTask whether the task ended it with the last step; else the clock did, and the bootstrap stays
 */
export function packEpisode(
  observations: readonly Observation[],
  actions: readonly Float32Array[],
  rewards: readonly number[],
  endedByTask: boolean,
): Episode {
  const terminated = new Uint8Array(rewards.length);
  if (endedByTask) terminated[rewards.length - 1] = 1;
  return {
    length: rewards.length,
    observations: joinObservations(observations),
    actions: joinRows(actions),
    rewards: Float32Array.from(rewards),
    terminated,
    truncated: !endedByTask,
  };
}

/**
 * The same steps, with an episode's end wherever a step is terminated: files know a terminated step only as the last of
 * an episode, rules for data mark others too.
 */
export function splitAtTerminations(dataset: Dataset): Dataset {
  return { ...dataset, episodes: dataset.episodes.flatMap((episode) => splitEpisode(dataset, episode)) };
}

/** An episode's steps, with an end wherever one is terminated; the arrays are views. */
export function splitEpisode(
  { observations: parts, actionSize }: Pick<Dataset, "observations" | "actionSize">,
  episode: Episode,
): Episode[] {
  const pieces: Episode[] = [];
  for (let from = 0; from < episode.length; ) {
    const found = episode.terminated.indexOf(1, from);
    const to = found < 0 ? episode.length : found + 1;
    pieces.push({
      length: to - from,
      observations: rowsOf(parts, episode.observations, from, to + 1),
      actions: episode.actions.subarray(from * actionSize, to * actionSize),
      rewards: episode.rewards.subarray(from, to),
      terminated: episode.terminated.subarray(from, to),
      truncated: found < 0 && episode.truncated,
      ...(episode.propensities && { propensities: episode.propensities.subarray(from, to) }),
    });
    from = to;
  }
  return pieces;
}

/** One observation: a vector, or its parts by name. */
export type Observation = Float32Array | Observations;

/** The parts of one observation or of many; a vector is the part `state`. */
export function partsOf(observation: Observation): Observations {
  return observation instanceof Float32Array ? { [STATE]: observation } : observation;
}

/** Observations one after the other, part by part. */
export function joinObservations(observations: readonly Observation[]): Observations {
  const all = observations.map(partsOf);
  return Object.fromEntries(
    Object.entries(all[0] ?? {}).map(([name, first]) => {
      const rows = all.map((parts) => parts[name]!);
      const joined: Values = allocate({ type: elementTypeOf(first), shape: [first.length] }, rows.length);
      for (const [i, row] of rows.entries()) joined.set(row, i * first.length);
      return [name, joined];
    }),
  );
}

/** The rows `from` to `to - 1` of every part, as views. */
export function rowsOf(parts: ObservationParts, observations: Observations, from: number, to: number): Observations {
  return Object.fromEntries(
    Object.entries(parts).map(([name, part]) => {
      const width = widthOf(part);
      return [name, observations[name]!.subarray(from * width, to * width)];
    }),
  );
}

/** The vector of observations that are known to be one. */
export function stateOf(observations: Observations): Float32Array {
  return observations[STATE] as Float32Array;
}

/** Rows of one width, one after the other. */
export function joinRows(rows: readonly Float32Array[]): Float32Array {
  const width = rows[0]?.length ?? 0;
  const flat = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) flat.set(row, i * width);
  return flat;
}
