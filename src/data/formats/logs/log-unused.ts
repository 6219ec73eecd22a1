/**
 * Columns of a log that the mapping does not use and that may nevertheless speak of episodes: flags, of which one may
 * mark ends (`end-evidence.ts`).
 */
import { mayBeFlag } from "../end-evidence.js";
import { rowRole } from "../flat/row-names.js";
import type { ReadOptions } from "../format.js";
import type { LogTable } from "./log-features.js";

/** So many rows tell which columns hold nothing but flags. */
const FIRST_ROWS = 1000;

/** The columns of flags that nothing uses; counters and marks of beginnings say nothing of ends. */
export function unusedFlags(
  table: LogTable,
  used: readonly string[],
  { ignore = [] }: Pick<ReadOptions, "ignore">,
): string[] {
  const { columns, scalars = columns } = table;
  const isFree = (name: string) =>
    !used.includes(name) && !ignore.includes(name) && !["harmless", "starts"].includes(rowRole(name) ?? "");
  const free = scalars.filter(isFree);
  const flags = new Set(free);
  let count = 0;
  for (const { cells } of table.rows(free)) {
    for (const [i, name] of free.entries()) if (!mayBeFlag(cells[i])) flags.delete(name);
    if (++count === FIRST_ROWS || flags.size === 0) break;
  }
  return [...flags];
}
