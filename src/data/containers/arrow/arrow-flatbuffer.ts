/**
 * FlatBuffers, in which Arrow writes its schema and the list of its buffers. Tables are looked up in place, and every
 * step is paid for from a budget that the size of the bytes sets: tables may refer to each other in circles, and a
 * vector may claim any length.
 * Source: https://flatbuffers.dev/internals/
 */
import { Damaged } from "../damaged.js";

/** Bytes that hold tables, and what may still be looked up in them. */
export class FlatBuffer {
  private readonly view: DataView;
  private steps: number;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.steps = 1_000 + 4 * bytes.length;
  }

  /** The table that the first word points to. */
  root(): FlatTable {
    return this.tableAt(0);
  }

  /** The table to which the word at `place` points. */
  tableAt(place: number): FlatTable {
    const at = place + this.uint32(place);
    return new FlatTable(this, at, at - this.int32(at));
  }

  uint8(at: number): number {
    return this.view.getUint8(this.checked(at, 1));
  }

  int16(at: number): number {
    return this.view.getInt16(this.checked(at, 2), true);
  }

  uint16(at: number): number {
    return this.view.getUint16(this.checked(at, 2), true);
  }

  int32(at: number): number {
    return this.view.getInt32(this.checked(at, 4), true);
  }

  uint32(at: number): number {
    return this.view.getUint32(this.checked(at, 4), true);
  }

  /** A count or an offset of 64 bits. */
  size(at: number): number {
    const value = this.view.getBigInt64(this.checked(at, 8), true);
    if (value < 0n || value > 2n ** 52n) throw new Damaged(`it declares a size of ${value} bytes or rows`);
    return Number(value);
  }

  text(at: number, length: number): string {
    this.checked(at, length);
    return new TextDecoder().decode(new Uint8Array(this.view.buffer, this.view.byteOffset + at, length));
  }

  private checked(at: number, length: number): number {
    if (--this.steps < 0) throw new Damaged("its description refers to itself");
    if (at < 0 || at + length > this.view.byteLength) throw new Damaged("its description ends too early");
    return at;
  }
}

/** A table; fields go by their number in Arrow's schema files, and an absent one has its default. */
export class FlatTable {
  constructor(
    private readonly buffer: FlatBuffer,
    private readonly at: number,
    private readonly entries: number,
  ) {}

  /** A number of the given type; 0 where the field is absent. */
  number(field: number, type: "uint8" | "int16" | "int32" | "size"): number {
    const at = this.place(field);
    return at === undefined ? 0 : this.buffer[type](at);
  }

  text(field: number): string {
    const at = this.place(field);
    if (at === undefined) return "";
    const start = at + this.buffer.uint32(at);
    return this.buffer.text(start + 4, this.buffer.uint32(start));
  }

  table(field: number): FlatTable | undefined {
    const at = this.place(field);
    return at === undefined ? undefined : this.buffer.tableAt(at);
  }

  /** A vector of tables. */
  tables(field: number): FlatTable[] {
    return this.vector(field, 4, (buffer, at) => buffer.tableAt(at));
  }

  /** A vector of elements of `width` bytes. */
  vector<T>(field: number, width: number, read: (buffer: FlatBuffer, at: number) => T): T[] {
    const at = this.place(field);
    if (at === undefined) return [];
    const start = at + this.buffer.uint32(at);
    const found: T[] = [];
    for (let i = 0, length = this.buffer.uint32(start); i < length; i++)
      found.push(read(this.buffer, start + 4 + i * width));
    return found;
  }

  private place(field: number): number | undefined {
    const slot = 4 + 2 * field;
    if (slot >= this.buffer.uint16(this.entries)) return undefined;
    const offset = this.buffer.uint16(this.entries + slot);
    return offset === 0 ? undefined : this.at + offset;
  }
}
