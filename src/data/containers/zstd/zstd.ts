/**
 * Unpacking Zstandard frames into as many bytes as were declared, and no further: the work is bounded by the size of
 * the result, whatever the frame claims. (Libraries go on as long as a frame tells them to: 26 bytes keep one busy for
 * minutes.)
 * Source: RFC 8878, section 3
 */
import { Damaged } from "../damaged.js";
import { Block } from "./zstd-block.js";
import { CUT_OFF, FrameOutput } from "./zstd-output.js";

const MAGIC = 0xfd2fb528;

/** @throws Damaged when the frames do not hold exactly `size` bytes */
export function unpackZstd(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const target = new Uint8Array(size);
  let filled = 0;
  for (let at = 0; at < packed.length; ) {
    const output = new FrameOutput(target, filled);
    at = new Frame(packed, at, output).unpack();
    filled = output.filled;
  }
  if (filled !== size) throw new Damaged(`its page has ${filled} bytes instead of the ${size} that it declares`);
  return target;
}

/** One frame on its way. */
class Frame {
  private readonly checksum: boolean;

  constructor(
    private readonly packed: Uint8Array,
    private at: number,
    private readonly output: FrameOutput,
  ) {
    const flags = packed[at + 4] ?? 0;
    const magic = this.little(4);
    if (magic !== MAGIC || (flags & 0x08) !== 0) throw new Damaged("its page is no zstd frame");
    if ((flags & 3) !== 0) throw new Damaged("its zstd frame needs a dictionary");
    const single = (flags >> 5) & 1;
    // The window and the content's size are not needed: the page's header tells the size.
    this.at += 1 + (1 - single) + [single, 2, 4, 8][flags >> 6]!;
    this.checksum = (flags & 4) !== 0;
  }

  /** Where the frame ends. */
  unpack(): number {
    for (let last = 0; last === 0; ) {
      const head = this.little(3);
      last = head & 1;
      this.block((head >> 1) & 3, head >> 3);
    }
    if (this.checksum) this.little(4);
    return this.at;
  }

  private block(kind: number, size: number): void {
    if (kind === 1) {
      const value = this.little(1);
      const from = this.output.filled;
      this.output.target.fill(value, from, this.output.room(size));
      return;
    }
    const bytes = this.bytes(size);
    if (kind === 0) this.output.put(bytes, 0, size);
    else if (kind === 2) new Block(bytes, this.output).unpack();
    else throw new Damaged("its zstd frame has a block of an unknown kind");
  }

  private little(count: number): number {
    return this.bytes(count).reduceRight((value, byte) => value * 256 + byte, 0);
  }

  private bytes(count: number): Uint8Array {
    if (count > this.packed.length - this.at) throw new Damaged(CUT_OFF);
    this.at += count;
    return this.packed.subarray(this.at - count, this.at);
  }
}
