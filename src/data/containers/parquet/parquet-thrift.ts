/**
 * Thrift's compact protocol, in which Parquet writes its footer and the headers of its pages. A pull reader: the caller
 * takes the fields of a struct that it knows and the rest is skipped, so that a hostile footer cannot create more
 * objects than its bytes could name.
 * Source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
import { Damaged } from "../damaged.js";

const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const SET = 10;
const STRUCT = 12;
const DEEPEST = 24;

export class ThriftReader {
  private type = STOP;
  private depth = 0;

  constructor(
    private readonly bytes: Uint8Array,
    /** Where the next value begins. */
    public offset = 0,
  ) {}

  /** Reads a struct; `take` reads the value of a field and returns true, or leaves it alone and returns false. */
  struct(take: (field: number) => boolean): void {
    if (++this.depth > DEEPEST) throw new Damaged("it is nested too deeply");
    let field = 0;
    for (;;) {
      const head = this.byte();
      const type = head & 0x0f;
      if (type === STOP) break;
      field = head >> 4 === 0 ? this.zigzag() : field + (head >> 4);
      this.type = type;
      if (!take(field)) this.skip(type);
    }
    this.depth--;
  }

  /** The whole number of this field. */
  integer(): number {
    if (this.type < BYTE || this.type > I64) throw new Damaged(`a field of type ${this.type} should be a whole number`);
    if (this.type === BYTE) return (this.byte() << 24) >> 24;
    return this.zigzag();
  }

  boolean(): boolean {
    if (this.type !== TRUE && this.type !== FALSE)
      throw new Damaged(`a field of type ${this.type} should be a boolean`);
    return this.type === TRUE;
  }

  /** A view of the bytes of this field. */
  binary(): Uint8Array {
    this.expect(BINARY);
    const length = this.unsigned();
    if (length > this.bytes.length - this.offset) throw new Damaged(`a text of ${length} bytes goes beyond its end`);
    this.offset += length;
    return this.bytes.subarray(this.offset - length, this.offset);
  }

  text(): string {
    return new TextDecoder().decode(this.binary());
  }

  /** A struct in this field. */
  nested(take: (field: number) => boolean): void {
    this.expect(STRUCT);
    this.struct(take);
  }

  /** Reads the list of this field: `item` is called for each entry and must read it. */
  list(item: () => void): void {
    this.expect(LIST);
    const head = this.byte();
    const count = head >> 4 === 15 ? this.unsigned() : head >> 4;
    // Every entry takes one byte at least.
    if (count > this.bytes.length - this.offset) throw new Damaged(`a list of ${count} entries goes beyond its end`);
    for (let i = 0; i < count; i++) {
      this.type = head & 0x0f;
      item();
    }
  }

  private expect(type: number): void {
    if (this.type !== type) throw new Damaged(`a field of type ${this.type} stands where type ${type} belongs`);
  }

  private skip(type: number): void {
    if (type === TRUE || type === FALSE) return;
    if (type === BYTE) this.offset++;
    else if (type < DOUBLE) this.varint();
    else if (type === DOUBLE) this.offset += 8;
    else if (type === BINARY) this.binary();
    else if (type === LIST || type === SET) {
      this.type = LIST;
      this.list(() => this.skipEntry(this.type));
    } else if (type === STRUCT) this.struct(() => false);
    else throw new Damaged(`a field has the unknown type ${type}`);
  }

  /** Within a list, a boolean takes a byte of its own. */
  private skipEntry(type: number): void {
    if (type === TRUE || type === FALSE) this.offset++;
    else this.skip(type);
  }

  private byte(): number {
    const byte = this.bytes[this.offset++];
    if (byte === undefined) throw new Damaged("it ends in the middle of a value");
    return byte;
  }

  private unsigned(): number {
    const value = this.varint();
    if (value > Number.MAX_SAFE_INTEGER) throw new Damaged(`a size of ${value} is out of range`);
    return value;
  }

  /** Exact up to 2^53, beyond it only large: no size or offset is as large as that. */
  private varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new Damaged("a number has more than ten bytes");
  }

  private zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
