/**
 * A file that only grows, by whole pieces: lines, or episodes. Each is handed to the operating system at once, and what a
 * failing disk took of one is cut off again, so that the file reads to the last whole piece. A checkpoint holds its length
 * and SHA-256 in place of what is in it.
 */
import { createHash, type Hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { DataError, fileReason, RunFailure } from "../errors.js";
import type { Disk } from "./disk.js";

/** How far a file reached when a checkpoint was written, and what it was until there. */
export interface FilePosition {
  readonly bytes: number;
  /** Not known to checkpoints of older programs for files of lines. */
  readonly sha256?: string | undefined;
}

/** Of a file that is empty, or not there. */
export const beginning: FilePosition = { bytes: 0 };

/** Bytes that are read at a time. */
const pieceBytes = 2 ** 22;

export class GrowingFile {
  private closed = false;
  /** Whether half a piece may stand after the whole ones. */
  private torn = false;
  /** Bytes that are known to be on the disk. */
  private synced = -1;

  private constructor(
    private readonly path: string,
    private readonly descriptor: number,
    private readonly disk: Disk,
    private readonly hash: Hash,
    /** Bytes of the whole pieces. */
    private bytes: number,
  ) {}

  /**
   * Opens a file where a checkpoint left it, and makes it where it is not there. What stands after the position is cut
   * off: a run that goes on from the checkpoint adds it again.
   * @throws DataError if the file is not as it was up to there; RunFailure if it cannot be written
   */
  static open(path: string, disk: Disk, position: FilePosition = beginning): GrowingFile {
    const hash = hashUpTo(path, position);
    const descriptor = attempt(path, () => disk.open(path, "a"));
    const file = new GrowingFile(path, descriptor, disk, hash, position.bytes);
    try {
      attempt(path, () => fstatSync(descriptor).size > position.bytes && file.cut());
    } catch (error) {
      file.abandon();
      throw error;
    }
    return file;
  }

  /** @throws RunFailure if it cannot be written; what stands before it is as it was */
  append(piece: Uint8Array): void {
    if (this.closed) throw new Error(`Something was appended to ${this.path} after it had been closed.`);
    attempt(this.path, () => {
      if (this.torn) this.cut();
      try {
        this.disk.write(this.descriptor, piece);
      } catch (error) {
        // Half a piece would swallow the next one; if it cannot be cut now, it is before the next.
        this.torn = true;
        attemptQuietly(() => this.cut());
        throw error;
      }
    });
    this.hash.update(piece);
    this.bytes += piece.length;
  }

  /** Puts everything on the disk and tells how far it reaches. @throws RunFailure if the disk does not take it */
  position(): FilePosition {
    if (this.synced !== this.bytes) attempt(this.path, () => this.disk.sync(this.descriptor));
    this.synced = this.bytes;
    return { bytes: this.bytes, sha256: this.hash.copy().digest("hex") };
  }

  private cut(): void {
    this.disk.truncate(this.descriptor, this.bytes);
    this.torn = false;
    this.synced = -1;
  }

  /** Puts everything on the disk and lets go of the file, also when that fails. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    attempt(this.path, () => {
      try {
        this.disk.sync(this.descriptor);
      } finally {
        this.disk.close(this.descriptor);
      }
    });
  }

  /** Lets go of the file because something has failed, which counts more than how this goes. */
  abandon(): void {
    if (this.closed) return;
    this.closed = true;
    attemptQuietly(() => this.disk.close(this.descriptor));
  }
}

/**
 * The hash of a file up to a position, after it was found to be the position's; the file may be longer.
 * @throws DataError if it is shorter, cannot be read, or is another one
 */
export function hashUpTo(path: string, { bytes, sha256 }: FilePosition): Hash {
  const hash = createHash("sha256");
  if (bytes === 0) return hash;
  whileOpen(path, (reading) => {
    const { size } = fstatSync(reading);
    if (size < bytes) throw damaged(path, `it has ${size} bytes where the checkpoint knows ${bytes}`);
    const piece = new Uint8Array(Math.min(pieceBytes, bytes));
    for (let at = 0; at < bytes; ) {
      const count = readSync(reading, piece, 0, Math.min(piece.length, bytes - at), at);
      if (count === 0) throw damaged(path, `it ends after ${at} of ${bytes} bytes`);
      hash.update(piece.subarray(0, count));
      at += count;
    }
  });
  if (sha256 !== undefined && hash.copy().digest("hex") !== sha256)
    throw damaged(path, "it has another SHA-256 than when the checkpoint was written");
  return hash;
}

/** Reads a file. @throws DataError if that cannot be done */
export function whileOpen(path: string, read: (descriptor: number) => void): void {
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

/** @param how half a sentence */
export function damaged(path: string, how: string): DataError {
  return new DataError(`${path} is damaged: ${how}.`);
}

/** @throws RunFailure in place of what the operating system says */
export function attempt<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (error instanceof RunFailure) throw error;
    throw new RunFailure(
      `Could not write ${path}: ${fileReason(error)}. What was recorded before is kept; free space or check the permissions, then go on with "calql resume", or run again where nothing was recorded yet.`,
      { cause: error },
    );
  }
}

/** The error that matters is the first. */
function attemptQuietly(action: () => void): void {
  try {
    action();
  } catch {}
}
