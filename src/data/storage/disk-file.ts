/**
 * One file being written to disk: bytes are buffered in large pieces, and are on disk once it is closed.
 */
import { closeSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import type { TargetFile } from "../containers/files.js";

const GATHERED_BYTES = 2 ** 18;

/** A new file. @throws what the operating system says */
export class DiskFile implements TargetFile {
  private descriptor: number | undefined;
  private readonly gathered = new Uint8Array(GATHERED_BYTES);
  private gatheredLength = 0;
  private written = 0;

  constructor(path: string) {
    this.descriptor = openSync(path, "wx+");
  }

  get size(): number {
    return this.written + this.gatheredLength;
  }

  append(bytes: Uint8Array): void {
    if (this.gatheredLength + bytes.length > GATHERED_BYTES) this.flush();
    if (bytes.length > GATHERED_BYTES) {
      this.writeAt(this.written, bytes);
      this.written += bytes.length;
      return;
    }
    this.gathered.set(bytes, this.gatheredLength);
    this.gatheredLength += bytes.length;
  }

  overwrite(offset: number, bytes: Uint8Array): void {
    this.refuseBeyond(offset, bytes.length);
    this.flush();
    this.writeAt(offset, bytes);
  }

  read(offset: number, length: number): Uint8Array {
    this.refuseBeyond(offset, length);
    this.flush();
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const count = readSync(this.opened(), bytes, done, length - done, offset + done);
      if (count === 0) throw new Error("another program has truncated it");
      done += count;
    }
    return bytes;
  }

  /** Waits until the disk has everything. */
  close(): void {
    if (this.descriptor === undefined) return;
    this.flush();
    fsyncSync(this.descriptor);
    this.abandon();
  }

  /** Closes it without writing what is gathered. */
  abandon(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  private opened(): number {
    if (this.descriptor === undefined) throw new Error("it is closed already");
    return this.descriptor;
  }

  private refuseBeyond(offset: number, length: number): void {
    if (offset >= 0 && offset + length <= this.size) return;
    throw new RangeError(`it has no bytes ${offset} to ${offset + length}, but ${this.size}`);
  }

  private flush(): void {
    if (this.gatheredLength === 0) return;
    this.writeAt(this.written, this.gathered.subarray(0, this.gatheredLength));
    this.written += this.gatheredLength;
    this.gatheredLength = 0;
  }

  private writeAt(position: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; )
      done += writeSync(this.opened(), bytes, done, bytes.length - done, position + done);
  }
}

/** Names are on the disk only once their folder is; where folders cannot be opened (Windows), that is the system's task. */
export function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
