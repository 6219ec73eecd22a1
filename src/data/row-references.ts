/**
 * Rows that stay where they are: a picture is in memory once, in its episode, and a transition refers to it twice, as what
 * was seen before its action and, from the transition before, as what was seen after. Columns of bytes are kept so; the
 * episodes' arrays must not change afterwards.
 */
import { type Column, type Columns, type Values, widthOf } from "./columns.js";

/** For each row of a column, where its numbers are: row `places[i]` of `arrays[i]`. */
export interface RowReferences {
  readonly arrays: readonly Values[];
  readonly places: Int32Array;
}

/** Bytes that a reference to a row takes: a place, and a pointer to an array. */
export const REFERENCE_BYTES = 12;

/** Whether rows of a column are referred to and not copied. */
export function isReferred({ type }: Pick<Column, "type">): boolean {
  return type === "uint8";
}

/** The columns whose rows are copied. */
export function copiedColumns(columns: Columns): Columns {
  return columns.filter((column) => !isReferred(column));
}

/** The rows of an array, one after the other. */
export function referencesTo(values: Values, rows: number): RowReferences {
  return { arrays: Array<Values>(rows).fill(values), places: Int32Array.from({ length: rows }, (_, row) => row) };
}

/** References to rows of one column, with room for more. */
export class ReferredRows {
  private readonly arrays: Values[] = [];
  private places = new Int32Array(0);

  constructor(private readonly column: Column) {}

  /** Puts the references `from` to `to - 1` in place, from row `row` on; there is no gap before it. */
  put({ arrays, places }: RowReferences, from: number, to: number, row: number): void {
    const end = row + to - from;
    if (end > this.places.length) {
      const grown = new Int32Array(Math.max(end, Math.ceil(this.places.length * 1.5)));
      grown.set(this.places);
      this.places = grown;
    }
    this.places.set(places.subarray(from, to), row);
    for (let i = from; i < to; i++) this.arrays[row + i - from] = arrays[i]!;
  }

  /** Copies the drawn rows one after the other to `target`, from its row `first` on. Allocates nothing. */
  copyTo(target: Values, drawn: Int32Array, count: number, first: number): void {
    const width = widthOf(this.column);
    let to = first * width;
    for (let i = 0; i < count; i++) {
      const row = drawn[i]!;
      const source = this.arrays[row]!;
      const from = this.places[row]! * width;
      for (let k = 0; k < width; k++) target[to++] = source[from + k]!;
    }
  }
}
