/**
 * Files that people write by hand: YAML, of which JSON is a part.
 */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { fileReason, UsageError } from "../errors.js";

/**
 * What a file holds; null or undefined where it is empty.
 * @param what the file is, as the beginning of a sentence: "The comparison"
 * @throws UsageError if it cannot be read, or is neither YAML nor JSON
 */
export function readYaml(what: string, path: string): unknown {
  try {
    return parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UsageError(`${what} ${path} cannot be read: ${fileReason(error)}. Give a YAML or JSON file.`);
  }
}
