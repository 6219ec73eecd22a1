/**
 * How far the JSON-lines files of a run reach, and whether they are what a checkpoint knows of them.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileReason } from "../errors.js";
import { beginning, damaged, type FilePosition, hashUpTo } from "./file-position.js";
import { runFiles } from "./record.js";

const names = ["metrics", "evaluations", "notices"] as const;
type Name = (typeof names)[number];
export type LinePositions = Readonly<Record<Name, FilePosition>>;

/** Before the first line. */
export const noLines: LinePositions = { metrics: beginning, evaluations: beginning, notices: beginning };

/**
 * Whether the lines that a checkpoint knows are there as they were.
 * @throws DataError if a file of lines is shorter than then, or another one up to there
 */
export function checkLines(folder: string, lines: LinePositions): void {
  for (const name of names) hashUpTo(join(folder, runFiles[name]), lines[name]);
}

/**
 * What a checkpoint would know of the whole lines that are there: of metrics and notices, from which nothing is computed.
 * Evaluations decide what a run does next, so that theirs must be as they were.
 */
export function linesAsTheyAre(folder: string, lines: LinePositions): LinePositions {
  const asItIs = (name: Name): FilePosition => ({ bytes: wholeLines(folder, name, lines[name].bytes).bytes });
  return { metrics: asItIs("metrics"), notices: asItIs("notices"), evaluations: lines.evaluations };
}

/**
 * Whether a run has written no line but, at most, that of its first evaluation, and what was noticed before its first
 * update, such as what is odd about its data.
 */
export function isFirstEvaluation(folder: string): boolean {
  const count = (name: Name) => wholeLines(folder, name).lines.length;
  const later = wholeLines(folder, "notices").lines.filter((line) => !/"updates":0,/.test(line));
  return count("metrics") + later.length === 0 && count("evaluations") <= 1;
}

interface WholeLines {
  readonly bytes: number;
  readonly lines: readonly string[];
}

/** The whole lines in the first bytes of a file; none where there is no file. */
function wholeLines(folder: string, name: Name, limit = Number.POSITIVE_INFINITY): WholeLines {
  const path = join(folder, runFiles[name]);
  let content: Buffer;
  try {
    content = readFileSync(path).subarray(0, limit);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { bytes: 0, lines: [] };
    throw damaged(path, fileReason(error));
  }
  const bytes = content.lastIndexOf("\n") + 1;
  return { bytes, lines: content.toString("utf8", 0, bytes).split("\n").slice(0, -1) };
}
