/**
 * Walks through one column of a Parquet file, row by row, page by page: of a column there is never more than one page
 * in memory, and all columns together stay within what was agreed for the file.
 */

import { counted } from "../../figures.js";
import { Damaged } from "../damaged.js";
import type { DataFile } from "../files.js";
import { type ColumnChunk, mostRows, type RowGroup } from "./parquet-footer.js";
import {
  type Dictionary,
  LARGEST_HEADER,
  openPage,
  type Page,
  readDictionary,
  readPageHeader,
} from "./parquet-page.js";
import type { ParquetColumn, ParquetLeaf } from "./parquet-schema.js";
import type { Next } from "./parquet-values.js";

/** Some rows of one column; the arrays are valid until the next rows are read. */
export interface ColumnValues {
  readonly column: ParquetColumn;
  /** Where the values of row r begin in `numbers`, `texts` or `bytes`: starts[r] .. starts[r + 1] - 1; one value a row unless lists. */
  readonly starts: Int32Array;
  /** Numbers, and 0 or 1 for booleans; NaN where a value is null; empty of texts and bytes. */
  readonly numbers: Float64Array;
  /** Empty of others; "" where a value is null. */
  readonly texts: readonly string[];
  /** Empty of others; no bytes where a value is null. */
  readonly bytes: readonly Uint8Array[];
  /** Per row, 1 where a value of it is null. */
  readonly nulls: Uint8Array;
}

/** What may be in memory at a time, over all columns of a file. */
export class MemoryBudget {
  private held = 0;

  constructor(private readonly most: number) {}

  take(bytes: number): void {
    this.held += bytes;
    if (this.held > this.most)
      throw new Damaged(
        `its pages need more than the ${this.most} bytes of memory that a file of its size may take (write it with smaller pages)`,
      );
  }

  give(bytes: number): void {
    this.held -= bytes;
  }
}

/** A row of more numbers than this is not an observation. */
const MOST_PER_ROW = 2 ** 16;
const HEADER_GUESS = 2 ** 10;
const NONE = new Uint8Array(0);

export class ColumnCursor {
  private chunk: ColumnChunk | undefined;
  private group = -1;
  private at = 0;
  /** Entries of the chunk that no page has brought yet, and of the page that are not yet taken. */
  private chunkLeft = 0;
  private pageLeft = 0;
  private page: Page | undefined;
  private dictionary: Dictionary | undefined;
  private pageBytes = 0;
  private dictionaryBytes = 0;
  /** The repetition level of the entry that comes next. */
  private pending = 0;
  private taken = 0;
  /** What is handed out, for as many rows as were ever asked for. */
  private starts = new Int32Array(1);
  private nulls = new Uint8Array(0);
  private numbers = new Float64Array(0);

  constructor(
    private readonly file: DataFile,
    private readonly leaf: ParquetLeaf,
    private readonly groups: readonly RowGroup[],
    private readonly budget: MemoryBudget,
  ) {}

  /** Goes to the first row of a row group. */
  enter(group: number): void {
    const chunk = this.groups[group]!.chunks.get(this.leaf.path);
    if (chunk === undefined) throw new Damaged("this row group lacks it");
    this.release();
    [this.chunk, this.group, this.at, this.chunkLeft] = [chunk, group, chunk.start, chunk.values];
    if (!this.leaf.list && chunk.values !== this.groups[group]!.rows)
      throw new Damaged(`it has ${counted(chunk.values, "value")} for ${counted(this.groups[group]!.rows, "row")}`);
  }

  /** Leaves a row group after its last row. */
  leave(): void {
    if (this.chunkLeft + this.pageLeft > 0)
      throw new Damaged(`it has more values than the rows of row group ${this.group}`);
    this.release();
  }

