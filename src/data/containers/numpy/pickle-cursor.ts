/**
 * Reading a pickle's bytes one after the other, with every length checked against what is left.
 */
import { DataError } from "../../../errors.js";
import { latin1, PickleBytes } from "./pickle-values.js";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class PickleCursor {
  /** Where the operation began that is being carried out. */
  private operation: number;
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    private position: number,
    private readonly where: string,
  ) {
    this.operation = position;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** The next operation's code. */
  next(): number {
    this.operation = this.position;
    return this.uint8();
  }

  uint8(): number {
    return this.view.getUint8(this.advance(1));
  }

  uint16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  int32(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  uint32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  /** A length of eight bytes; lengths beyond 2^53 are refused as too long anyway. */
  uint64(): number {
    return Number(this.view.getBigUint64(this.advance(8), true));
  }

  /** Big-endian, alone among a pickle's numbers. */
  float64(): number {
    return this.view.getFloat64(this.advance(8));
  }

  /** A whole number in two's complement of any length; beyond 2^53 it loses digits. */
  long(length: number): number {
    if (length > 1024) throw this.fail(`claims a number of ${length} bytes`);
    const start = this.advance(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[start + i]!);
    return Number(BigInt.asIntN(Math.max(8 * length, 1), value));
  }

  raw(length: number): PickleBytes {
    return new PickleBytes(this.bytes, this.advance(length), length);
  }

  text(length: number): string {
    const start = this.advance(length);
    try {
      return utf8.decode(this.bytes.subarray(start, start + length));
    } catch {
      throw this.fail("has a text that is not in UTF-8");
    }
  }

  /** Up to the end of the line, without it: how the oldest protocol writes everything. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0) throw this.fail("ends in the middle of a line");
    const start = this.advance(end + 1 - this.position);
    return latin1(this.bytes, start, end);
  }

  skip(length: number): void {
    this.advance(length);
  }

  /** The file and the operation that is being carried out, to stand at the beginning of messages. */
  get place(): string {
    return `${this.where}, at byte ${this.operation},`;
  }

  /** @param problem what the pickle does there: "claims ...", "has ..." */
  fail(problem: string): DataError {
    return damaged(this.place, problem);
  }

  private advance(length: number): number {
    const start = this.position;
    if (!(length <= this.bytes.length - start)) throw this.fail("ends in the middle of a value");
    this.position += length;
    return start;
  }
}

/** The error of a pickle that cannot be what it claims to be. */
export function damaged(place: string, problem: string): DataError {
  return new DataError(`${place} ${problem}; the file is damaged or not the data that it claims to be.`);
}
