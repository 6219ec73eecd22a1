/**
 * Arrow files (IPC files, also called Feather 2) and streams, as tables of numbers. A reader of our own and not a library's, because
 * the one for browsers believes what a file declares: one changed byte makes it ask for gigabytes. Columns of numbers,
 * booleans, lists and structs are read; the others are passed over. Compressed files are refused.
 * Source: https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format
 * and #ipc-streaming-format
 */
import { Damaged, decodeAt } from "../damaged.js";
import type { DataFile } from "../files.js";
import { quoted } from "../refusal.js";
import { FlatBuffer } from "./arrow-flatbuffer.js";
import { type ArrowField, fieldsOf } from "./arrow-schema.js";
import { type ArrowArray, type ArrowNumbers, anyNumbersOf, bytesOf, checkPresent, numbersOf } from "./arrow-values.js";

/** An Arrow file whose buffers are known but not decoded. */
export interface ArrowTable {
  readonly rows: number;
  /** The names of the columns that can be found. */
  readonly columns: readonly string[];
  /**
   * The first `rows` rows of the numbers at a path: a column, then the fields of its structs.
   * @param perRow numbers of a row; nested lists count together
   * @returns [rows * perRow]
   * @throws DataError where there are no such numbers, one of them is missing, or the file is damaged
   */
  read(path: readonly string[], perRow: number, rows: number): Float32Array;
  /**
   * The first `rows` rows of the raw bytes at a path; undefined where there is something else, or nothing.
   * @throws DataError where one of them is missing, or the file is damaged
   */
  readBytes(path: readonly string[], rows: number): readonly Uint8Array[] | undefined;
  /**
   * One row of a column, a number or lists of numbers of any length.
   * @param most numbers that it may have
   * @throws DataError as `read` does
   */
  row(column: string, row: number, most: number): ArrowNumbers;
}

interface Span {
  readonly offset: number;
  readonly length: number;
}

interface Batch {
  readonly length: number;
  readonly columns: ReadonlyMap<string, ArrowArray>;
}

const magic = [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31]; // "ARROW1"
/** Kinds of messages. */
const schemaMessage = 1;
const recordBatch = 3;

/**
 * @param where how messages name the file
 * @throws DataError where it is not an Arrow file, or is damaged or compressed
 */
export function openArrow(file: DataFile, where: string): ArrowTable {
  const bytes = file.read(0, file.size);
  const batches = decodeAt(where, () => (isStream(bytes) ? readStream(bytes) : readBatches(bytes)));
  const rows = batches.reduce((sum, batch) => sum + batch.length, 0);
  return {
    rows,
    columns: [...(batches[0]?.columns.keys() ?? [])],
    row: (column, row, most) =>
      decodeAt(`${where}, row ${row}, column ${quoted(column)},`, () => readRow(batches, column, row, most)),
    readBytes: (path, wanted) =>
      decodeAt(`${where}, column ${quoted(path.join("/"))},`, () => readBytes(batches, path, wanted)),
    read: (path, perRow, wanted) =>
      decodeAt(`${where}, column ${quoted(path.join("/"))},`, () => readColumn(batches, path, perRow, wanted)),
  };
}

function readBatches(bytes: Uint8Array): Batch[] {
  const end = bytes.length - magic.length;
  if (end < magic.length + 4 || !magic.every((byte, i) => bytes[i] === byte && bytes[end + i] === byte))
    throw new Damaged("it does not begin and end as an Arrow file does");
  const footerLength = new DataView(bytes.buffer, bytes.byteOffset).getInt32(end - 4, true);
  if (footerLength < 8 || footerLength > end - 4) throw new Damaged(`its footer cannot be ${footerLength} bytes long`);
  const footer = new FlatBuffer(bytes.subarray(end - 4 - footerLength, end - 4)).root();
  const schema = footer.table(1);
  if (schema === undefined) throw new Damaged("it has no schema");
  const fields = fieldsOf(schema);
  const blocks = footer.vector(3, 24, (buffer, at) => ({
    offset: buffer.size(at),
    metadata: buffer.int32(at + 8),
    body: buffer.size(at + 16),
  }));
  return blocks.map(({ offset, metadata, body }) => {
    if (metadata < 8 || offset + metadata + body > end) throw new Damaged("a batch of rows reaches beyond its end");
    const bodyStart = offset + metadata;
    return readBatch(bytes.subarray(offset, bodyStart), bytes.subarray(bodyStart, bodyStart + body), fields);
  });
}

/** A stream begins with a message: a word of ones, since version 0.15. */
function isStream(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && bytes.subarray(0, 4).every((byte) => byte === 255);
}

/** The messages of a stream one after the other: the schema, then batches of rows, until a message of no length. */
function readStream(bytes: Uint8Array): Batch[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const batches: Batch[] = [];
  let fields: ArrowField[] | undefined;
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = view.getInt32(at + 4, true);
    if (length === 0) break;
    const bodyStart = at + 8 + length;
    if (length < 0 || bodyStart > bytes.length) throw new Damaged("it ends in the middle of a message");
    const message = bytes.subarray(at, bodyStart);
    const root = new FlatBuffer(message.subarray(8)).root();
    const bodyEnd = bodyStart + root.number(3, "size");
    if (bodyEnd > bytes.length) throw new Damaged("a batch of rows reaches beyond its end");
    const kind = root.number(1, "uint8");
    if (kind === schemaMessage) {
      const schema = root.table(2);
      if (schema === undefined || fields) throw new Damaged("it has no schema, or two");
      fields = fieldsOf(schema);
    } else if (kind === recordBatch) {
      if (fields === undefined) throw new Damaged("it has no schema before its rows");
      batches.push(readBatch(message, bytes.subarray(bodyStart, bodyEnd), fields));
    }
    at = bodyEnd;
  }
  return batches;
}

