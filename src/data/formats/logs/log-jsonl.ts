/**
 * Logs of one JSON object per line.
 */
import { DataError } from "../../../errors.js";
import type { DataFile } from "../../containers/files.js";
import { linesOf, type TextLine } from "../../containers/json-lines.js";
import type { LogRow, LogTable } from "./log-features.js";

/** In the first line of a file that was written here: how many actions there are to choose from. */
export const DISCRETE_ACTIONS = "discrete_actions";

const FIRST_LINES = 1000;

/** @throws DataError when there is no first line, or it is not a JSON object */
export function openJsonLines(file: DataFile, where: string): LogTable {
  const first = linesOf(file, where).next().value as TextLine | undefined;
  if (first === undefined) throw new DataError(`${where} is empty; write one JSON object a line, one line a step.`);
  const discrete = cell(parseLine(first, where), DISCRETE_ACTIONS);
  return {
    where,
    unit: "line",
    columns: firstColumns(file, where),
    discreteActions: typeof discrete === "number" ? discrete : undefined,
    rowCount: undefined,
    fileBytes: file.size,
    rows: (columns) => rows(file, where, columns),
  };
}

/** The columns of the first lines: writers leave out what is not set, so that the very first need not have them all. */
function firstColumns(file: DataFile, where: string): string[] {
  const columns = new Set<string>();
  for (const line of linesOf(file, where)) {
    if (line.number > FIRST_LINES) break;
    for (const column of Object.keys(parseLine(line, where))) columns.add(column);
  }
  return [...columns];
}

function* rows(file: DataFile, where: string, columns: readonly string[]): Generator<LogRow> {
  for (const line of linesOf(file, where)) {
    const object = parseLine(line, where);
    yield { cells: columns.map((column) => cell(object, column)), number: line.number };
  }
}

/** Only what the line itself says: no key reaches a prototype. */
function cell(object: object, column: string): unknown {
  return Object.hasOwn(object, column) ? (object as Readonly<Record<string, unknown>>)[column] : undefined;
}

function parseLine({ text, number }: TextLine, where: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const reason = /[:[,]\s*-?(NaN|Infinity)\b/.test(text)
      ? "holds NaN or Infinity, which JSON does not have; repair or remove the row"
      : "is no complete JSON object; write one object a line, or remove the torn line";
    throw new DataError(`${where}: line ${number} ${reason}.`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new DataError(`${where}: line ${number} is no JSON object; write one object {"column": value, ...} a line.`);
}
