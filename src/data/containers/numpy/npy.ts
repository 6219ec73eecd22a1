/**
 * The .npy container: a magic word, a version, and a header that is written as a Python dictionary. The dictionary is
 * parsed here word by word and never evaluated.
 */
import { DataError } from "../../../errors.js";
import { quoted } from "../refusal.js";
import { type NumpyType, numpyType } from "./numpy-type.js";

/** What a .npy file says about its array. */
export interface NpyHeader {
  readonly type: NumpyType;
  /** Columns first: the first index runs fastest. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Elements of the whole array. */
  readonly count: number;
}

/** The bytes with which a .npy file begins. */
export const NPY_MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Of the longest beginning that is needed to know how long the header is. */
export const NPY_PREAMBLE = 12;
const LONGEST_HEADER = 10_000;

/**
 * How many bytes the magic word, the version and the header take together.
 * @param start at least the first `NPY_PREAMBLE` bytes, fewer only if there are no more
 * @throws DataError where this is not a .npy file of version 1, 2 or 3
 */
export function npyHeaderEnd(start: Uint8Array, where: string): number {
  if (start.length < NPY_PREAMBLE || !NPY_MAGIC.every((byte, i) => start[i] === byte))
    throw new DataError(`${where} does not begin as a .npy file does; it is damaged or not what its name says.`);
  const version = start[6]!;
  if (version < 1 || version > 3)
    throw new DataError(`${where} has version ${version} of the .npy format; 1, 2 and 3 are known here.`);
  const view = new DataView(start.buffer, start.byteOffset, start.length);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > LONGEST_HEADER)
    throw new DataError(`${where} has a header of ${length} bytes, more than ${LONGEST_HEADER}; it is damaged.`);
  return (version === 1 ? 10 : 12) + length;
}

/**
 * Parses the header.
 * @param bytes the first `npyHeaderEnd` bytes
 * @throws DataError where the header is damaged or describes what has no plain elements
 */
export function parseNpyHeader(bytes: Uint8Array, where: string): NpyHeader {
  const text = new TextDecoder().decode(bytes.subarray(bytes[6] === 1 ? 10 : 12));
  const fields = parseDictionary(text, where);
  const [descr, fortranOrder, shape] = ["descr", "fortran_order", "shape"].map((key) => fields.get(key));
  if (fields.size !== 3 || typeof descr !== "string" || typeof fortranOrder !== "boolean" || !Array.isArray(shape))
    throw new DataError(
      `${where} has a header that does not say just descr, fortran_order and shape: ${quoted(text.trim())}; it is damaged, or its elements are records.`,
    );
  const count = shape.reduce((product: number, size: number) => product * size, 1);
  if (!Number.isSafeInteger(count))
    throw new DataError(`${where} claims the shape [${shape.slice(0, 8).join(", ")}], more than there can be.`);
  return { type: numpyType(descr, where), fortranOrder, shape, count };
}

type HeaderValue = string | boolean | number[];

const TOKEN = /\s*(?:'([^'\\]*)'|(True|False)|(\d+)L?|([{}():,]))/y;

/** `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`: texts, truth values and tuples of counts. */
function parseDictionary(text: string, where: string): Map<string, HeaderValue> {
  const tokens = tokensOf(text, where);
  const fields = new Map<string, HeaderValue>();
  let at = 0;
  const wrong = () => new DataError(`${where} has a header that is no dictionary: ${quoted(text.trim())}.`);
  const expect = (symbol: string) => {
    if (tokens[at++] !== symbol) throw wrong();
  };
  const tuple = (): number[] => {
    const sizes: number[] = [];
    while (tokens[at] !== ")") {
      const size = tokens[at++];
      if (typeof size !== "number") throw wrong();
      sizes.push(size);
      if (tokens[at] !== ")") expect(",");
    }
    at++;
    return sizes;
  };
  expect("{");
  while (tokens[at] !== "}") {
    const key = tokens[at++];
    expect(":");
    const value = tokens[at++];
    if (typeof key !== "object" || value === undefined || typeof value === "number") throw wrong();
    if (value === "(") fields.set(key.text, tuple());
    else if (typeof value === "string") throw wrong();
    else fields.set(key.text, typeof value === "boolean" ? value : value.text);
    if (tokens[at] !== "}") expect(",");
  }
  if (at !== tokens.length - 1) throw wrong();
  return fields;
}

type Token = { readonly text: string } | boolean | number | string;

function tokensOf(text: string, where: string): Token[] {
  const tokens: Token[] = [];
  const body = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < body.length) {
    const found = TOKEN.exec(body);
    if (!found) throw new DataError(`${where} has a header that is no dictionary: ${quoted(body)}.`);
    const [, quotedText, truth, digits, symbol] = found;
    if (quotedText !== undefined) tokens.push({ text: quotedText });
    else tokens.push(truth !== undefined ? truth === "True" : digits !== undefined ? Number(digits) : symbol!);
  }
  return tokens;
}
