/**
 * The lines of a policy server's log one after the other. A kill can tear the last one, which was then acknowledged to
 * nobody; any other damage is named.
 */
import { DataError } from "../../../errors.js";
import { requirement } from "../../../requirement.js";
import type { DataFile } from "../../containers/files.js";
import { textFile } from "../../containers/text-file.js";
import { linesOf, type TextLine } from "../../containers/text-lines.js";
import { type ServedHeader, type ServedLine, servedLineSchema } from "./served-lines.js";

/** Pictures are long. */
const LONGEST_LINE = 2 ** 26;

/** One line of a log. */
export interface NumberedLine {
  readonly line: Exclude<ServedLine, ServedHeader>;
  readonly number: number;
}

/** A log that is open for reading. */
export interface ServedLog {
  readonly header: ServedHeader;
  /** All lines after the header; @param onTorn called where the last one is torn */
  lines(onTorn: () => void): Generator<NumberedLine>;
}

/** @param where how messages name the file; @throws DataError where it is no such log */
export function openServedLog(file: DataFile, where: string): ServedLog {
  const texts = () => linesOf(textFile(file, where), where, LONGEST_LINE);
  const first = texts().next().value as TextLine | undefined;
  const header = first && parsed(first, where);
  if (header?.kind !== "calql-served")
    throw new DataError(`${where} does not begin with the header that calql serve writes; give the whole log.`);
  return { header, lines: (onTorn) => laterLines(texts(), where, onTorn) };
}

function* laterLines(texts: Generator<TextLine>, where: string, onTorn: () => void): Generator<NumberedLine> {
  texts.next();
  let waiting: TextLine | undefined;
  const read = (text: TextLine): NumberedLine => {
    const line = parsed(text, where);
    if (line === undefined)
      throw new DataError(`${where}: line ${text.number} is no complete JSON object; remove the torn line.`);
    if (line.kind === "calql-served")
      throw new DataError(`${where}: line ${text.number} is a second header; read the logs one by one.`);
    return { line, number: text.number };
  };
  for (const text of texts) {
    if (waiting) yield read(waiting);
    waiting = text;
  }
  if (waiting && parsed(waiting, where) === undefined) onTorn();
  else if (waiting) yield read(waiting);
}

/** Undefined where it is no JSON. @throws DataError where it is no line of such a log */
function parsed({ text, number }: TextLine, where: string): ServedLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const result = servedLineSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const place = issue.path.length > 0 ? `"${issue.path.join(".")}": ` : "";
  throw new DataError(
    `${where}: line ${number}: ${place}${requirement({ ...issue, path: [] }, undefined)}; restore the line as the server wrote it.`,
  );
}