  read(rows: number): ColumnValues {
    const { kind } = this.leaf;
    this.makeRoom(rows);
    const { starts, nulls } = this;
    const texts: string[] = [];
    const bytes: Uint8Array[] = [];
    let { numbers } = this;
    let count = 0;
    const { definition, optional, list } = this.leaf;
    for (let row = 0; row < rows; row++) {
      starts[row] = count;
      this.beginRow();
      do {
        const level = this.page!.definition();
        const isNull = level < definition;
        // Below the value's own level, a list is empty or missing: no value. A missing scalar is a null.
        if (isNull && list && !(optional && level === definition - 1)) continue;
        if (isNull) nulls[row] = 1;
        if (kind === "text") texts.push(isNull ? "" : (this.page!.value as Next<string>)());
        else if (kind === "bytes") bytes.push(isNull ? NONE : (this.page!.value as Next<Uint8Array>)());
        else {
          if (count === numbers.length) numbers = this.growNumbers();
          numbers[count] = isNull ? Number.NaN : (this.page!.value as Next<number>)();
        }
        if (++count - starts[row]! > MOST_PER_ROW) throw new Damaged(`a row has more than ${MOST_PER_ROW} values`);
      } while (this.advance());
    }
    starts[rows] = count;
    return {
      column: this.leaf,
      starts: starts.subarray(0, rows + 1),
      numbers: numbers.subarray(0, kind === "text" || kind === "bytes" ? 0 : count),
      texts,
      bytes,
      nulls: nulls.subarray(0, rows),
    };
  }

  private makeRoom(rows: number): void {
    if (rows > this.nulls.length) {
      this.starts = new Int32Array(rows + 1);
      this.nulls = new Uint8Array(rows);
    }
    this.nulls.fill(0);
  }

  private growNumbers(): Float64Array<ArrayBuffer> {
    const larger = new Float64Array(Math.max(64, this.numbers.length * 2));
    this.budget.take(8 * (larger.length - this.numbers.length));
    larger.set(this.numbers);
    this.numbers = larger;
    return larger;
  }

  private beginRow(): void {
    if (this.pageLeft === 0 && !this.nextPage())
      throw new Damaged(`it ends before the rows of row group ${this.group}`);
    if (this.pending !== 0) throw new Damaged("its first row has no beginning");
  }

  /** Goes on to the next entry; whether it belongs to the same row. */
  private advance(): boolean {
    if (++this.taken > mostRows(this.file.size)) throw new Damaged("it has more values than a file of this size holds");
    if (--this.pageLeft > 0) {
      if (this.leaf.repetition === 0) return false;
      this.pending = this.page!.repetition();
      return this.pending > 0;
    }
    return this.nextPage() && this.pending > 0;
  }

  /** Opens the next page with values; false after the last one. */
  private nextPage(): boolean {
    while (this.chunkLeft > 0) {
      const { header, packed } = this.loadPage();
      const cost = header.bytes + packed.length;
      if (header.kind === "other") continue;
      if (header.kind === "dictionary") {
        // A text in an array takes some bytes beside its own.
        this.budget.take(cost + 24 * header.values);
        this.dictionaryBytes += cost + 24 * header.values;
        this.dictionary = readDictionary(header, packed, this.chunk!.codec, this.leaf);
        continue;
      }
      if (header.values === 0) continue;
      if (header.values > this.chunkLeft) throw new Damaged("its pages have more values than it declares");
      this.budget.give(this.pageBytes);
      this.pageBytes = cost;
      this.budget.take(cost);
      this.page = openPage(header, packed, this.chunk!.codec, this.leaf, this.dictionary);
      this.chunkLeft -= header.values;
      this.pageLeft = header.values;
      this.pending = this.leaf.repetition === 0 ? 0 : this.page.repetition();
      return true;
    }
    return false;
  }

  private loadPage() {
    const end = this.chunk!.start + this.chunk!.bytes;
    if (this.at >= end) throw new Damaged(`its pages end before all its values`);
    const header = this.loadHeader(end);
    const from = this.at + header.headerBytes;
    if (header.packedBytes > end - from) throw new Damaged("a page goes beyond the end of its column");
    this.budget.take(header.packedBytes + header.bytes);
    this.budget.give(header.packedBytes + header.bytes);
    this.at = from + header.packedBytes;
    return { header, packed: this.file.read(from, header.packedBytes) };
  }

  /** Headers have a few dozen bytes, or many where a writer puts statistics of long texts into them. */
  private loadHeader(end: number) {
    for (let guess = HEADER_GUESS; ; guess *= 8) {
      const length = Math.min(guess, end - this.at);
      try {
        return readPageHeader(this.file.read(this.at, length));
      } catch (error) {
        if (length < guess || guess >= LARGEST_HEADER) throw error;
      }
    }
  }

  private release(): void {
    this.budget.give(this.pageBytes + this.dictionaryBytes);
    this.pageBytes = 0;
    this.dictionaryBytes = 0;
    this.page = undefined;
    this.dictionary = undefined;
    this.pageLeft = 0;
    this.pending = 0;
  }
}
