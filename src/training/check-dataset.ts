/**
 * Recorded data that a program hands over in memory, checked against what every reader of files asks of its own:
 * arrays of the right kind and length, and finite numbers. One NaN would pass through the networks and end the run far
 * from its origin.
 */
import { episodeProblem } from "../data/check-episode.js";
import { type GivenDataset, withBoundsFor } from "../data/check-header.js";
import { widthOf } from "../data/columns.js";
import type { Dataset, Episode } from "../data/episode.js";
import { DataError } from "../errors.js";

/**
 * The same dataset, its bounds as arrays.
 * @throws DataError naming the episode and the step, both counted from 0; UsageError for bounds that do not fit
 */
export function checkedDataset(given: GivenDataset): Dataset {
  const dataset = withBoundsFor(given);
  for (const [index, episode] of dataset.episodes.entries()) {
    const problem = kindProblem(episode) ?? lengthProblem(dataset, episode) ?? finiteProblem(dataset, episode);
    if (problem !== undefined)
      throw new DataError(`Episode ${index} of the dataset "${dataset.source}" cannot be learned from: ${problem}.`);
  }
  return dataset;
}

/** Rows of an episode without steps are none that could be learned from; such an episode does no harm. */
function lengthProblem(dataset: Dataset, episode: Episode): string | undefined {
  return episode.length === 0 ? undefined : episodeProblem(dataset, episode);
}

function kindProblem(episode: unknown): string | undefined {
  if (typeof episode !== "object" || episode === null) return "it is no episode; make one with recordEpisode";
  const { length, observations, actions, rewards, terminated } = episode as Partial<Episode>;
  if (!Number.isInteger(length) || length! < 0) return "its length is no whole number; give the number of its steps";
  if (typeof observations !== "object" || observations === null || observations instanceof Float32Array)
    return "its observations are no parts; give { state: Float32Array } for vectors";
  for (const [name, values] of Object.entries(observations))
    if (!(values instanceof Float32Array || values instanceof Uint8Array || values instanceof Int32Array))
      return `its observations' part ${name} is no Float32Array; give Float32Array.from(${name}), or a Uint8Array of bytes`;
  for (const [key, values] of Object.entries({ actions, rewards }))
    if (!(values instanceof Float32Array)) return `its ${key} are no Float32Array; give Float32Array.from(${key})`;
  return terminated instanceof Uint8Array
    ? undefined
    : "its terminated is no Uint8Array; give one entry a step, 0 or 1";
}

/** There is one observation more than there are steps. */
function finiteProblem({ observations: parts, actionSize }: Dataset, episode: Episode): string | undefined {
  const arrays = [
    ["reward", episode.rewards, 1],
    ["action", episode.actions, actionSize],
    ...Object.entries(parts).map(([name, part]) => {
      return ["observation", episode.observations[name] as Float32Array, widthOf(part)] as const;
    }),
  ] as const;
  for (const [what, values, width] of arrays) {
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at < 0) continue;
    const step = Math.floor(at / width);
    const place = step < episode.length ? `in step ${step}` : `after its last step ${episode.length - 1}`;
    return `its ${what} ${place} holds ${values[at]}; repair or leave out this episode`;
  }
  return undefined;
}
