/**
 * Columns of a log that the mapping does not name and that nevertheless speak of its rows: successes, the next
 * observation under another usual name, a counter that tells where an episode begins again, and flags, of which one may
 * mark ends (`end-evidence.ts`).
 */
import { DataError, UsageError } from "../../../errors.js";
import { listed, printable, quoted } from "../../containers/refusal.js";
import { boundaryOf } from "../boundary-names.js";
import { mayBeFlag } from "../end-evidence.js";
import { columnRole, rowRole } from "../flat/row-names.js";
import type { ReadOptions } from "../format.js";
import { FIRST_ROWS, type LogTable } from "./log-features.js";
import { usualColumns } from "./log-mapping.js";
import { without } from "./log-nested.js";

/** The column of the next observation. @throws DataError where there are two that are no "next_observation" */
export function nextColumn(
  { where, columns }: LogTable,
  used: readonly string[],
  ignore: readonly string[],
): string | undefined {
  const free = columns.filter((name) => !used.includes(name) && !ignore.includes(name));
  const [first, second] = free.includes(usualColumns.nextObservation)
    ? [usualColumns.nextObservation]
    : free.filter((name) => columnRole(name) === "nextObservations");
  if (second === undefined) return first;
  throw new DataError(
    `${where} has ${quoted(first!)} and ${quoted(second)}, which may both be the next observation; name the right one in the mapping (nextObservation: ${printable(second)}), or say --ignore ${printable(second)}.`,
  );
}

const counters = /^(t|(env_|elapsed_|time_?)?steps?|(step|frame)_?(index|idx|id|number)|frame)$/i;

/** The column that counts steps, where no step is named: it need not be without gaps, but does not fall back. */
export function counterColumn(
  { columns, scalars = columns }: LogTable,
  used: readonly string[],
  ignore: readonly string[],
): string | undefined {
  return scalars.find(
    (name) => !used.includes(name) && !ignore.includes(name) && counters.test(name.replace(/([a-z])([A-Z])/g, "$1_$2")),
  );
}

/** The columns of flags that nothing uses. @param speaking only those that by their names mark ends or beginnings */
export function unusedFlags(
  table: LogTable,
  used: readonly string[],
  { ignore = [] }: Pick<ReadOptions, "ignore">,
  speaking: boolean,
): string[] {
  const { columns, scalars = columns } = table;
  const isFree = (name: string) =>
    !used.includes(name) && rowRole(name) !== "harmless" && (!speaking || boundaryOf(name) !== undefined);
  const free = without(scalars, ignore).filter(isFree);
  const flags = new Set(free);
  let count = 0;
  for (const { cells } of table.rows(free)) {
    for (const [i, name] of free.entries()) if (!mayBeFlag(cells[i])) flags.delete(name);
    if (++count === FIRST_ROWS || flags.size === 0) break;
  }
  return [...flags];
}

/** Where a log says which episodes succeeded, if rewards are to be made from that. */
export function successColumn(
  { where, columns, isComplete }: LogTable,
  { successReward }: ReadOptions,
): string | undefined {
  if (successReward === undefined) return undefined;
  if (successReward !== "recorded") {
    const column = "column" in successReward ? successReward.column : undefined;
    if (column !== undefined && isComplete && !columns.includes(column))
      throw new UsageError(
        `${where} has no column ${quoted(column)} that says which episodes succeeded; there: ${listed(columns, 30)}.`,
      );
    return column;
  }
  const found = successColumns.find((name) => columns.includes(name));
  if (found !== undefined) return found;
  throw new DataError(
    `${where} has none of the columns ${listed(successColumns)}, which say that an episode succeeded; name the column with --reward success:COLUMN, or the episodes, counted from 0, with --reward success:0,3,5.`,
  );
}

const successColumns = ["success", "is_success", "succeeded", "next.success"];
