/**
 * Recorded episodes that stay where they are until they are asked for: what a replay needs of data larger than memory.
 */
import type { Episode } from "./episode.js";

/** A dataset as blocks of whole episodes, each of which can be read by itself. */
export interface EpisodeBlocks {
  /** The number of episodes of all blocks. */
  readonly episodes: number;
  /** The exact number of steps of all blocks. */
  readonly steps: number;
  /** The number of blocks. */
  readonly count: number;
  /** Identifies these data: their manifest, with the checksum of the list of all blocks' checksums. */
  readonly identity: string;
  /** The episodes of one block, checked. @throws DataError naming the file, the place and the problem */
  read(block: number): readonly Episode[];
}
