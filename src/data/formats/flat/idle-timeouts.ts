/**
 * Arrays of timeouts that are never set, as recorders store them that do not know of time limits. Where something else
 * could tell which ends are the clock's, such an array says no more than one that is not there.
 */
import { columnsOf, type FlatFile } from "./flat-file.js";
import type { FlatOptions, FlatTables } from "./flat-tables.js";

/** So many numbers are looked at together. */
const PIECE = 2 ** 18;

/** The array's name; undefined where timeouts are set, or where neither a horizon nor marks of done would say more. */
export function idleTimeouts(
  file: FlatFile,
  { marks: { timeouts, terminals, masks, dones } }: FlatTables,
  { horizon }: FlatOptions,
): string | undefined {
  const doneIsOpen = dones !== undefined && terminals === undefined && masks === undefined;
  if (timeouts === undefined || (horizon === undefined && !doneIsOpen)) return undefined;
  const array = file.array(timeouts.key);
  const [count = 0] = array.shape;
  const rows = Math.max(array.chunkRows, Math.ceil(PIECE / Math.max(1, columnsOf(array))));
  for (let first = 0; first < count; first += rows)
    if (array.read(first, Math.min(rows, count - first)).some((flag) => flag !== 0)) return undefined;
  return timeouts.key;
}
