/**
 * Rows that wait in memory until those of their episode are sorted.
 */
import type { LogRow } from "./log-features.js";

/** A row that waits to be sorted. */
export interface RankedRow {
  readonly row: LogRow;
  readonly rank: number | string;
}

/** Numbers before texts; rows of one rank stay as they came. */
export function byRank({ rank: one }: RankedRow, { rank: other }: RankedRow): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  if (typeof one !== typeof other) return typeof one === "number" ? -1 : 1;
  return one < other ? -1 : Number(one > other);
}

/** About what the cells of a row take. */
export function bytesOf({ cells }: LogRow): number {
  return cells.reduce<number>((sum, cell) => sum + 8 + bytesIn(cell), 0);
}

function bytesIn(cell: unknown): number {
  if (typeof cell === "string") return cell.length;
  if (typeof cell !== "object" || cell === null) return 0;
  return Array.isArray(cell) || ArrayBuffer.isView(cell)
    ? 8 * (cell as ArrayLike<unknown>).length
    : 32 * Object.keys(cell).length;
}
