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
import { type Disk, realDisk } from "../runs/disk.js";

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
  private constructor(
    private readonly path: string,
    private readonly descriptor: number,
    private readonly disk: Disk,
    private readonly hash: Hash = createHash("sha256"),
    private bytes = 0,
    /** Bytes of them that are known to be on the disk. */
    private synced = -1,
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
   * Whether a log is still as it was when a checkpoint was written, up to there.
   * @throws DataError if it is shorter or not as it was
   */
  static check(runFolder: string, position: LogPosition): void {
    hashUpTo(join(runFolder, episodeLogFile), position);
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
    const hash = hashUpTo(path, position);
    readEpisodes(path, position.bytes, sizes, onEpisode);
    return attempt(path, () => {
      const log = new EpisodeLog(path, disk.open(path, "a"), disk, hash, position.bytes);
      ftruncateSync(log.descriptor, position.bytes);
      return log;
    });
  }

  append(episode: Episode): void {
    const entry = encodeEpisode(episode);
    attempt(this.path, () => this.disk.write(this.descriptor, entry));
    this.hash.update(entry);
    this.bytes += entry.length;
  }

  /** Puts everything on the disk and tells how far it reaches. */
  position(): LogPosition {
    if (this.synced !== this.bytes) attempt(this.path, () => this.disk.sync(this.descriptor));
    this.synced = this.bytes;
    return { bytes: this.bytes, sha256: this.hash.copy().digest("hex") };
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** The hash of the bytes up to a position, after it was found to be the position's. @throws DataError if it is not */
function hashUpTo(path: string, { bytes, sha256 }: LogPosition): Hash {
  const hash = createHash("sha256");
  whileOpen(path, (reading) => {
    const { size } = fstatSync(reading);
    if (size < bytes) throw damaged(path, `it has ${size} bytes in place of at least ${bytes}`);
    const piece = new Uint8Array(Math.min(pieceBytes, bytes));
    for (let at = 0; at < bytes; ) {
      const count = readSync(reading, piece, 0, Math.min(piece.length, bytes - at), at);
      if (count === 0) throw damaged(path, `it ends at ${at} of ${bytes} bytes`);
      hash.update(piece.subarray(0, count));
      at += count;
    }
  });
  if (hash.copy().digest("hex") !== sha256)
    throw damaged(path, "it has another SHA-256 than when the checkpoint was written");
  return hash;
}

function readEpisodes(path: string, end: number, sizes: Sizes, onEpisode: (episode: Episode) => void): void {
  whileOpen(path, (reading) => {
    for (let at = 0; at < end; ) {
      const header = new Int32Array(headerNumbers);
      readSync(reading, header, 0, header.byteLength, at);
      const next = at + header.byteLength + 4 * numbersOf(header[0]!, sizes);
      if (!(header[0]! > 0 && next <= end)) throw damaged(path, `its episode at byte ${at} is not of this task`);
      const values = new Float32Array(numbersOf(header[0]!, sizes));
      readSync(reading, values, 0, values.byteLength, at + header.byteLength);
      onEpisode(decodeEpisode(header, values, sizes));
      at = next;
    }
  });
}

/** @throws DataError if the file cannot be opened or read */
function whileOpen(path: string, read: (descriptor: number) => void): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "r");
    read(descriptor);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === undefined ? error : damaged(path, fileReason(error));
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function damaged(path: string, how: string): DataError {
  return new DataError(`The episodes in ${path} are damaged: ${how}.`);
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
