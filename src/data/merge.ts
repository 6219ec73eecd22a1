/**
 * Several recordings of one task as one dataset: demonstrations of people and rollouts of a policy, for example.
 */

import { DataError } from "../errors.js";
import { describeParts } from "./columns.js";
import type { Dataset, Episode } from "./episode.js";
import { notesOfAll } from "./notes-text.js";

/**
 * All episodes, in the order given.
 * @throws DataError if the datasets differ in the size of observations or the kind of actions
 */
export function mergeDatasets(datasets: readonly [Dataset, ...Dataset[]]): Dataset {
  const [first, ...others] = datasets;
  for (const other of others) {
    if (shapeOf(other) === shapeOf(first)) continue;
    throw new DataError(
      `"${other.source}" has ${shapeOf(other)} where "${first.source}" has ${shapeOf(first)}; only recordings of one task can be merged.`,
    );
  }
  const { notes: _, hasPropensities: __, ...header } = first;
  const without = datasets.filter(({ hasPropensities }) => !hasPropensities);
  const isMixed = without.length > 0 && without.length < datasets.length;
  const lost = `no propensities: "${without[0]?.source}" says none`;
  const notes = [...notesOfAll(datasets), ...(isMixed ? [{ text: lost, leftOut: 0 }] : [])];
  return {
    ...header,
    ...(without.length === 0 && { hasPropensities: true }),
    ...(notes.length > 0 && { notes }),
    source: datasets.map(({ source }) => source).join(" + "),
    episodes: datasets.flatMap(({ episodes }) => (isMixed ? episodes.map(withoutPropensities) : episodes)),
  };
}

function withoutPropensities({ propensities: _, ...episode }: Episode): Episode {
  return episode;
}

function shapeOf({ observations, actionSize, discreteActions }: Dataset): string {
  const actions = discreteActions === undefined ? `actions of ${actionSize}` : `${discreteActions} discrete actions`;
  return `observations that are ${describeParts(observations)} and ${actions}`;
}
