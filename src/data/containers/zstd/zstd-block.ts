/**
 * One compressed block of a Zstandard frame: literals, and sequences that say where they go and what is repeated.
 * Source: RFC 8878, section 3.1.1.3
 */
import { Damaged } from "../damaged.js";
import { literalLengths, matchLengths, offsets, readNumber } from "./zstd-codes.js";
import { BackwardBits, type HuffmanTable } from "./zstd-entropy.js";
import { CUT_OFF, type FrameOutput, TOO_LARGE } from "./zstd-output.js";

const LARGEST_BLOCK = 2 ** 17;

/** One compressed block: literals, and sequences of "so many literals, then a repetition". */
export class Block {
  private at = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly frame: FrameOutput,
  ) {}

  unpack(): void {
    const literals = this.literals();
    const count = this.sequenceCount();
    const used = count === 0 ? 0 : this.sequences(count, literals);
    this.frame.put(literals, used, literals.length - used);
  }

  private literals(): Uint8Array {
    const head = this.byte();
    const kind = head & 3;
    const format = (head >> 2) & 3;
    if (kind < 2) {
      const size =
        format === 1
          ? (head >> 4) + this.byte() * 16
          : format === 3
            ? (head >> 4) + this.byte() * 16 + this.byte() * 4096
            : head >> 3;
      if (size > LARGEST_BLOCK) throw new Damaged(TOO_LARGE);
      return kind === 0 ? this.take(size) : new Uint8Array(size).fill(this.byte());
    }
    const width = [10, 10, 14, 18][format]!;
    let sizes = head >> 4;
    for (let i = 0, scale = 16; i < [2, 2, 3, 4][format]!; i++, scale *= 256) sizes += this.byte() * scale;
    const size = sizes % 2 ** width;
    if (size > LARGEST_BLOCK) throw new Damaged(TOO_LARGE);
    return this.huffmanLiterals(this.take(Math.floor(sizes / 2 ** width)), size, kind === 2, format === 0 ? 1 : 4);
  }

  private huffmanLiterals(bytes: Uint8Array, size: number, described: boolean, streams: 1 | 4): Uint8Array {
    const { table, next } = this.frame.huffmanCode(bytes, 0, described);
    const target = new Uint8Array(size);
    if (streams === 1) {
      huffmanStream(bytes.subarray(next), table, target);
      return target;
    }
    const piece = (size + 3) >> 2;
    if (next + 6 > bytes.length || piece * 3 > size) throw new Damaged(CUT_OFF);
    let from = next + 6;
    for (let i = 0; i < 4; i++) {
      const length = i === 3 ? bytes.length - from : bytes[next + 2 * i]! + bytes[next + 2 * i + 1]! * 256;
      if (from + length > bytes.length) throw new Damaged(CUT_OFF);
      huffmanStream(
        bytes.subarray(from, from + length),
        table,
        target.subarray(i * piece, i === 3 ? size : (i + 1) * piece),
      );
      from += length;
    }
    return target;
  }

  private sequenceCount(): number {
    const head = this.byte();
    if (head < 128) return head;
    return head < 255 ? (head - 128) * 256 + this.byte() : this.byte() + this.byte() * 256 + 0x7f00;
  }

  /** Carries the sequences out; how many literals they used. */
  private sequences(count: number, literals: Uint8Array): number {
    const modes = this.byte();
    if ((modes & 3) !== 0) throw new Damaged("its zstd frame has sequences of an unknown kind");
    const { tables, next } = this.frame.sequenceTables(this.bytes, this.at, modes);
    const [lengths, distances, matches] = tables;
    const stream = new BackwardBits(this.bytes.subarray(next));
    let length = stream.take(lengths.accuracy);
    let distance = stream.take(distances.accuracy);
    let match = stream.take(matches.accuracy);
    let used = 0;
    for (let i = 0; i < count; i++) {
      const value = readNumber(stream, offsets, distances.symbols[distance]!);
      const repeated = readNumber(stream, matchLengths, matches.symbols[match]!);
      const copied = readNumber(stream, literalLengths, lengths.symbols[length]!);
      if (stream.left < 0) throw new Damaged(CUT_OFF);
      this.frame.put(literals, used, copied);
      used += copied;
      this.frame.repeat(this.frame.distance(value, copied), repeated);
      if (i === count - 1) break;
      length = lengths.bases[length]! + stream.take(lengths.bits[length]!);
      match = matches.bases[match]! + stream.take(matches.bits[match]!);
      distance = distances.bases[distance]! + stream.take(distances.bits[distance]!);
    }
    if (stream.left !== 0) throw new Damaged("its zstd frame has a stream of another length than it needs");
    return used;
  }

  private byte(): number {
    return this.take(1)[0]!;
  }

  private take(count: number): Uint8Array {
    if (count > this.bytes.length - this.at) throw new Damaged(CUT_OFF);
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }
}

function huffmanStream(bytes: Uint8Array, { longest, symbols, bits }: HuffmanTable, target: Uint8Array): void {
  const stream = new BackwardBits(bytes);
  for (let i = 0; i < target.length; i++) {
    const code = stream.peek(longest);
    target[i] = symbols[code]!;
    stream.left -= bits[code]!;
  }
  if (stream.left !== 0) throw new Damaged("its zstd frame has a stream of another length than it needs");
}
