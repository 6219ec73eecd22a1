/**
 * Recorded episodes that are read one after the other, wherever they come from: the seam between the formats of
 * datasets and whatever learns from them.
 */
import type { Dataset, Episode } from "./episode.js";
import type { ReadingNotes } from "./reading-notes.js";

/** What is known of a dataset before its episodes are read. */
export interface DatasetHeader extends Omit<Dataset, "episodes" | "notes"> {
  /** The number of steps, or of rows, a few of which may not be steps; where it is known beforehand, for progress bars. */
  readonly steps?: number | undefined;
  /** The task that the data were recorded in, for formats that have a place for its name. */
  readonly task?: string | undefined;
}

/** A dataset as blocks of whole episodes, each of which can be read by itself. */
export interface EpisodeBlocks {
  /** The number of episodes of all blocks. */
  readonly episodes: number;
  /** The exact number of steps of all blocks. */
  readonly steps: number;
  /** The number of blocks. */
  readonly count: number;
  /** Tells these data from others: their manifest, with the checksum of the list of all blocks' checksums. */
  readonly identity: string;
  /** The episodes of one block, checked. @throws DataError naming the file, the place and the problem */
  read(block: number): readonly Episode[];
}

/** A dataset that is open for reading. */
export interface EpisodeSource extends DatasetHeader {
  /**
   * The episodes in the order of the file, each checked; one is in memory at a time. May be called again.
   * @throws DataError naming the file, the place and the problem
   */
  episodes(): AsyncIterable<Episode>;
  /** What the last pass over the episodes left out or had to assume, complete after it. */
  readonly notes?: ReadingNotes | undefined;
  /** Access to any part of the data, where the format has it: what larger data than memory are learned from. */
  readonly blocks?: EpisodeBlocks | undefined;
}

/** All episodes of a source in memory. */
export async function loadDataset(source: EpisodeSource): Promise<Dataset> {
  const { observations, actionSize, discreteActions, actionBounds, names } = source;
  const episodes: Episode[] = [];
  for await (const episode of source.episodes()) episodes.push(episode);
  const notes = source.notes?.all ?? [];
  return {
    source: source.source,
    observations,
    actionSize,
    ...(discreteActions !== undefined && { discreteActions }),
    ...(actionBounds && { actionBounds }),
    ...(names && { names }),
    ...(notes.length > 0 && { notes }),
    episodes,
  };
}
