/**
 * The objects of a JSON file that is one long list, one at a time: the file may be larger than memory. Only where each
 * object begins and ends is found here; whether it is JSON is for its parser to say.
 */
import { DataError } from "../../errors.js";
import type { TextFile } from "./text-file.js";
import { decoded, PendingBytes, type TextLine } from "./text-lines.js";

const LONGEST_OBJECT = 2 ** 20;
const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const opening = new Set([0x5b, 0x7b]); // [ {
const closing = new Set([0x5d, 0x7d]); // ] }
/** White space, commas and a byte order mark. */
const between = new Set([0x20, 0x09, 0x0a, 0x0d, 0x2c, 0xef, 0xbb, 0xbf]);

/** The text of each object, numbered from 1 on. @throws DataError for another list, and one that is cut off */
export function* objectsOf(file: TextFile, where: string): Generator<TextLine> {
  const pending = new PendingBytes(LONGEST_OBJECT);
  let depth = 0;
  let quoted = false;
  let escaped = false;
  let number = 1;
  for (const piece of file.pieces()) {
    let start = 0;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at]!;
      if (quoted) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) quoted = false;
        continue;
      }
      if (depth < 2 && !(opening.has(byte) || closing.has(byte) || between.has(byte)))
        throw new DataError(
          `${where}: object ${number} is no JSON object; write one object {"column": value, ...} a row.`,
        );
      if (byte === QUOTE) quoted = true;
      else if (opening.has(byte) && depth++ === 1) start = at;
      else if (closing.has(byte) && --depth === 1) {
        const bytes = pending.take(piece.subarray(start, at + 1));
        if (bytes === undefined) throw tooLong(where, number);
        yield { text: decoded(bytes, `${where}: object ${number}`), number: number++ };
      }
    }
    if (depth > 1 && !pending.add(piece.subarray(start))) throw tooLong(where, number);
  }
  if (depth !== 0) throw new DataError(`${where} ends within its list of objects; copy it again.`);
}

function tooLong(where: string, number: number): DataError {
  return new DataError(`${where}: object ${number} has more than ${LONGEST_OBJECT} bytes; write one object a row.`);
}
