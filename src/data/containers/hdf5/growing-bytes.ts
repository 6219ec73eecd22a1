/**
 * A file being written whose bytes stay in memory.
 */
import type { TargetFile } from "../files.js";

export class GrowingBytes implements TargetFile {
  private room = new Uint8Array(2 ** 16);
  private length = 0;

  get size(): number {
    return this.length;
  }

  append(bytes: Uint8Array): void {
    const end = this.length + bytes.length;
    if (end > this.room.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.room.length));
      larger.set(this.room.subarray(0, this.length));
      this.room = larger;
    }
    this.room.set(bytes, this.length);
    this.length = end;
  }

  overwrite(offset: number, bytes: Uint8Array): void {
    this.refuseBeyond(offset, bytes.length);
    this.room.set(bytes, offset);
  }

  read(offset: number, length: number): Uint8Array {
    this.refuseBeyond(offset, length);
    return this.room.slice(offset, offset + length);
  }

  close(): void {}

  /** All bytes, in an array of their own. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.room.slice(0, this.length);
  }

  private refuseBeyond(offset: number, length: number): void {
    if (offset >= 0 && offset + length <= this.length) return;
    throw new RangeError(`There are no bytes ${offset} to ${offset + length} of ${this.length}.`);
  }
}
