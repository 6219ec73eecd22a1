/**
 * What the ways in which Minari stores episodes (HDF5, Arrow, Parquet) have in common: a list of episodes, and the
 * columns of one of them at a time.
 */
import { DataError } from "../../../errors.js";
import type { EpisodeColumns } from "./minari-episode.js";
import type { MinariMetadata } from "./minari-metadata.js";
import type { Space } from "./minari-space.js";

/** A stored dataset whose list of episodes was read, but no episode yet. */
export interface MinariStorage {
  readonly metadata: MinariMetadata;
  /** The numbers of the episodes, ascending. */
  readonly episodes: readonly number[];
  /** The space of a column ("observations", "actions") as far as the stored arrays tell it. */
  inferSpace(column: string): Promise<Space>;
  /** Hands the columns of an episode to `use`, and closes them afterwards. */
  withEpisode<T>(episode: number, use: (columns: EpisodeColumns) => T): Promise<T>;
}

/** @throws DataError where there is no episode, or another number of them than the dataset declares */
export function checkEpisodes(name: string, episodes: readonly number[], declared: number | undefined): void {
  if (episodes.length === 0)
    throw new DataError(`"${name}" is a Minari dataset without episodes; copy it again, with all its files.`);
  if (declared !== undefined && declared !== episodes.length)
    throw new DataError(
      `"${name}" declares ${declared} episodes (total_episodes) but holds ${episodes.length}; copy the dataset again, with all its files.`,
    );
}

/** How messages say that a picture was found where only numbers are read. */
export function pictureError(where: string): DataError {
  return new DataError(
    `${where} are pictures stored as JPEG, which are not decoded here; leave the key out with the observation keys, or write the dataset again with jpeg_encoding=False.`,
  );
}
