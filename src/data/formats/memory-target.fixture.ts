/**
 * For tests: a target whose files are in memory.
 */
import type { TargetFile } from "../containers/files.js";
import type { DataTarget } from "./format.js";

export class MemoryTarget implements DataTarget {
  readonly name = "memory";
  private readonly files = new Map<string, { bytes: Uint8Array; closed: boolean }>();

  create(path: string): TargetFile {
    if (this.files.has(path)) throw new Error(`${path} is created twice`);
    const file = { bytes: new Uint8Array(0), closed: false };
    this.files.set(path, file);
    return {
      append(bytes) {
        if (file.closed) throw new Error(`${path} is closed`);
        const all = new Uint8Array(file.bytes.length + bytes.length);
        all.set(file.bytes);
        all.set(bytes, file.bytes.length);
        file.bytes = all;
      },
      read: (offset, length) => file.bytes.slice(offset, offset + length),
      overwrite: (offset, bytes) => file.bytes.set(bytes, offset),
      close: () => {
        file.closed = true;
      },
      get size() {
        return file.bytes.length;
      },
    };
  }

  /** What was written; every file must have been closed. */
  contents(): Map<string, Uint8Array> {
    return new Map(
      [...this.files].map(([path, { bytes, closed }]) => {
        if (!closed) throw new Error(`${path} was not closed`);
        return [path, bytes];
      }),
    );
  }
}
