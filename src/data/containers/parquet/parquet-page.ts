/**
 * One page of a column of a Parquet file: its header, checked against what is left of the column, and its values and
 * levels, ready to be taken one by one.
 */

import { Damaged } from "../damaged.js";
import { unpack } from "./parquet-compression.js";
import { BOOLEAN, type ParquetLeaf } from "./parquet-schema.js";
import { integer, ThriftReader } from "./parquet-thrift.js";
import {
  deltaBytes,
  deltaNumbers,
  type Next,
  plainBytes,
  plainNumbers,
  runs,
  splitNumbers,
  textsOf,
  widthOf,
} from "./parquet-values.js";

export interface PageHeader {
  readonly kind: "data" | "data v2" | "dictionary" | "other";
  /** Bytes of the header itself, of the page as stored, and of the page unpacked. */
  readonly headerBytes: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly values: number;
  readonly encoding: number;
  /** Of a page of the second version: bytes of the levels, and whether the values are compressed. */
  readonly repetitionBytes: number;
  readonly definitionBytes: number;
  readonly compressed: boolean;
}

/** The entries of a page; `value` is asked only where the definition level says that there is one. */
export interface Page {
  readonly repetition: Next<number>;
  readonly definition: Next<number>;
  readonly value: Next<number> | Next<string> | Next<Uint8Array>;
}

/** The values that indices stand for; of numbers, of texts or of raw bytes. */
export type Dictionary = Float64Array | readonly string[] | readonly Uint8Array[];

/** A page's header is small, whatever statistics a writer puts into it. */
export const LARGEST_HEADER = 2 ** 16;
const KINDS = ["data", "other", "dictionary", "data v2"] as const;
const PLAIN = 0;
const PLAIN_DICTIONARY = 2;
const RLE = 3;
const DELTA = 5;
const DELTA_LENGTH = 6;
const RLE_DICTIONARY = 8;
const BYTE_STREAM_SPLIT = 9;

/** @param bytes from the header on, the page may be cut off; @throws Damaged */
export function readPageHeader(bytes: Uint8Array): PageHeader {
  const reader = new ThriftReader(bytes);
  const header = reader.struct({ 1: integer, 2: integer, 3: integer, 5: data, 7: dictionary, 8: dataV2 });
  const { 1: kind = -1, 2: size = -1, 3: packed = -1 } = header;
  // The three kinds agree in the number of values; the second version has nulls and rows before the encoding.
  const values = (header[5] ?? header[7] ?? header[8])?.[1] ?? 0;
  const encoding = (header[5] ?? header[7])?.[2] ?? header[8]?.[4] ?? -1;
  const { 5: definitionBytes = 0, 6: repetitionBytes = 0, 7: compressed = true } = header[8] ?? {};
  if (!(size >= 0 && packed >= 0 && values >= 0))
    throw new Damaged(`its page declares ${size} bytes and ${values} values`);
  if ((header[5]?.[3] ?? RLE) > RLE || (header[5]?.[4] ?? RLE) > RLE)
    throw new Damaged("its levels are stored in a way that is out of use");
  if (definitionBytes < 0 || repetitionBytes < 0 || definitionBytes + repetitionBytes > Math.min(size, packed))
    throw new Damaged("its levels are larger than their page");
  return {
    kind: KINDS[kind] ?? "other",
    headerBytes: reader.offset,
    packedBytes: packed,
    bytes: size,
    values,
    encoding,
    repetitionBytes,
    definitionBytes,
    compressed,
  };
}

const data = (reader: ThriftReader) => reader.nested({ 1: integer, 2: integer, 3: integer, 4: integer });
const dictionary = (reader: ThriftReader) => reader.nested({ 1: integer, 2: integer });
const dataV2 = (reader: ThriftReader) =>
  reader.nested({ 1: integer, 4: integer, 5: integer, 6: integer, 7: (field) => field.boolean() });

/** The values to which the indices of the following pages refer. */
export function readDictionary(header: PageHeader, packed: Uint8Array, codec: number, leaf: ParquetLeaf): Dictionary {
  const bytes = sized(unpack(packed, codec, header.bytes), header.bytes);
  const least = hasBytes(leaf) ? 4 : (widthOf(leaf.type) ?? 1);
  if (header.values * least > bytes.length) throw new Damaged("its dictionary is shorter than it declares");
  if (leaf.kind === "text") return Array.from({ length: header.values }, textsOf(plainBytes(bytes, leaf)));
  if (leaf.kind === "bytes") return Array.from({ length: header.values }, plainBytes(bytes, leaf));
  return Float64Array.from({ length: header.values }, plainNumbers(bytes, leaf));
}

