/**
 * Rows that stay where they are: a picture is in memory once, in its episode, and two transitions look at it through one
 * view, as what was seen before an action and as what was seen after the action before. Columns of bytes are kept so; the
 * episodes' arrays must not change afterwards.
 */
import { type Column, type Columns, type Values, widthOf } from "./columns.js";

/** The rows of a column, each a view of the numbers where they are. */
export type RowViews = readonly Values[];

/** Bytes that a view takes beside the numbers it shows, about: itself and two places in lists. */
export const VIEW_BYTES = 128;

/** Whether rows of a column are looked at where they are, and not copied. */
export function isViewed({ type }: Pick<Column, "type">): boolean {
  return type === "uint8";
}

/** The columns whose rows are copied. */
export function copiedColumns(columns: Columns): Columns {
  return columns.filter((column) => !isViewed(column));
}

/** Views of all rows of an array. */
export function viewsOf(values: Values, width: number): Values[] {
  return Array.from({ length: values.length / width }, (_, row) => values.subarray(row * width, (row + 1) * width));
}

/** Views of the rows of one column, as a replay keeps them. */
export class ViewedRows {
  private readonly views: Values[] = [];

  constructor(private readonly column: Column) {}

  /** Puts the views `from` to `to - 1` in place, from row `row` on; there is no gap before it. */
  put(views: RowViews, from: number, to: number, row: number): void {
    for (let i = from; i < to; i++) this.views[row + i - from] = views[i]!;
  }

  /** Copies the drawn rows one after the other to `target`, from its row `first` on. Allocates nothing. */
  copyTo(target: Values, drawn: Int32Array, count: number, first: number): void {
    const width = widthOf(this.column);
    for (let i = 0; i < count; i++) target.set(this.views[drawn[i]!]!, (first + i) * width);
  }
}
