/**
 * Recorded episodes that are read one after the other, wherever they come from: the seam between the formats of
 * datasets and the code that learns from them.
 */
import type { ObservationParts } from "./columns.js";
import type { Dataset, Episode } from "./episode.js";
import type { EpisodeBlocks } from "./episode-blocks.js";
import type { ActionBounds } from "./transform.js";

/** What is known of a dataset before its episodes are read. */
export interface DatasetHeader {
  /** Where it came from: the path that the user gave. */
  readonly source: string;
  /** The parts of an observation: a vector of n numbers is `vectorParts(n)`. */
  readonly observations: ObservationParts;
  /** Numbers per action; 1 where actions are discrete. */
  readonly actionSize: number;
  /** How many actions there were to choose from, where they are discrete. */
  readonly discreteActions?: number | undefined;
  /** The bounds of actions in the units of the data, where the dataset says them. */
  readonly actionBounds?: ActionBounds | undefined;
  /** The number of steps, or of rows, a few of which may be no steps; where it is known beforehand: for progress bars. */
  readonly steps?: number | undefined;
}

/** A dataset that is open for reading. */
export interface EpisodeSource extends DatasetHeader {
  /**
   * The episodes in the order of the file, each checked; one is in memory at a time. May be called again.
   * @throws DataError naming the file, the place and the problem
   */
  episodes(): AsyncIterable<Episode>;
  /** Access to any part of the data, where the format has it: what larger data than memory are learned from. */
  readonly blocks?: EpisodeBlocks | undefined;
}

/** All episodes of a source, in memory. @throws DataError where the source finds damage */
export async function loadDataset(source: EpisodeSource): Promise<Dataset> {
  const { observations, actionSize, discreteActions, actionBounds } = source;
  const episodes: Episode[] = [];
  for await (const episode of source.episodes()) episodes.push(episode);
  return {
    source: source.source,
    observations,
    actionSize,
    ...(discreteActions !== undefined && { discreteActions }),
    ...(actionBounds && { actionBounds }),
    episodes,
  };
}
