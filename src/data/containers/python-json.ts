/**
 * JSON as Python writes it. Infinity and NaN stand in it, which JSON does not know; the bounds of spaces are full of
 * them, and nothing here needs them, so they are read as null.
 */
import { DataError } from "../../errors.js";

const textOrSpecial = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\bInfinity\b|\bNaN\b/g;

/** @param where the file and the place in it, for messages @throws DataError where it is no JSON */
export function parsePythonJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text.replace(textOrSpecial, (found) => (found.startsWith('"') ? found : "null")));
  } catch {
    throw new DataError(`${where} is no JSON; copy the dataset again.`);
  }
}
