/**
 * A log's columns against those that are asked for: which are missing, which are both named and ignored, and which
 * lines of a mapping file would say what is what.
 */
import { DataError, suggestion, UsageError } from "../../../errors.js";
import { listed, printable, quoted } from "../../containers/refusal.js";
import { boundaryOf } from "../boundary-names.js";
import type { ReadOptions } from "../format.js";
import { columnsIn, type LogTable } from "./log-features.js";
import { legalColumn } from "./log-legal.js";
import { ALWAYS, LAST, type LogMapping, usualColumns } from "./log-mapping.js";

/** What every row needs. */
const needed = ["episode", "observation", "action", "reward"] as const;
type Needed = (typeof needed)[number];

/** Whether the mapping says that each row is an episode of its own, and not that a column of that name marks ends. */
export function rowsAreEpisodes({ columns }: LogTable, { terminated }: LogMapping): boolean {
  return terminated === ALWAYS && !columns.includes(ALWAYS);
}

/** Whether it says that the last row of every episode ends the task. */
export function lastRowsEnd({ columns }: LogTable, { terminated }: LogMapping): boolean {
  return terminated === LAST && !columns.includes(LAST);
}

/** The columns that the mapping names, each with its key. */
export function namedColumns(table: LogTable, mapping: LogMapping): ReadonlyMap<string, string> {
  const { actions, interleaved, terminated, legal, ...features } = mapping;
  const isWord = rowsAreEpisodes(table, mapping) || lastRowsEnd(table, mapping);
  const told = { ...features, legal: legal && legalColumn(legal).column, ...(!isWord && { terminated }) };
  return new Map(
    Object.entries(told).flatMap(([key, what]) =>
      what === undefined ? [] : columnsIn(what).map((column) => [column, key] as const),
    ),
  );
}

/** @throws DataError when a column that is needed or named is not there; UsageError where one is named and ignored */
export function checkColumns(table: LogTable, mapping: LogMapping, options: ReadOptions): void {
  const { where, columns, isComplete } = table;
  const named = namedColumns(table, mapping);
  for (const column of options.ignore ?? [])
    if (named.has(column) && !table.isMapped)
      throw new UsageError(
        `The mapping names ${quoted(column)} (${named.get(column)}), which --ignore leaves aside; take it out of one of both.`,
      );
  const usual = needed.filter((key) => mapping[key] === undefined && isNeeded(key, table, mapping, options));
  const missing = usual.filter((key) => !columns.includes(usualColumns[key]));
  if (missing.length === needed.length || (missing.length > 0 && named.size === 0))
    throw new DataError(noUsualColumns(table, missing));
  for (const [column, key] of named)
    if (!columns.includes(column) && (isComplete || isNeeded(key, table, mapping, options)))
      throw new DataError(notThere(table, column, key));
  if (missing.length > 0)
    throw new DataError(
      `${where}: the mapping does not say what the ${missing[0]} is, and there is no column "${usualColumns[missing[0]!]}"; add a line such as ${exampleLines(table, missing, [...named.keys()])[0]}. There: ${listed(columns, 30)}.`,
    );
}

/** What is wrong where the mapping names a column that a log has not. */
export function notThere({ where, columns }: LogTable, column: string, key: string): string {
  const meant = printable(suggestion(column, columns));
  return `${where}: the mapping names ${quoted(column)} (${key}), which the log has not.${meant} There: ${listed(columns, 30)}.`;
}

/** How to say that a column is none of those that are read, to follow "or". */
export function leaveAside(column: string, table: LogTable, mapping: LogMapping): string {
  const isNamed = !table.isMapped && namedColumns(table, mapping).has(column);
  return isNamed ? `take ${printable(column)} out of the mapping` : `say --ignore ${printable(column)}`;
}

/** The step that is left where a log's columns are not as they should be: few verbs take a mapping. */
export const MAPPING_STEP =
  'and give it: calql data inspect FILE --mapping MAP shows what is read, calql data convert FILE out.calql --mapping MAP writes data that every verb reads; see "Application logs" in docs/data.md.';

function noUsualColumns(table: LogTable, missing: readonly Needed[]): string {
  const names = missing.map((key) => `"${usualColumns[key]}"`).join(", ");
  const lines = exampleLines(table, missing, []).join(", ");
  return `${table.where} has no ${missing.length > 1 ? "columns" : "column"} ${names}; there: ${listed(table.columns, 30)}. Say in a mapping file MAP which column is what, in lines such as ${lines}, ${MAPPING_STEP}`;
}

function isNeeded(key: string, table: LogTable, mapping: LogMapping, { successReward }: ReadOptions): key is Needed {
  if (key === "episode") return !rowsAreEpisodes(table, mapping);
  if (key === "reward") return successReward === undefined;
  return (needed as readonly string[]).includes(key);
}

const likely: Readonly<Record<Needed, RegExp>> = {
  episode: /sess|episode|traj|visit|customer|user|(^|_|\b)(run|id)$|Id$/i,
  action: /^act|action|command|control|offer|choice|arm$|decision|treatment|bid/i,
  reward: /rew|revenue|paid|profit|click|score|gain|sales?$/i,
  observation: /^obs|state|feature|sensor/i,
};

/** Lines for a mapping file, in quotation marks, made of columns that nothing else uses. */
function exampleLines({ columns }: LogTable, missing: readonly Needed[], used: readonly string[]): string[] {
  const free = columns.filter(
    (name) => /^[\w.-]+$/.test(name) && !used.includes(name) && !isUsual(name) && boundaryOf(name) === undefined,
  );
  const taken = new Map<Needed, string>();
  const take = (key: Needed, column: string | undefined) => {
    if (column === undefined) return;
    taken.set(key, column);
    free.splice(free.indexOf(column), 1);
  };
  const wanted = missing.filter((key) => key !== "observation");
  for (const key of wanted)
    take(
      key,
      free.find((name) => likely[key].test(name)),
    );
  for (const key of wanted) if (!taken.has(key)) take(key, free.find((name) => !isTime(name)) ?? free[0]);
  const seen = free.find((name) => likely.observation.test(name));
  const observed = seen === undefined ? free.filter((name) => !isTime(name)).slice(0, 3) : [seen];
  return missing.map((key) => {
    if (key !== "observation") return `"${key}: ${taken.get(key) ?? "NAME"}"`;
    return `"observation: ${observed.length === 1 ? observed[0] : `[${observed.join(", ") || "NAME, NAME"}]`}"`;
  });
}

/** Where only some columns have other names, these have theirs. */
function isUsual(name: string): boolean {
  return Object.values<string>(usualColumns).includes(name);
}

function isTime(name: string): boolean {
  return /time|date|^ts$|^t$|step|tick/i.test(name);
}
