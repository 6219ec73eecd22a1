/**
 * The episodes that were collected online, in a file that only grows: a checkpoint holds its length and SHA-256 in place
 * of a replay that may have a million transitions. An entry is one episode: the number of steps T and whether it was
 * truncated (two 32-bit integers, little-endian), then as float32 the observations [T + 1, observationSize], the actions
 * [T, actionSize], the rewards [T] and whether each step was terminated [T].
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Episode } from "../../data/episode.js";
import { type Disk, realDisk } from "../disk.js";
import { damaged, type FilePosition, hashUpTo, ReadableFile } from "../file-position.js";
import { GrowingFile } from "../growing-file.js";

export const episodeLogFile = "online-episodes.bin";

interface Sizes {
  readonly observationSize: number;
  readonly actionSize: number;
}

const headerNumbers = 2;

export class EpisodeLog {
  private constructor(private readonly file: GrowingFile) {}

  /** A new, empty log in a run folder. @throws RunFailure if it cannot be made */
  static create(runFolder: string, disk: Disk = realDisk): EpisodeLog {
    return new EpisodeLog(GrowingFile.open(join(runFolder, episodeLogFile), disk));
  }

  /** Whether nothing was collected into a log, or there is none. */
  static isEmpty(runFolder: string): boolean {
    return (statSync(join(runFolder, episodeLogFile), { throwIfNoEntry: false })?.size ?? 0) === 0;
  }

  /**
   * Whether a log is still as it was when a checkpoint was written, up to there.
   * @throws DataError if it is shorter or not as it was
   */
  static check(runFolder: string, position: FilePosition): void {
    hashUpTo(join(runFolder, episodeLogFile), position);
  }

  /**
   * Opens a log where a checkpoint left it; what was added after that is cut off, because the run will add it again.
   * @param onEpisode gets the episodes one after the other
   * @throws DataError if the log is shorter than it was, or not as it was
   */
  static reopen(
    runFolder: string,
    position: FilePosition,
    sizes: Sizes,
    onEpisode: (episode: Episode) => void,
    disk: Disk = realDisk,
  ): EpisodeLog {
    const path = join(runFolder, episodeLogFile);
    const file = GrowingFile.open(path, disk, position);
    try {
      readEpisodes(path, position, sizes, onEpisode);
    } catch (error) {
      file.abandon();
      throw error;
    }
    return new EpisodeLog(file);
  }

  append(episode: Episode): void {
    this.file.append(encodeEpisode(episode));
  }

  /** Puts everything on the disk and tells how far it reaches. */
  position(): FilePosition {
    return this.file.position();
  }

  /** @throws RunFailure if the disk does not take what is not on it yet */
  close(): void {
    this.file.close();
  }
}

function readEpisodes(
  path: string,
  { bytes: end }: FilePosition,
  sizes: Sizes,
  onEpisode: (episode: Episode) => void,
): void {
  if (end === 0) return;
  const file = new ReadableFile(path);
  try {
    const header = new Int32Array(headerNumbers);
    for (let at = 0; at < end; ) {
      file.fill(header, at);
      const values = header[0]! > 0 ? numbersOf(header[0]!, sizes) : Number.POSITIVE_INFINITY;
      const next = at + header.byteLength + 4 * values;
      if (next > end) throw damaged(path, `its episode at byte ${at} is not of this task`);
      const numbers = new Float32Array(values);
      file.fill(numbers, at + header.byteLength);
      onEpisode(decodeEpisode(header, numbers, sizes));
      at = next;
    }
  } finally {
    file.close();
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
