/**
 * Several recordings of one task as one dataset: demonstrations of people and rollouts of a policy, for example.
 */

import { DataError } from "../errors.js";
import { describeParts } from "./columns.js";
import type { Dataset } from "./episode.js";
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
  const notes = notesOfAll(datasets);
  const { notes: _, ...header } = first;
  return {
    ...header,
    ...(notes.length > 0 && { notes }),
    source: datasets.map(({ source }) => source).join(" + "),
    episodes: datasets.flatMap(({ episodes }) => episodes),
  };
}

function shapeOf({ observations, actionSize, discreteActions }: Dataset): string {
  const actions = discreteActions === undefined ? `actions of ${actionSize}` : `${discreteActions} discrete actions`;
  return `observations that are ${describeParts(observations)} and ${actions}`;
}
