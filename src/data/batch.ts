/**
 * The rows that one update consumes: preallocated once, filled again before every update, so that sampling allocates
 * nothing.
 */
import { allocateRows, type Columns, type TransitionRows } from "./columns.js";

/** `size` transitions, column by column. */
export interface Batch {
  readonly size: number;
  readonly columns: Columns;
  readonly rows: Required<TransitionRows>;
}

/** A batch of `size` rows of zeros, in these columns (`transitionColumns`). */
export function createBatch(size: number, columns: Columns): Batch {
  return { size, columns, rows: allocateRows(columns, size) };
}
