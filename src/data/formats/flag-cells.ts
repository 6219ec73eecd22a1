/**
 * Flags as people write them in cells: true and false, 0 and 1, and the words of CSV files and databases.
 */

/** 1 where a cell is a flag that is set, 0 where it is one that is not, as an empty text is; undefined for null and all else. */
export function flagOf(cell: unknown): 0 | 1 | undefined {
  if (cell === true || cell === 1) return 1;
  if (cell === false || cell === 0) return 0;
  if (typeof cell !== "string") return undefined;
  if (set.test(cell)) return 1;
  return unset.test(cell) ? 0 : undefined;
}

const set = /^\s*(true|yes|t|y|1)\s*$/i;
const unset = /^\s*(false|no|f|n|0|)\s*$/i;
