/**
 * The episodes that were collected online, in a file that only grows: a checkpoint holds its length and SHA-256 in place
 * of a replay that may have a million transitions. An entry is one episode: the number of steps T and whether it was
 * truncated (two 32-bit integers, little-endian), then the observations part by part [T + 1, ...] in their own element
 * types, and as float32 the actions [T, actionSize], the rewards [T] and whether each step was terminated [T].
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { allocate, type ObservationParts, type Part, rowBytes, type Values } from "../../data/columns.js";
import type { Episode } from "../../data/episode.js";
import { type Disk, realDisk } from "../../files/disk.js";
import { damaged, type FilePosition, hashUpTo, ReadableFile } from "../file-position.js";
import { GrowingFile } from "../growing-file.js";

export const episodeLogFile = "online-episodes.bin";

interface Shapes {
  readonly observations: ObservationParts;
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

  /** The episodes of a log, one after the other. @throws DataError if it is not of these shapes */
  static read(runFolder: string, shapes: Shapes, onEpisode: (episode: Episode) => void): void {
    const path = join(runFolder, episodeLogFile);
    readEpisodes(path, statSync(path).size, shapes, onEpisode);
  }

  /**
   * Opens a log where a checkpoint left it; what was added after that is cut off, because the run will add it again.
   * @param onEpisode gets the episodes one after the other
   * @throws DataError if the log is shorter than it was, or not as it was
   */
  static reopen(
    runFolder: string,
    position: FilePosition,
    shapes: Shapes,
    onEpisode: (episode: Episode) => void,
    disk: Disk = realDisk,
  ): EpisodeLog {
    const path = join(runFolder, episodeLogFile);
    const file = GrowingFile.open(path, disk, position);
    try {
      readEpisodes(path, position.bytes, shapes, onEpisode);
    } catch (error) {
      file.abandon();
      throw error;
    }
    return new EpisodeLog(file);
  }

  append(episode: Episode): void {
    this.file.append(encodeEpisode(episode));
  }

  /** Puts everything on the disk and returns how far it reaches. */
  position(): FilePosition {
    return this.file.position();
  }

  /** @throws RunFailure if the disk does not take what is not on it yet */
  close(): void {
    this.file.close();
  }
}

function readEpisodes(path: string, end: number, shapes: Shapes, onEpisode: (episode: Episode) => void): void {
  if (end === 0) return;
  const file = new ReadableFile(path);
  try {
    const header = new Int32Array(headerNumbers);
    for (let at = 0; at < end; ) {
      file.fill(header, at);
      const bytes = header[0]! > 0 ? bytesOf(header[0]!, shapes) : Number.POSITIVE_INFINITY;
      const next = at + header.byteLength + bytes;
      if (next > end) throw damaged(path, `its episode at byte ${at} is not of this task`);
      const content = new Uint8Array(bytes);
      file.fill(content, at + header.byteLength);
      onEpisode(decodeEpisode(header, content, shapes));
      at = next;
    }
  } finally {
    file.close();
  }
}

function encodeEpisode({ length, observations, actions, rewards, terminated, truncated }: Episode): Uint8Array {
  const parts = [...Object.values(observations), actions, rewards, Float32Array.from(terminated)];
  const header = Int32Array.of(length, truncated ? 1 : 0);
  const entry = new Uint8Array(header.byteLength + parts.reduce((sum, part) => sum + part.byteLength, 0));
  let offset = 0;
  for (const part of [header, ...parts]) {
    entry.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), offset);
    offset += part.byteLength;
  }
  return entry;
}

function decodeEpisode(header: Int32Array, content: Uint8Array, { observations, actionSize }: Shapes): Episode {
  const length = header[0]!;
  let from = 0;
  const take = <Taken extends Values>(part: Part, rows: number): Taken => {
    const values = allocate(part, rows);
    new Uint8Array(values.buffer).set(content.subarray(from, from + values.byteLength));
    from += values.byteLength;
    return values as Taken;
  };
  const parts = Object.entries(observations).map(([name, part]) => [name, take(part, length + 1)] as const);
  return {
    length,
    observations: Object.fromEntries(parts),
    actions: take<Float32Array>({ type: "float32", shape: [actionSize] }, length),
    rewards: take<Float32Array>(number, length),
    terminated: Uint8Array.from(take<Float32Array>(number, length)),
    truncated: header[1] === 1,
  };
}

const number: Part = { type: "float32", shape: [] };

/** Bytes of an entry after its header. */
function bytesOf(length: number, { observations, actionSize }: Shapes): number {
  const observed = Object.values(observations).reduce((sum, part) => sum + rowBytes(part), 0);
  return (length + 1) * observed + 4 * length * (actionSize + 2);
}
