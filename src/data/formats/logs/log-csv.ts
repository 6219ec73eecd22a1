/**
 * Logs that are CSV tables. Their cells are texts: those that read as numbers, true or false, lists or objects become
 * such, in the one way in which that loses nothing.
 */
import { type CsvTable, openCsv } from "../../containers/csv.js";
import type { DataFile } from "../../containers/files.js";
import { textFile } from "../../containers/text-file.js";
import type { LogRow, LogTable } from "./log-features.js";

/** @throws DataError where the file is no such table */
export function openCsvLog(file: DataFile, where: string): LogTable {
  const table = openCsv(textFile(file, where), where);
  return {
    where,
    unit: "line",
    isComplete: true,
    columns: table.columns,
    discreteActions: undefined,
    rowCount: undefined,
    fileBytes: file.size,
    rows: (columns) => rows(table, columns),
  };
}

function* rows(table: CsvTable, names: readonly string[]): Generator<LogRow> {
  const places = names.map((name) => table.columns.indexOf(name));
  for (const { cells, number } of table.records())
    yield { cells: places.map((place) => (place < 0 ? undefined : cellValue(cells[place]!))), number };
}

const decimal = /^[+-]?(0|[1-9]\d*)?(\.\d*)?(e[+-]?\d+)?$/i;
const words = new Map<string, unknown>([
  ["", null],
  ["true", true],
  ["false", false],
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
]);

/**
 * What a cell says. Texts stay texts where a number would lose something of them: "007" is the name of another session
 * than "7", and whole numbers beyond 2^53 could not be told apart.
 */
function cellValue(cell: string): unknown {
  const text = cell.trim();
  const word = words.get(text.toLowerCase());
  if (word !== undefined) return word;
  if (decimal.test(text) && /\d/.test(text)) {
    const value = Number(text);
    if (!Number.isInteger(value) || Number.isSafeInteger(value) || /[.e]/i.test(text)) return value;
  }
  return /^[[{]/.test(text) ? (jsonIn(text) ?? cell) : cell;
}

/** What JSON a text is, or an object or list as Python prints it: {'TimeLimit.truncated': True}. */
function jsonIn(text: string): unknown {
  for (const json of [text, fromPython(text)])
    try {
      return JSON.parse(json) as unknown;
    } catch {}
  return undefined;
}

function fromPython(text: string): string {
  const values: Readonly<Record<string, string>> = { True: "true", False: "false", None: "null" };
  return text.replaceAll("'", '"').replace(/\b(True|False|None)\b/g, (word) => values[word]!);
}
