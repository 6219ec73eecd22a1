/**
 * What readers of foreign files refuse, in the same words: names that would garble a terminal, values that are not
 * finite numbers or flags, and arrays of different lengths.
 */
import { DataError } from "../../errors.js";
import { counted } from "../figures.js";

/** A name from a file, safe to print: without control characters, shortened, in quotation marks. */
export function quoted(name: string): string {
  const shown = name.slice(0, 60).replace(/[\p{C}\u2028\u2029]/gu, "?");
  return `"${name.length > 60 ? `${shown}...` : shown}"`;
}

/** The first of some names from a file, and how many more there are: some files have thousands. */
export function listed(names: Iterable<string>, most = 8): string {
  const all = [...names];
  const more = all.length > most ? ` and ${all.length - most} more` : "";
  return `${all.slice(0, most).map(quoted).join(", ") || "nothing"}${more}`;
}

/** A text with content from a file in it, safe to print: without control characters. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, "?");
}

/**
 * @param firstRow the number of the first of these rows
 * @param complete whether no other values of the same array follow
 * @throws DataError naming the row and column of the first value that is NaN or infinite, and how many more there are
 */
export function checkFinite(values: Float32Array, columns: number, where: string, firstRow = 0, complete = true): void {
  const first = values.findIndex((value) => !Number.isFinite(value));
  if (first < 0) return;
  const place = `row ${firstRow + Math.floor(first / columns)}${columns > 1 ? `, column ${first % columns}` : ""}`;
  const others = values.reduce((total, value) => total + (Number.isFinite(value) ? 0 : 1), 0) - 1;
  const more = others > 0 ? ` (and ${complete ? "" : "at least "}${others} more such values)` : "";
  throw new DataError(`${where} holds ${values[first]} in ${place}${more}; repair or remove these rows.`);
}

/** Flags as bytes. @throws DataError naming the row of the first value that is neither 0 nor 1 */
export function flagsOf(values: Float32Array, where: string, firstRow = 0): Uint8Array {
  const first = values.findIndex((value) => value !== 0 && value !== 1);
  if (first < 0) return Uint8Array.from(values);
  throw new DataError(
    `${where} holds ${values[first]} in row ${firstRow + first}; it must be 0 or 1, so store it as a boolean.`,
  );
}

/** @throws DataError where an array does not have as many rows as the observations */
export function checkRows(where: string, rows = 0, count: number): void {
  if (rows === count) return;
  throw new DataError(
    `${where} has ${counted(rows, "row")} but observations have ${count}; every key needs one row per step.`,
  );
}
