/**
 * CSV files, a record at a time: cells with commas, semicolons, tabs or bars between them, quotation marks around those
 * that hold one of these or an end of line. Where a record ends follows from the quotation marks before, so that a file
 * may be larger than memory; a few records at a time go through the parser.
 */
import Papa from "papaparse";
import { DataError } from "../../errors.js";
import { counted } from "../figures.js";
import { listed, quoted } from "./refusal.js";
import type { TextFile } from "./text-file.js";
import { rawLinesOf, type TextLine } from "./text-lines.js";

/** A record; `number` is the line where it begins. */
export interface CsvRecord {
  readonly cells: readonly string[];
  readonly number: number;
}

export interface CsvTable {
  /** The names of the columns, without white space around them; some may be empty. */
  readonly columns: readonly string[];
  /** All records after the names. @throws DataError for one that has not as many cells as there are columns */
  records(): Generator<CsvRecord>;
}

const delimiters = [",", ";", "\t", "|"];
const BATCH_CHARACTERS = 2 ** 14;
const LONGEST_RECORD = 2 ** 20;

/** @param where the file in messages; @throws DataError where there are no names of columns, or one stands there twice */
export function openCsv(file: TextFile, where: string): CsvTable {
  const first = textsOf(file, where).next().value as TextLine | undefined;
  if (first === undefined) throw new DataError(`${where} is empty; write the names of the columns and one row a step.`);
  const delimiter = delimiterOf(first.text);
  const [header] = parsed([first], delimiter, where);
  const columns = header!.cells.map((name) => name.trim());
  checkColumns(columns, where);
  return { columns, records: () => records(file, delimiter, columns.length, where) };
}

function checkColumns(columns: readonly string[], where: string): void {
  const twice = columns.find((name, i) => name !== "" && columns.indexOf(name) !== i);
  if (twice !== undefined)
    throw new DataError(`${where} has two columns ${quoted(twice)}; rename one of them in its first line.`);
  if (columns.every((name) => name === "" || Number.isFinite(Number(name))))
    throw new DataError(
      `${where} begins with ${listed(columns, 4)} where the names of the columns belong; write them as the first line.`,
    );
}

function* records(file: TextFile, delimiter: string, width: number, where: string): Generator<CsvRecord> {
  let isFirst = true;
  let batch: TextLine[] = [];
  let characters = 0;
  for (const text of textsOf(file, where)) {
    if (isFirst) {
      isFirst = false;
      continue;
    }
    batch.push(text);
    characters += text.text.length;
    if (characters < BATCH_CHARACTERS) continue;
    yield* checked(parsed(batch, delimiter, where), width, where);
    [batch, characters] = [[], 0];
  }
  yield* checked(parsed(batch, delimiter, where), width, where);
}

/** The text of each record that is not empty; a quotation mark that is open at the end of a line goes on in the next. */
function* textsOf(file: TextFile, where: string): Generator<TextLine> {
  let open: TextLine | undefined;
  for (const { text: raw, number } of rawLinesOf(file, where)) {
    const line = number === 1 ? raw.replace(/^\uFEFF/, "") : raw;
    const text: string = open === undefined ? line : `${open.text}\n${line}`;
    const start = open?.number ?? number;
    if (text.length > LONGEST_RECORD) throw unclosed(where, start);
    // Marks come in pairs: one inside a cell is doubled.
    const isOpen = hasOddQuotes(line) !== (open !== undefined);
    open = isOpen ? { text, number: start } : undefined;
    if (!isOpen && text.trim() !== "") yield { text: text.replace(/\r$/, ""), number: start };
  }
  if (open !== undefined) throw unclosed(where, open.number);
}

function hasOddQuotes(line: string): boolean {
  let odd = false;
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) odd = !odd;
  return odd;
}

/** What stands most often between the names of the columns, outside quotation marks. */
function delimiterOf(header: string): string {
  const bare = header.replace(/"[^"]*"/g, "");
  const counts = delimiters.map((delimiter) => bare.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))]!;
}

function parsed(batch: readonly TextLine[], delimiter: string, where: string): CsvRecord[] {
  if (batch.length === 0) return [];
  const text = batch.map((record) => record.text).join("\n");
  const { data, errors } = Papa.parse<string[]>(text, { delimiter, newline: "\n", quoteChar: '"', header: false });
  const wrong = errors.find(({ row }) => row !== undefined)?.row;
  if (wrong === undefined && errors.length === 0 && data.length === batch.length)
    return data.map((cells, i) => ({ cells, number: batch[i]!.number }));
  const { number } = batch[Math.min(wrong ?? 0, batch.length - 1)]!;
  throw new DataError(
    `${where}: a quotation mark at or after line ${number} stands where none may be; double those inside a cell, and put such a cell in quotation marks.`,
  );
}

function* checked(found: readonly CsvRecord[], width: number, where: string): Generator<CsvRecord> {
  for (const record of found) {
    if (record.cells.length !== width)
      throw new DataError(
        `${where}: line ${record.number} has ${counted(record.cells.length, "cell")} where the first line names ${counted(width, "column")}; repair the line, or put cells that hold the delimiter in quotation marks.`,
      );
    yield record;
  }
}

function unclosed(where: string, number: number): DataError {
  return new DataError(`${where}: line ${number} opens a quotation mark that nothing closes; close or remove it.`);
}