export function openPage(
  header: PageHeader,
  packed: Uint8Array,
  codec: number,
  leaf: ParquetLeaf,
  dictionary: Dictionary | undefined,
): Page {
  const { repetition, definition, values } =
    header.kind === "data v2" ? partsV2(header, packed, codec) : parts(header, packed, codec, leaf);
  return {
    repetition: runs(repetition, widthOfLevel(leaf.repetition)),
    definition: leaf.definition === 0 ? () => 0 : runs(definition, widthOfLevel(leaf.definition)),
    value: valuesOf(header, values, leaf, dictionary),
  };
}

interface Parts {
  readonly repetition: Uint8Array;
  readonly definition: Uint8Array;
  readonly values: Uint8Array;
}

/** First version: all compressed together, each kind of level after its length. */
function parts(header: PageHeader, packed: Uint8Array, codec: number, leaf: ParquetLeaf): Parts {
  const bytes = sized(unpack(packed, codec, header.bytes), header.bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const levels = (most: number) => {
    if (most === 0) return bytes.subarray(0, 0);
    if (at + 4 > bytes.length) throw new Damaged("its page ends before its levels");
    const length = view.getUint32(at, true);
    if (length > bytes.length - at - 4) throw new Damaged("its levels are larger than their page");
    at += 4 + length;
    return bytes.subarray(at - length, at);
  };
  return { repetition: levels(leaf.repetition), definition: levels(leaf.definition), values: bytes.subarray(at) };
}

/** Second version: the levels stand before the compressed values. */
function partsV2(header: PageHeader, packed: Uint8Array, codec: number): Parts {
  const { repetitionBytes, definitionBytes, compressed } = header;
  const levels = repetitionBytes + definitionBytes;
  const values = packed.subarray(levels);
  return {
    repetition: packed.subarray(0, repetitionBytes),
    definition: packed.subarray(repetitionBytes, levels),
    values:
      compressed && values.length > 0
        ? sized(unpack(values, codec, header.bytes - levels), header.bytes - levels)
        : values,
  };
}

function valuesOf(
  header: PageHeader,
  bytes: Uint8Array,
  leaf: ParquetLeaf,
  dictionary: Dictionary | undefined,
): Page["value"] {
  const ofBytes = (next: Next<Uint8Array>) => (leaf.kind === "text" ? textsOf(next) : next);
  switch (header.encoding) {
    case PLAIN:
      return hasBytes(leaf) ? ofBytes(plainBytes(bytes, leaf)) : plainNumbers(bytes, leaf);
    case PLAIN_DICTIONARY:
    case RLE_DICTIONARY:
      return lookedUp(bytes, dictionary);
    case RLE:
      // Only booleans are stored so; their bytes stand after their length.
      if (leaf.type === BOOLEAN) return runs(bytes.subarray(4), 1);
      break;
    case DELTA:
      if (!hasBytes(leaf)) return deltaNumbers(bytes, leaf);
      break;
    case DELTA_LENGTH:
      if (hasBytes(leaf)) return ofBytes(deltaBytes(bytes, header.values));
      break;
    case BYTE_STREAM_SPLIT:
      if (!hasBytes(leaf)) return splitNumbers(bytes, leaf);
  }
  throw new Damaged(
    `its values are stored in a way (encoding ${header.encoding}) that is not read here (write it with plain or dictionary encoding)`,
  );
}

/** Whether each value has a length of its own. */
function hasBytes({ kind }: ParquetLeaf): boolean {
  return kind === "text" || kind === "bytes";
}

function lookedUp(bytes: Uint8Array, dictionary: Dictionary | undefined): Page["value"] {
  if (dictionary === undefined) throw new Damaged("its dictionary is missing");
  const index = runs(bytes.subarray(1), bytes[0] ?? 0);
  const take = <T>(values: ArrayLike<T>) => {
    return () => {
      const value = values[index()];
      if (value === undefined) throw new Damaged(`it refers to a value beyond the ${values.length} of its dictionary`);
      return value;
    };
  };
  return take<number | string | Uint8Array>(dictionary) as Page["value"];
}

function sized(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length === size) return bytes;
  throw new Damaged(`its page has ${bytes.length} bytes instead of the ${size} that it declares`);
}

function widthOfLevel(most: number): number {
  return 32 - Math.clz32(most);
}
