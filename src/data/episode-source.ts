/**
 * Recorded episodes that are read one after the other, wherever they come from: the seam between the formats of
 * datasets and whatever learns from them.
 */
import { DataError } from "../errors.js";
import { describeParts, rowBytes } from "./columns.js";
import type { Dataset, Episode } from "./episode.js";
import { whole } from "./figures.js";
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

/** Bytes of pictures that are held in memory at once, where a dataset is loaded as a whole. */
export const MOST_PICTURE_BYTES = 2 ** 32;

/**
 * All episodes of a source in memory.
 * @throws DataError for more pictures than memory should hold, as early as their number is known
 */
export async function loadDataset(source: EpisodeSource): Promise<Dataset> {
  const { observations, actionSize, discreteActions, hasPropensities, actionBounds, names } = source;
  const episodes: Episode[] = [];
  let rows = 0;
  refuseTooManyPictures(source, source.steps ?? 0);
  for await (const episode of source.episodes()) {
    episodes.push(episode);
    rows += episode.length + 1;
    refuseTooManyPictures(source, rows);
  }
  const notes = source.notes?.all ?? [];
  return {
    source: source.source,
    observations,
    actionSize,
    ...(discreteActions !== undefined && { discreteActions }),
    ...(hasPropensities && { hasPropensities }),
    ...(actionBounds && { actionBounds }),
    ...(names && { names }),
    ...(notes.length > 0 && { notes }),
    episodes,
  };
}

function refuseTooManyPictures({ source, observations }: EpisodeSource, rows: number): void {
  const pictures = Object.entries(observations).filter(([, { type }]) => type === "uint8");
  const bytes = rows * pictures.reduce((sum, [, part]) => sum + rowBytes(part), 0);
  if (bytes <= MOST_PICTURE_BYTES) return;
  const [gigabytes, most] = [bytes, MOST_PICTURE_BYTES].map((count) => (count / 1e9).toFixed(1));
  throw new DataError(
    `"${source}" has at least ${whole(rows)} observations of ${describeParts(Object.fromEntries(pictures))}, which take ${gigabytes} GB in memory, more than the ${most} GB of pictures that are loaded at once; make them smaller with --image-size 48x48 or take fewer with --images, and to train from them write them so with "calql data convert" to a .calql folder, which is learned from on disk.`,
  );
}
