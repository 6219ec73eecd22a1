/**
 * What a Zstandard frame has brought so far, and what its next block may refer to. Nothing goes beyond the room that
 * there is.
 */
import { Damaged } from "../damaged.js";
import { type Codes, literalLengths, matchLengths, offsets } from "./zstd-codes.js";
import { type FseTable, type HuffmanTable, readFse, readHuffman, singleSymbol } from "./zstd-entropy.js";

export const CUT_OFF = "its zstd frame ends too early";
export const TOO_LARGE = "its zstd frame holds more than its page declares";

export class FrameOutput {
  /** Where matches may reach back to. */
  private readonly start: number;
  private huffman: HuffmanTable | undefined;
  private tables: [FseTable, FseTable, FseTable] | undefined;
  /** The three offsets that were used last. */
  private readonly recent: [number, number, number] = [1, 4, 8];

  constructor(
    readonly target: Uint8Array,
    public filled: number,
  ) {
    this.start = filled;
  }

  /** Takes room for so many bytes; where it ends. */
  room(size: number): number {
    if (size > this.target.length - this.filled) throw new Damaged(TOO_LARGE);
    this.filled += size;
    return this.filled;
  }

  put(bytes: Uint8Array, from: number, length: number): void {
    const at = this.filled;
    if (from + length > bytes.length) throw new Damaged("its zstd frame uses more literals than it has");
    this.room(length);
    for (let i = 0; i < length; i++) this.target[at + i] = bytes[from + i]!;
  }

  /** Repeats what was written `distance` bytes ago. */
  repeat(distance: number, length: number): void {
    const at = this.filled;
    if (!(distance > 0 && distance <= at - this.start))
      throw new Damaged("its zstd frame refers to bytes before its beginning");
    this.room(length);
    for (let i = 0; i < length; i++) this.target[at + i] = this.target[at + i - distance]!;
  }

  /** The distance that an offset's value stands for: 1 to 3 are the recent ones. */
  distance(value: number, literals: number): number {
    const recent = this.recent;
    const index = value > 3 ? 3 : value - 1 + (literals === 0 ? 1 : 0);
    const distance = value > 3 ? value - 3 : index === 3 ? recent[0] - 1 : recent[index as 0 | 1 | 2];
    if (index > 1) recent[2] = recent[1];
    if (index > 0) [recent[1], recent[0]] = [recent[0], distance];
    return distance;
  }

  /** The Huffman code of this block, or of the one before. */
  huffmanCode(bytes: Uint8Array, at: number, described: boolean): { table: HuffmanTable; next: number } {
    if (described) {
      const read = readHuffman(bytes, at);
      this.huffman = read.table;
      return read;
    }
    if (!this.huffman) throw new Damaged("its zstd frame refers to a table that it does not have");
    return { table: this.huffman, next: at };
  }

  /** The tables of literal lengths, offsets and match lengths; each may be that of the block before. */
  sequenceTables(
    bytes: Uint8Array,
    at: number,
    modes: number,
  ): { tables: [FseTable, FseTable, FseTable]; next: number } {
    let next = at;
    const table = (kind: Codes, slot: 0 | 1 | 2): FseTable => {
      const mode = (modes >> (6 - 2 * slot)) & 3;
      if (mode === 0) return kind.predefined;
      if (mode === 1) return singleSymbol(bytes[next++] ?? 0);
      if (mode === 2) {
        const read = readFse(bytes, next, kind.mostAccuracy, kind.bases.length - 1);
        next = read.next;
        return read.table;
      }
      if (!this.tables) throw new Damaged("its zstd frame refers to a table that it does not have");
      return this.tables[slot];
    };
    const tables: [FseTable, FseTable, FseTable] = [
      table(literalLengths, 0),
      table(offsets, 1),
      table(matchLengths, 2),
    ];
    this.tables = tables;
    return { tables, next };
  }
}
