/**
 * The lines of a text file, one at a time, for logs. A file larger than memory is read in pieces; a line that never ends
 * is refused.
 */
import { DataError } from "../../errors.js";
import type { TextFile } from "./text-file.js";

/** One line, or another stretch of a text. */
export interface TextLine {
  readonly text: string;
  /** From 1 on. */
  readonly number: number;
}

/** Bytes of a line, unless its reader expects more. */
const LONGEST_LINE = 2 ** 20;
const NEWLINE = 0x0a;

/** The lines that are not empty, without the white space around them. @throws as `rawLinesOf` does */
export function* linesOf(file: TextFile, where: string, longest = LONGEST_LINE): Generator<TextLine> {
  for (const { text, number } of rawLinesOf(file, where, longest)) {
    const trimmed = text.trim();
    if (trimmed !== "") yield { text: trimmed, number };
  }
}

/**
 * All lines as they stand, without their ends.
 * @param where how messages name the file
 * @throws DataError for a line that is too long or no UTF-8
 */
export function* rawLinesOf(file: TextFile, where: string, longest = LONGEST_LINE): Generator<TextLine> {
  const pending = new PendingBytes(longest);
  let number = 1;
  const line = (end: Uint8Array): TextLine => {
    const bytes = pending.take(end);
    if (bytes === undefined) throw tooLong(where, number, longest);
    return { text: decoded(bytes, `${where}: line ${number}`), number: number++ };
  };
  for (const piece of file.pieces()) {
    let start = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
      yield line(piece.subarray(start, end));
      start = end + 1;
    }
    if (!pending.add(piece.subarray(start))) throw tooLong(where, number, longest);
  }
  if (pending.size > 0) yield line(new Uint8Array(0));
}

/** The text of some bytes. @param place what they are, for messages; @throws DataError for bytes that are no UTF-8 */
export function decoded(bytes: Uint8Array, place: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new DataError(`${place} is no UTF-8 text; save the file in UTF-8.`);
  }
}

/** Bytes that wait for the end of their line. */
export class PendingBytes {
  private parts: Uint8Array[] = [];
  private bytes = 0;

  constructor(private readonly most: number) {}

  get size(): number {
    return this.bytes;
  }

  /** @returns whether they are not too many by now */
  add(part: Uint8Array): boolean {
    if (part.length > 0) this.parts.push(part);
    this.bytes += part.length;
    return this.bytes <= this.most;
  }

  /** All that wait, with the last of them; undefined where they are too many. */
  take(last: Uint8Array): Uint8Array | undefined {
    const fits = this.bytes + last.length <= this.most;
    const whole = !fits || this.bytes === 0 ? last : this.join(last);
    this.parts = [];
    this.bytes = 0;
    return fits ? whole : undefined;
  }

  private join(last: Uint8Array): Uint8Array {
    const whole = new Uint8Array(this.bytes + last.length);
    let at = 0;
    for (const part of [...this.parts, last]) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

function tooLong(where: string, number: number, longest: number): DataError {
  return new DataError(`${where}: line ${number} has more than ${longest} bytes; write one row a line.`);
}
