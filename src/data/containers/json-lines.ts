/**
 * The lines of a text file, one at a time, for logs of one JSON object per line. A file larger than memory is read in
 * pieces; a line that never ends is refused.
 */
import { DataError } from "../../errors.js";
import type { DataFile } from "./files.js";

/** One line that is not empty. */
export interface TextLine {
  readonly text: string;
  /** From 1 on. */
  readonly number: number;
}

const PIECE = 2 ** 16;
const LONGEST_LINE = 2 ** 20;
const NEWLINE = 0x0a;

/**
 * @param where how messages name the file
 * @throws DataError for a line that is too long or no UTF-8
 */
export function* linesOf(file: DataFile, where: string): Generator<TextLine> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let number = 0;
  const text = (end: Uint8Array): string => {
    const line = pendingBytes === 0 ? end : join([...pending, end], pendingBytes + end.length);
    pending.length = 0;
    pendingBytes = 0;
    number++;
    if (line.length > LONGEST_LINE) throw tooLong(where, number);
    try {
      return decoder.decode(line).trim();
    } catch {
      throw new DataError(`${where}: line ${number} is no UTF-8 text; save the file in UTF-8.`);
    }
  };
  for (let at = 0; at < file.size; at += PIECE) {
    const piece = file.read(at, Math.min(PIECE, file.size - at));
    let start = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
      const line = text(piece.subarray(start, end));
      start = end + 1;
      if (line !== "") yield { text: line, number };
    }
    if (start === piece.length) continue;
    pending.push(piece.subarray(start));
    pendingBytes += piece.length - start;
    if (pendingBytes > LONGEST_LINE) throw tooLong(where, number + 1);
  }
  const last = pendingBytes > 0 ? text(new Uint8Array(0)) : "";
  if (last !== "") yield { text: last, number };
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function tooLong(where: string, number: number): DataError {
  return new DataError(
    `${where}: line ${number} has more than ${LONGEST_LINE} bytes; write one JSON object a line, one line a step.`,
  );
}
