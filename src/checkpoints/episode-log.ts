/**
 * The episodes that were collected online, in a file that only grows: a checkpoint holds its length and SHA-256 in place
 * of a replay that may have a million transitions. An entry is one episode: the number of steps T and whether it was
 * truncated (two 32-bit integers, little-endian), then as float32 the observations [T + 1, observationSize], the actions
 * [T, actionSize], the rewards [T] and whether each step was terminated [T].
 */
import { createHash, type Hash } from "node:crypto";
import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { Episode } from "../data/episode.js";
import { DataError, fileReason, RunFailure } from "../errors.js";
import { type Disk, realDisk } from "./disk.js";

export const episodeLogFile = "online-episodes.bin";

/** How far a log reached when a checkpoint was written. */
export interface LogPosition {
  readonly bytes: number;
  readonly sha256: string;
}

interface Sizes {
  readonly observationSize: number;
  readonly actionSize: number;
}

const headerNumbers = 2;
const pieceBytes = 2 ** 22;

export class EpisodeLog {
  private bytes = 0;
  private hash: Hash = createHash("sha256");

  private constructor(
    private readonly path: string,
    private readonly descriptor: number,
    private readonly disk: Disk,
  ) {}

  /** A new, empty log in a run folder. @throws RunFailure if it cannot be made */
  static create(runFolder: string, disk: Disk = realDisk): EpisodeLog {
    const path = join(runFolder, episodeLogFile);
    return new EpisodeLog(
      path,
      attempt(path, () => disk.open(path, "w")),
      disk,
    );
  }

  /**
   * Opens a log where a checkpoint left it; what was added after that is cut off, because the run will add it again.
   * @param onEpisode gets the episodes one after the other
   * @throws DataError if the log is shorter than it was, or not as it was
   */
  static reopen(
    runFolder: string,
    position: LogPosition,
    sizes: Sizes,
    onEpisode: (episode: Episode) => void,
    disk: Disk = realDisk,
  ): EpisodeLog {
    const path = join(runFolder, episodeLogFile);
    const log = new EpisodeLog(
      path,
      attempt(path, () => disk.open(path, "a")),
      disk,
    );
    try {
      log.verify(position);
      log.readEpisodes(position.bytes, sizes, onEpisode);
      attempt(path, () => ftruncateSync(log.descriptor, position.bytes));
    } catch (error) {
      log.close();
      throw error;
    }
    return log;
  }

  append(episode: Episode): void {
    const entry = encodeEpisode(episode);
    attempt(this.path, () => this.disk.write(this.descriptor, entry));
    this.hash.update(entry);
    this.bytes += entry.length;
  }

  /** Puts everything on the disk and tells how far it reaches. */
  position(): LogPosition {
    attempt(this.path, () => this.disk.sync(this.descriptor));
    return { bytes: this.bytes, sha256: this.hash.copy().digest("hex") };
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private verify({ bytes, sha256 }: LogPosition): void {
    const reading = openSync(this.path, "r");
    try {
      const { size } = fstatSync(reading);
      if (size < bytes) throw this.damaged(`it has ${size} bytes in place of at least ${bytes}`);
      const piece = new Uint8Array(Math.min(pieceBytes, bytes));
      for (let at = 0; at < bytes; ) {
        const count = readSync(reading, piece, 0, Math.min(piece.length, bytes - at), at);
        this.hash.update(piece.subarray(0, count));
        at += count;
      }
    } finally {
      closeSync(reading);
    }
    if (this.hash.copy().digest("hex") !== sha256)
      throw this.damaged("it has another SHA-256 than when the checkpoint was written");
    this.bytes = bytes;
  }

  private readEpisodes(end: number, sizes: Sizes, onEpisode: (episode: Episode) => void): void {
    const reading = openSync(this.path, "r");
    try {
      for (let at = 0; at < end; ) {
        const header = new Int32Array(headerNumbers);
        readSync(reading, header, 0, header.byteLength, at);
        const numbers = numbersOf(header[0]!, sizes);
        const values = new Float32Array(numbers);
        readSync(reading, values, 0, values.byteLength, at + header.byteLength);
        onEpisode(decodeEpisode(header, values, sizes));
        at += header.byteLength + values.byteLength;
      }
    } finally {
      closeSync(reading);
    }
  }

  private damaged(how: string): DataError {
    return new DataError(`The episodes in ${this.path} are damaged: ${how}.`);
  }
}

function encodeEpisode({ length, observations, actions, rewards, terminated, truncated }: Episode): Uint8Array {
  const parts = [observations, actions, rewards, Float32Array.from(terminated)];
  const header = Int32Array.of(length, truncated ? 1 : 0);
  const entry = new Uint8Array(header.byteLength + parts.reduce((sum, part) => sum + part.byteLength, 0));
  let offset = 0;
  for (const part of [header, ...parts]) {
    entry.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), offset);
    offset += part.byteLength;
  }
  return entry;
}

function decodeEpisode(header: Int32Array, values: Float32Array, { observationSize, actionSize }: Sizes): Episode {
  const length = header[0]!;
  let from = 0;
  const take = (count: number) => {
    from += count;
    return values.slice(from - count, from);
  };
  return {
    length,
    observations: take((length + 1) * observationSize),
    actions: take(length * actionSize),
    rewards: take(length),
    terminated: Uint8Array.from(take(length)),
    truncated: header[1] === 1,
  };
}

/** Numbers of an entry after its header. */
function numbersOf(length: number, { observationSize, actionSize }: Sizes): number {
  return (length + 1) * observationSize + length * (actionSize + 2);
}

function attempt<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw new RunFailure(
      `The collected episodes could not be written to ${path}: ${fileReason(error)}. Those before are kept; free space or mend the disk, then go on with "calql resume".`,
      { cause: error },
    );
  }
}
