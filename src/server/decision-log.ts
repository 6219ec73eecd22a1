/**
 * The file that a policy server appends to. Lines are handed to the operating system before anybody is told that they
 * are there, so that killing the server loses nothing that was acknowledged; with `sync` they are also on the disk,
 * which a power failure asks for.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { ServedLine } from "../data/formats/served/served-lines.js";
import { fileReason, UsageError } from "../errors.js";
import type { Disk } from "../files/disk.js";
import { Refusal } from "./refusal.js";

const NEWLINE = 0x0a;

export class DecisionLog {
  /** Whether half a line may stand after the whole ones. */
  private torn = false;
  private readonly encoder = new TextEncoder();

  private constructor(
    readonly path: string,
    private readonly descriptor: number,
    private readonly disk: Disk,
    /** Bytes of the whole lines. */
    private bytes: number,
    private readonly sync: boolean,
    /** Bytes of a torn last line that were cut off when the log was opened: nobody was told that they are there. */
    readonly cutBytes: number,
  ) {}

  /** Opens the log where it ends, or makes it. @throws UsageError where that cannot be */
  static open(path: string, disk: Disk, sync = false): DecisionLog {
    try {
      const descriptor = disk.open(path, "a");
      const size = fstatSync(descriptor).size;
      const bytes = wholeLines(path, size);
      if (bytes < size) disk.truncate(descriptor, bytes);
      return new DecisionLog(path, descriptor, disk, bytes, sync, size - bytes);
    } catch (error) {
      throw new UsageError(`The log ${path} cannot be written: ${fileReason(error)}. Name another place with --log.`);
    }
  }

  get size(): number {
    return this.bytes;
  }

  /** @throws Refusal (503) if they cannot be written; the log is then as before */
  append(lines: readonly ServedLine[]): void {
    const piece = this.encoder.encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    try {
      if (this.torn) this.cut();
      this.torn = true;
      this.disk.write(this.descriptor, piece);
      if (this.sync) this.disk.sync(this.descriptor);
    } catch (error) {
      // Half a line would swallow the next one; if it cannot be cut now, it is before the next.
      try {
        this.cut();
      } catch {}
      throw new Refusal(503, `The log cannot be written: ${fileReason(error)}. Nothing was recorded; try again later.`);
    }
    this.torn = false;
    this.bytes += piece.length;
  }

  close(): void {
    this.disk.sync(this.descriptor);
    this.disk.close(this.descriptor);
  }

  private cut(): void {
    this.disk.truncate(this.descriptor, this.bytes);
    this.torn = false;
  }
}

/** Up to where a file of so many bytes holds whole lines: the end of its last newline. */
function wholeLines(path: string, size: number): number {
  const descriptor = openSync(path, "r");
  try {
    const piece = new Uint8Array(2 ** 16);
    for (let end = size; end > 0; ) {
      const start = Math.max(0, end - piece.length);
      const count = readSync(descriptor, piece, 0, end - start, start);
      const at = piece.subarray(0, count).lastIndexOf(NEWLINE);
      if (at >= 0) return start + at + 1;
      end = start;
    }
    return 0;
  } finally {
    closeSync(descriptor);
  }
}
