/**
 * A file that only grows, by whole pieces: lines, or episodes. Each is handed to the operating system at once, and what a
 * failing disk took of one is cut off again, so that the file reads to the last whole piece. A checkpoint holds its length
 * and SHA-256 in place of what is in it.
 */
import type { Hash } from "node:crypto";
import { fstatSync } from "node:fs";
import { fileReason, RunFailure } from "../errors.js";
import type { Disk } from "../files/disk.js";
import { beginning, type FilePosition, hashUpTo } from "./file-position.js";

export class GrowingFile {
  private closed = false;
  /** Whether half a piece may stand after the whole ones. */
  private torn = false;
  /** Bytes that are on the disk, where that is known. */
  private synced: number | undefined;

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
   * off: a run that resumes from the checkpoint adds it again.
   * @throws DataError if the file is not as it was up to there; RunFailure if it cannot be written
   */
  static open(path: string, disk: Disk, position: FilePosition = beginning): GrowingFile {
    const hash = hashUpTo(path, position);
    const descriptor = attempt(path, () => disk.open(path, "a"));
    const file = new GrowingFile(path, descriptor, disk, hash, position.bytes);
    try {
      attempt(path, () => {
        if (fstatSync(descriptor).size > position.bytes) file.cut();
      });
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

  /** Puts everything on the disk and returns how far it reaches. @throws RunFailure if the disk does not take it */
  position(): FilePosition {
    if (this.synced !== this.bytes) attempt(this.path, () => this.disk.sync(this.descriptor));
    this.synced = this.bytes;
    return { bytes: this.bytes, sha256: this.hash.copy().digest("hex") };
  }

  private cut(): void {
    this.disk.truncate(this.descriptor, this.bytes);
    this.torn = false;
    this.synced = undefined;
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

/** Writes to a part of a run. @throws RunFailure in place of what the operating system says */
export function attempt<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (error instanceof RunFailure) throw error;
    throw new RunFailure(
      `Could not write ${path}: ${fileReason(error)}. What was recorded before is kept; free space or check the permissions, then continue with "calql resume", or begin again if there is no config.json yet.`,
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
