/**
 * Logs of JSON objects, one per line or all in one list.
 */
import { DataError } from "../../../errors.js";
import type { DataFile } from "../../containers/files.js";
import { objectsOf } from "../../containers/json-array.js";
import { startOf, type TextFile, textFile } from "../../containers/text-file.js";
import { linesOf, type TextLine } from "../../containers/text-lines.js";
import type { LogRow, LogTable } from "./log-features.js";

/** In the first line of a file that was written here: how many actions there are to choose from. */
export const DISCRETE_ACTIONS = "discrete_actions";

/** So many objects tell which columns there are. */
const FIRST_OBJECTS = 1000;

/** How the objects stand in a file. */
interface JsonTexts {
  readonly where: string;
  readonly unit: "line" | "object";
  texts(): Generator<TextLine>;
}

/** @throws DataError when there is no first object, or it is not JSON */
export function openJsonLines(file: DataFile, where: string): LogTable {
  const source = jsonTexts(textFile(file, where), where);
  const first = source.texts().next().value as TextLine | undefined;
  if (first === undefined) throw new DataError(`${where} is empty; write one JSON object a line, one line a step.`);
  const discrete = cellOf(parseObject(first, source), DISCRETE_ACTIONS);
  return {
    where,
    unit: source.unit,
    isComplete: false,
    columns: firstColumns(source),
    discreteActions: typeof discrete === "number" ? discrete : undefined,
    rowCount: undefined,
    fileBytes: file.size,
    rows: (columns) => rows(source, columns),
  };
}

function jsonTexts(file: TextFile, where: string): JsonTexts {
  return /^\s*\[\s*\{/.test(startOf(file))
    ? { where, unit: "object", texts: () => objectsOf(file, where) }
    : { where, unit: "line", texts: () => linesOf(file, where) };
}

/** The columns of the first objects: writers leave out what is not set, so that the very first need not have them all. */
function firstColumns(source: JsonTexts): string[] {
  const columns = new Set<string>();
  let count = 0;
  for (const text of source.texts()) {
    if (count++ === FIRST_OBJECTS) break;
    for (const column of Object.keys(parseObject(text, source))) columns.add(column);
  }
  return [...columns];
}

function* rows(source: JsonTexts, columns: readonly string[]): Generator<LogRow> {
  for (const text of source.texts()) {
    const object = parseObject(text, source);
    yield { cells: columns.map((column) => cellOf(object, column)), number: text.number };
  }
}

/** Only what the object itself says: no key reaches a prototype. */
export function cellOf(object: object, column: string): unknown {
  return Object.hasOwn(object, column) ? (object as Readonly<Record<string, unknown>>)[column] : undefined;
}

/** The object in a text. @throws DataError where it is none */
export function parseObject(
  { text, number }: { readonly text: string; readonly number: LogRow["number"] },
  { where, unit }: Pick<LogTable, "where" | "unit">,
): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const reason = /[:[,]\s*-?(NaN|Infinity)\b/.test(text)
      ? "holds NaN or Infinity, which JSON does not have; repair or remove the row"
      : `is no complete JSON object; write one object a ${unit}, or remove the torn ${unit}`;
    throw new DataError(`${where}: ${unit} ${number} ${reason}.`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new DataError(
    `${where}: ${unit} ${number} is no JSON object; write one object {"column": value, ...} a ${unit}.`,
  );
}
