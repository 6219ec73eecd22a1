/**
 * What an episode may take in memory while it is read. A compressed file of some kilobytes may claim an episode of
 * gigabytes; readers promise to stay below four times the file and 64 MiB, of which this is the share of the episode
 * in hand with the copies that are made of it. Data that were recorded as they came pass: numbers that are not compressed
 * take at most twice their bytes in the file. A file from a known source can be read as trusted, without a bound.
 */
import { DataError } from "../../errors.js";
import type { ReadOptions } from "./format.js";

/** A good JPEG is a tenth of its pixels, a plain drawing far less; in memory are the frames and a copy of them. */
const PICTURES = 32;

/** What counts the memory of the episodes in hand. */
export class EpisodeMemory {
  private readonly trusted: boolean;
  private most = 2 ** 25;
  private held = 0;

  /** @param where the dataset in messages, e.g. `"log.parquet"` */
  constructor(
    private readonly where: string,
    { trusted }: Pick<ReadOptions, "trusted">,
  ) {
    this.trusted = trusted === true;
  }

  /**
   * Counts a file that is read, or one more of several.
   * @param pictures whether it holds PNG or JPEG pictures, which are far larger once they are decoded
   */
  addFile(bytes: number, pictures = false): this {
    this.most += (pictures ? PICTURES : 2) * bytes;
    return this;
  }

  /** The most rows of an episode that takes so many bytes a row; for readers that ask before they read. */
  mostRows(bytesPerRow: number): number {
    return this.trusted ? Number.POSITIVE_INFINITY : Math.floor(this.most / bytesPerRow);
  }

  /**
   * Takes memory for an episode, before it is allocated.
   * @param place the episode in messages, e.g. "episode 3"
   * @throws DataError where all that is taken is more than the files' size allows
   */
  take(bytes: number, place: string): void {
    this.held += bytes;
    if (this.held > this.most && !this.trusted) throw this.tooLong(place);
  }

  /** Gives memory back once an episode was handed out. */
  give(bytes: number): void {
    this.held -= bytes;
  }

  /** The error for an episode that has more than `mostRows`. */
  tooLong(place: string): DataError {
    return new DataError(
      `${this.where}: ${place} needs more than ${this.most} bytes of memory, which is far more than the file's size ` +
        'lets expect; mark where episodes end, or, if you trust the file, read it with "calql data convert --trusted".',
    );
  }
}