function readBatch(message: Uint8Array, body: Uint8Array, fields: readonly ArrowField[]): Batch {
  // The length of the message stands first, after a word of ones since version 0.15.
  const marked = message[0] === 255 && message[1] === 255 && message[2] === 255 && message[3] === 255;
  const root = new FlatBuffer(message.subarray(marked ? 8 : 4)).root();
  const header = root.number(1, "uint8") === recordBatch ? root.table(2) : undefined;
  if (header === undefined) throw new Damaged("a batch of rows is of another kind");
  if (header.table(3)) throw new Damaged("it is compressed, which is not read here");
  const span = (buffer: FlatBuffer, at: number): Span => ({ offset: buffer.size(at), length: buffer.size(at + 8) });
  const lengths = header.vector(1, 16, (buffer, at) => ({ rows: buffer.size(at), missing: buffer.size(at + 8) }));
  const arrays = new ArrayReader(lengths, header.vector(2, 16, span), body);
  const columns = new Map<string, ArrowArray>();
  for (const field of fields) {
    if (columns.has(field.name)) throw new Damaged(`it has two columns ${quoted(field.name)}`);
    const array = arrays.next(field);
    if (array === undefined) break;
    columns.set(field.name, array);
  }
  return { length: header.number(0, "size"), columns };
}

/** Deals out the lengths and buffers of a batch to the fields, in the order of a walk through the schema. */
class ArrayReader {
  private lengthIndex = 0;
  private bufferIndex = 0;

  constructor(
    private readonly lengths: readonly { readonly rows: number; readonly missing: number }[],
    private readonly spans: readonly Span[],
    private readonly body: Uint8Array,
  ) {}

  /** The field's values; undefined from the first field on whose buffers cannot be counted. */
  next(field: ArrowField): ArrowArray | undefined {
    const { type } = field;
    if (type.kind === "unknown") return undefined;
    const length = this.lengths[this.lengthIndex++];
    if (length === undefined) throw new Damaged("a batch of rows describes too few columns");
    const count = { numbers: 2, list: 2, bytes: 3, "fixed-list": 1, struct: 1, other: 0 }[type.kind];
    const buffers = Array.from({ length: type.kind === "other" ? type.buffers : count }, () => this.buffer());
    const children: ArrowArray[] = [];
    for (const child of field.children) {
      const values = this.next(child);
      if (values === undefined) return undefined;
      children.push(values);
    }
    const empty = this.body.subarray(0, 0);
    return {
      field,
      length: length.rows,
      validity: length.missing === 0 ? empty : (buffers[0] ?? empty),
      data: buffers[1] ?? empty,
      bytes: buffers[2] ?? empty,
      children,
    };
  }

  private buffer(): Uint8Array {
    const span = this.spans[this.bufferIndex++];
    if (span === undefined) throw new Damaged("a batch of rows describes too few buffers");
    if (span.offset + span.length > this.body.length) throw new Damaged("a buffer reaches beyond its batch of rows");
    return this.body.subarray(span.offset, span.offset + span.length);
  }
}

function readColumn(batches: readonly Batch[], path: readonly string[], perRow: number, rows: number): Float32Array {
  const parts: Float32Array[] = [];
  let left = rows;
  for (const { length, columns } of batches) {
    const count = Math.min(left, length);
    if (count > 0) parts.push(numbersOf(find(columns, path, count), 0, count, perRow));
    left -= count;
  }
  if (left > 0) throw new Damaged(`it has ${rows - left} rows where ${rows} are needed`);
  if (parts.length === 1) return parts[0]!;
  const joined = new Float32Array(rows * perRow);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function readBytes(batches: readonly Batch[], path: readonly string[], rows: number): Uint8Array[] | undefined {
  const found: Uint8Array[] = [];
  for (const { length, columns } of batches) {
    const count = Math.min(rows - found.length, length);
    const array = lookUp(columns, path, count);
    if (array?.field.type.kind !== "bytes") return undefined;
    for (const bytes of bytesOf(array, 0, count)) found.push(bytes);
  }
  if (found.length < rows) throw new Damaged(`it has ${found.length} rows where ${rows} are needed`);
  return found;
}

function readRow(batches: readonly Batch[], column: string, row: number, most: number): ArrowNumbers {
  let before = 0;
  for (const { length, columns } of batches) {
    if (row < before + length) {
      const { shape, values } = anyNumbersOf(find(columns, [column], 0), row - before, row - before + 1, most);
      return { shape: shape.slice(1), values };
    }
    before += length;
  }
  throw new Damaged(`it has ${before} rows`);
}

function find(columns: ReadonlyMap<string, ArrowArray>, path: readonly string[], rows: number): ArrowArray {
  const array = lookUp(columns, path, rows);
  if (array === undefined) throw new Damaged("there is no such column, or none that can be read");
  return array;
}

function lookUp(
  columns: ReadonlyMap<string, ArrowArray>,
  path: readonly string[],
  rows: number,
): ArrowArray | undefined {
  let array = columns.get(path[0]!);
  for (const name of path.slice(1)) {
    if (array !== undefined) checkPresent(array, 0, rows);
    array = array?.field.type.kind === "struct" ? array.children.find(({ field }) => field.name === name) : undefined;
  }
  return array;
}
