/**
 * What formats ask of a file to recognise it: how it begins, and whether a look at it succeeds.
 */
import { type DataFiles, onlyFile } from "../containers/files.js";

/** Whether the only file of a dataset, or the first of its files, begins with such a text, packed or not. */
export async function startsLike(files: DataFiles, pattern: RegExp): Promise<boolean> {
  if (files.paths.length === 0) return false;
  const { startOf, textFile } = await import("../containers/text-file.js");
  return holds(() => pattern.test(startOf(textFile(onlyFile(files), ""))));
}

/** Whether something holds of a file; what cannot be read is not of the format. */
export function holds(test: () => boolean): boolean {
  try {
    return test();
  } catch {
    return false;
  }
}
