/**
 * The columns of an Arrow file: names, kinds of values, and how many buffers each takes, since a record batch lists its
 * buffers one after the other without naming them.
 * Source: https://github.com/apache/arrow/blob/main/format/Schema.fbs
 */

import { Damaged } from "../damaged.js";
import { type NumpyType, numpyType } from "../numpy/numpy-type.js";
import type { FlatTable } from "./arrow-flatbuffer.js";

/** What a column holds. */
export type ArrowKind =
  | { readonly kind: "numbers"; readonly type: NumpyType | "bits" }
  /** Rows of `size` values of the child. */
  | { readonly kind: "fixed-list"; readonly size: number }
  /** Rows of any number of values of the child; offsets of 4 or 8 bytes. */
  | { readonly kind: "list"; readonly offsetBytes: 4 | 8 }
  /** Rows of raw bytes; offsets of 4 or 8 bytes. */
  | { readonly kind: "bytes"; readonly offsetBytes: 4 | 8 }
  | { readonly kind: "struct" }
  /** Not read here, but its buffers are counted. */
  | { readonly kind: "other"; readonly buffers: number }
  /** Its number of buffers is not known, so nothing after it can be found. */
  | { readonly kind: "unknown" };

export interface ArrowField {
  readonly name: string;
  readonly type: ArrowKind;
  readonly children: readonly ArrowField[];
}

// Numbers of the types in Arrow's union.
const INT = 2;
const FLOATING_POINT = 3;
const BINARY = 4;
const BOOL = 6;
const LIST = 12;
const STRUCT = 13;
const FIXED_SIZE_LIST = 16;
const MAP = 17;
const LARGE_BINARY = 19;
const LARGE_LIST = 21;
/** Types without children that are not read here: their number and that of their buffers. */
const otherTypes: ReadonlyMap<number, number> = new Map([
  [1, 0], // null
  ...[5, 20].map((text) => [text, 3] as const),
  ...[7, 8, 9, 10, 11, 15, 18].map((fixed) => [fixed, 2] as const), // decimals, dates, times, intervals, fixed bytes
]);
const deepest = 16;

/** The columns of a schema. @throws Damaged where the schema contradicts itself */
export function fieldsOf(schema: FlatTable): ArrowField[] {
  if (schema.number(0, "int16") !== 0) throw new Damaged("its numbers are big-endian, which is not read here");
  return schema.tables(1).map((field) => fieldOf(field, 0));
}

function fieldOf(field: FlatTable, depth: number): ArrowField {
  if (depth > deepest) throw new Damaged("its columns are nested too deeply");
  const encoded = field.table(4) !== undefined; // as numbers of entries in a dictionary
  return {
    name: field.text(0),
    type: encoded ? { kind: "other", buffers: 2 } : kindOf(field.number(2, "uint8"), field.table(3)),
    children: encoded ? [] : field.tables(5).map((child) => fieldOf(child, depth + 1)),
  };
}

function kindOf(type: number, details: FlatTable | undefined): ArrowKind {
  if (type === STRUCT) return { kind: "struct" };
  if (type === LIST || type === MAP) return { kind: "list", offsetBytes: 4 };
  if (type === LARGE_LIST) return { kind: "list", offsetBytes: 8 };
  if (type === FIXED_SIZE_LIST) return { kind: "fixed-list", size: details?.number(0, "int32") ?? 0 };
  if (type === BINARY) return { kind: "bytes", offsetBytes: 4 };
  if (type === LARGE_BINARY) return { kind: "bytes", offsetBytes: 8 };
  if (type === BOOL) return { kind: "numbers", type: "bits" };
  const numbers = numbersOf(type, details);
  if (numbers) return { kind: "numbers", type: numbers };
  if (type === FLOATING_POINT || type === INT) return { kind: "other", buffers: 2 };
  const buffers = otherTypes.get(type);
  return buffers === undefined ? { kind: "unknown" } : { kind: "other", buffers };
}

/** Arrow's numbers are little-endian and have the same forms as NumPy's. */
function numbersOf(type: number, details: FlatTable | undefined): NumpyType | undefined {
  const code = codeOf(type, details);
  return code === undefined ? undefined : numpyType(`<${code}`, "a column");
}

function codeOf(type: number, details: FlatTable | undefined): string | undefined {
  if (type === FLOATING_POINT) return ["f2", "f4", "f8"][details?.number(0, "int16") ?? 0];
  if (type !== INT || details === undefined) return undefined;
  const bits = details.number(0, "int32");
  if (bits !== 8 && bits !== 16 && bits !== 32 && bits !== 64) return undefined;
  return `${details.number(1, "uint8") === 0 ? "u" : "i"}${bits / 8}`;
}
