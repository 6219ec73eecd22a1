/**
 * A file of lines that only grows by whole ones: each is handed to the operating system at once, and what a failing disk
 * took of one is cut off again, so that the file reads to the last whole line.
 */
import { fstatSync } from "node:fs";
import { fileReason, RunFailure } from "../errors.js";
import type { Disk } from "./disk.js";

export class LineFile {
  private readonly descriptor: number;
  private open = true;
  /** Bytes of the whole lines. */
  private bytes: number;
  /** Whether half a line may stand after them. */
  private torn = false;
  /** Bytes that are known to be on the disk. */
  private synced = -1;

  /** @throws RunFailure if it cannot be opened; it is made where it is not there */
  constructor(
    private readonly path: string,
    private readonly disk: Disk,
  ) {
    this.descriptor = attempt(path, () => disk.open(path, "a"));
    this.bytes = attempt(path, () => fstatSync(this.descriptor).size);
  }

  /** @throws RunFailure if it cannot be written; the lines before it are as they were */
  append(line: string): void {
    if (!this.open) throw new Error(`A line was appended to ${this.path} after the run writer had been closed.`);
    const bytes = new TextEncoder().encode(`${line}\n`);
    attempt(this.path, () => {
      if (this.torn) this.cutAt(this.bytes);
      try {
        this.disk.write(this.descriptor, bytes);
      } catch (error) {
        // A half-written line would swallow the next one; if it cannot be cut now, it is before the next.
        this.torn = true;
        attemptQuietly(() => this.cutAt(this.bytes));
        throw error;
      }
      this.bytes += bytes.length;
    });
  }

  /** @returns the bytes of whole lines, which are on the disk now */
  position(): number {
    if (this.synced !== this.bytes) attempt(this.path, () => this.disk.sync(this.descriptor));
    this.synced = this.bytes;
    return this.bytes;
  }

  /** @throws RunFailure if it cannot be cut */
  cutAt(bytes: number): void {
    attempt(this.path, () => this.disk.truncate(this.descriptor, bytes));
    this.bytes = bytes;
    this.torn = false;
    this.synced = -1;
  }

  /** Puts the lines on the disk and lets go of the file, also when that fails. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    attempt(this.path, () => {
      try {
        this.disk.sync(this.descriptor);
      } finally {
        this.disk.close(this.descriptor);
      }
    });
  }
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
