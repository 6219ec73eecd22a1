/**
 * Arrays of timeouts that are never set, as recorders store them that do not know of time limits. Where something else
 * could tell which ends are the clock's, such an array says no more than one that is not there.
 */
import { DataError } from "../../../errors.js";
import { columnsOf, type FlatFile } from "./flat-file.js";
import type { FlatOptions } from "./flat-tables.js";
import { type RowRole, rowRole } from "./row-names.js";

/** So many numbers are looked at together. */
const PIECE = 2 ** 18;

/**
 * The options with the array of timeouts left aside, where none of the files sets it.
 *
 * @param files of one recording, each of which is looked at until a timeout is found
 * @returns the options as they are where timeouts are set or called otherwise in some file, or where neither a horizon
 *   nor marks of done would say more
 */
export function withoutIdleTimeouts<T extends FlatOptions>(files: Iterable<FlatFile>, options: T): T {
  const { horizon, ignore = [] } = options;
  let idle: string | undefined;
  for (const file of files) {
    const keyOf = (role: RowRole) =>
      [...file.shapes.keys()].find((key) => rowRole(key) === role && !ignore.includes(key));
    const doneIsOpen = keyOf("dones") !== undefined && !keyOf("terminals") && !keyOf("masks");
    const key = keyOf("timeouts");
    if (key === undefined || key !== (idle ?? key) || (horizon === undefined && !doneIsOpen)) return options;
    if (!isNeverSet(file, key)) return options;
    idle = key;
  }
  return idle === undefined ? options : { ...options, ignore: [...ignore, idle] };
}

/** What is wrong with an array is told where its values are needed. */
function isNeverSet(file: FlatFile, key: string): boolean {
  try {
    const array = file.array(key);
    const [count = 0] = array.shape;
    if (count === 0 || columnsOf(array) !== 1) return false;
    const rows = Math.max(array.chunkRows, PIECE);
    for (let first = 0; first < count; first += rows)
      if (array.read(first, Math.min(rows, count - first)).some((flag) => flag !== 0)) return false;
    return true;
  } catch (error) {
    if (error instanceof DataError) return false;
    throw error;
  }
}
