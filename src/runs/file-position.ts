/**
 * How far a file that only grows had come when a checkpoint was written, and whether it is unchanged up to there.
 */
import { createHash, type Hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { DataError, fileReason } from "../errors.js";

export interface FilePosition {
  readonly bytes: number;
  /** Not known to checkpoints of older programs for files of lines. */
  readonly sha256?: string | undefined;
}

/** Of a file that is empty, or not there. */
export const beginning: FilePosition = { bytes: 0 };

/** Bytes that are read at a time. */
const pieceBytes = 2 ** 22;

/** A file that is read; its creator closes it. */
export class ReadableFile {
  private readonly descriptor: number;

  /** @throws DataError if it cannot be opened; so does every call that cannot read it */
  constructor(readonly path: string) {
    this.descriptor = this.attempt(() => openSync(path, "r"));
  }

  get size(): number {
    return this.attempt(() => fstatSync(this.descriptor).size);
  }

  /** Fills `target` from a place of the file on. @throws DataError if the file ends before */
  fill(target: NodeJS.ArrayBufferView, at: number): void {
    const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
    for (let done = 0; done < bytes.length; ) {
      const count = this.attempt(() => readSync(this.descriptor, bytes, done, bytes.length - done, at + done));
      if (count === 0) throw damaged(this.path, `it ends after ${at + done} bytes`);
      done += count;
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private attempt<Result>(action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      throw damaged(this.path, fileReason(error));
    }
  }
}

/**
 * The hash of a file up to a position, after it was found to be the position's; the file may be longer.
 * @throws DataError if it is shorter, cannot be read, or is another one
 */
export function hashUpTo(path: string, position: FilePosition): Hash {
  if (position.bytes === 0) return createHash("sha256");
  const file = new ReadableFile(path);
  try {
    return hashOf(file, position);
  } finally {
    file.close();
  }
}

function hashOf(file: ReadableFile, { bytes, sha256 }: FilePosition): Hash {
  const { size, path } = file;
  if (size < bytes) throw damaged(path, `it has ${size} bytes where the checkpoint knows ${bytes}`);
  const hash = createHash("sha256");
  const piece = new Uint8Array(Math.min(pieceBytes, bytes));
  for (let at = 0; at < bytes; at += piece.length) {
    const part = piece.subarray(0, Math.min(piece.length, bytes - at));
    file.fill(part, at);
    hash.update(part);
  }
  if (sha256 !== undefined && hash.copy().digest("hex") !== sha256)
    throw damaged(path, "it has another SHA-256 than when the checkpoint was written");
  return hash;
}

/** @param how half a sentence */
export function damaged(path: string, how: string): DataError {
  return new DataError(`${path} is damaged: ${how}.`);
}
