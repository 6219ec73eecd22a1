/**
 * The footer of a Parquet file: its schema, and where the values of each column stand. What it declares is checked
 * against the size of the file before it is relied upon.
 * Source: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */

import { counted } from "../../figures.js";
import { Damaged } from "../damaged.js";
import type { DataFile } from "../files.js";
import { integer, ThriftReader, text } from "./parquet-thrift.js";

/** One node of the schema as stored: a list in the order of a walk through the tree. */
export interface SchemaNode {
  readonly name: string;
  /** Number of the physical type, absent in a group. */
  readonly type: number | undefined;
  /** Bytes of each value, where the type says that all have as many. */
  readonly bytes: number | undefined;
  /** 0 required, 1 optional, 2 repeated. */
  readonly repetition: number;
  readonly children: number;
  /** Number of the converted type, e.g. 0 for UTF-8. */
  readonly converted: number | undefined;
  /** Field of the logical type's union, e.g. 1 for a string. */
  readonly logical: number | undefined;
}

/** The values of one column in one row group. */
export interface ColumnChunk {
  /** The path in the schema, joined by NUL, which no name contains. */
  readonly path: string;
  readonly codec: number;
  readonly values: number;
  /** Where its first page begins, and the bytes of all its pages. */
  readonly start: number;
  readonly bytes: number;
}

export interface RowGroup {
  readonly rows: number;
  /** By the path of the column. */
  readonly chunks: ReadonlyMap<string, ColumnChunk>;
}

export interface Footer {
  readonly rows: number;
  readonly schema: readonly SchemaNode[];
  readonly groups: readonly RowGroup[];
  /** Texts that the writer added, e.g. by pandas or Hugging Face. */
  readonly metadata: ReadonlyMap<string, string>;
}

const MAGIC = [0x50, 0x41, 0x52, 0x31]; // PAR1
const LARGEST_FOOTER = 2 ** 24;

/**
 * More rows per byte than this are no longer data but an attempt to keep the reader busy: a run of equal values
 * may claim billions in six bytes.
 */
const ROWS_PER_BYTE = 32;
const SPARE_ROWS = 2 ** 16;

/** The most rows (and values of one column) that a file of that size is believed to have. */
export function mostRows(fileBytes: number): number {
  return fileBytes * ROWS_PER_BYTE + SPARE_ROWS;
}

/** Whether a file begins and ends as Parquet does. */
export function looksLikeParquet(file: DataFile): boolean {
  if (file.size < 12) return false;
  return [0, file.size - 4].every((at) => file.read(at, 4).every((byte, i) => byte === MAGIC[i]));
}

/** @throws Damaged with the reason */
export function readFooter(file: DataFile): Footer {
  if (!looksLikeParquet(file)) throw new Damaged('it does not begin and end with "PAR1", as Parquet files do');
  const tail = file.read(file.size - 8, 4);
  const length = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  if (length > file.size - 12) throw new Damaged(`its footer of ${length} bytes is larger than the file`);
  if (length > LARGEST_FOOTER) throw new Damaged(`its footer of ${length} bytes is larger than ${LARGEST_FOOTER}`);
  const footer = parse(file.read(file.size - 8 - length, length));
  check(footer, file.size);
  return footer;
}

function parse(bytes: Uint8Array): Footer {
  const metadata = new Map<string, string>();
  const footer = new ThriftReader(bytes).struct({
    2: (reader) => reader.list(schemaNode),
    3: integer,
    4: (reader) => reader.list(rowGroup),
    5: (reader) => reader.list((entry) => addText(metadata, entry)),
  });
  return { rows: footer[3] ?? -1, schema: footer[2] ?? [], groups: footer[4] ?? [], metadata };
}

function schemaNode(reader: ThriftReader): SchemaNode {
  const union = (field: ThriftReader) => field.union();
  const node = reader.nested({ 1: integer, 2: integer, 3: integer, 4: text, 5: integer, 6: integer, 10: union });
  const { 1: type, 2: bytes, 3: repetition = 0, 4: name = "", 5: children = 0, 6: converted, 10: logical } = node;
  return { name, type, bytes, repetition, children, converted, logical };
}

function rowGroup(reader: ThriftReader): RowGroup {
  const chunks = new Map<string, ColumnChunk>();
  const columns = (field: ThriftReader) => field.list((column) => addChunk(chunks, columnChunk(column)));
  const { 3: rows = -1 } = reader.nested({ 1: columns, 3: integer });
  return { rows, chunks };
}

function addChunk(chunks: Map<string, ColumnChunk>, chunk: ColumnChunk): void {
  if (chunks.has(chunk.path)) throw new Damaged("a row group has a column twice");
  chunks.set(chunk.path, chunk);
}

function columnChunk(reader: ThriftReader): ColumnChunk {
  const encrypted = () => {
    throw new Damaged("it is encrypted");
  };
  const { 1: file, 3: chunk } = reader.nested({ 1: text, 3: columnMetadata, 8: encrypted, 9: encrypted });
  if (file) throw new Damaged("a column is stored in another file");
  if (chunk === undefined) throw new Damaged("a column has no description");
  return chunk;
}

function columnMetadata(reader: ThriftReader): ColumnChunk {
  const path = (field: ThriftReader) => field.list(text).join("\0");
  const found = reader.nested({ 3: path, 4: integer, 5: integer, 7: integer, 9: integer, 11: integer });
  const { 4: codec = -1, 5: values = -1, 7: bytes = -1, 9: data = -1, 11: dictionary = 0 } = found;
  // Writers that have no dictionary store none, or 0, where the file's first four bytes are.
  const start = dictionary > 0 && dictionary < data ? dictionary : data;
  return { path: found[3] ?? "", codec, values, start, bytes };
}

function addText(metadata: Map<string, string>, reader: ThriftReader): void {
  const { 1: key = "", 2: value = "" } = reader.nested({ 1: text, 2: text });
  metadata.set(key, value);
}

function check({ rows, schema, groups }: Footer, fileBytes: number): void {
  if (schema.length === 0) throw new Damaged("it has no schema");
  const most = mostRows(fileBytes);
  const within = (what: string, count: number) => {
    if (!Number.isInteger(count) || count < 0) throw new Damaged(`it declares ${count} ${what}`);
    if (count > most) throw new Damaged(`it declares ${count} ${what}, more than a file of ${fileBytes} bytes holds`);
  };
  within("rows", rows);
  let sum = 0;
  for (const group of groups) {
    within("rows in a row group", group.rows);
    sum += group.rows;
    for (const { start, bytes, values } of group.chunks.values()) {
      within("values in a column", values);
      if (!(start >= 4 && bytes >= 0 && start + bytes <= fileBytes))
        throw new Damaged(`a column should stand at bytes ${start} to ${start + bytes} of ${fileBytes}`);
    }
  }
  if (sum !== rows) throw new Damaged(`it declares ${counted(rows, "row")}, but its row groups have ${sum}`);
}
