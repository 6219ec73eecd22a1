/**
 * What formats ask of a file to recognise it: how it begins, and whether a look at it succeeds.
 */
import { type DataFile, type DataFiles, fileInMemory, onlyFile } from "../containers/files.js";

/** Whether the only file of a dataset, or the first of its files, begins with such a text, packed or not. */
export async function startsLike(files: DataFiles, pattern: RegExp): Promise<boolean> {
  if (files.paths.length === 0) return false;
  const { startOf, textFile } = await import("../containers/text-file.js");
  return holds(() => pattern.test(startOf(textFile(onlyFile(files), ""))));
}

/** The first bytes of the only file, unpacked where gzip packed it; undefined where there are none. */
export async function unpackedStart(files: DataFiles): Promise<DataFile | undefined> {
  const { textFile } = await import("../containers/text-file.js");
  try {
    for (const piece of textFile(onlyFile(files), "").pieces()) return fileInMemory(files.name, piece);
  } catch {} // what is damaged is told by whoever reads it
  return undefined;
}

/** Whether something holds of a file; what cannot be read is not of the format. */
export function holds(test: () => boolean): boolean {
  try {
    return test();
  } catch {
    return false;
  }
}
