/**
 * Batches of rows of an Arrow file or stream: where each stands, and which of its bytes belong to which column.
 * Source: https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc
 */
import { Damaged } from "../damaged.js";
import { quoted } from "../refusal.js";
import { FlatBuffer } from "./arrow-flatbuffer.js";
import { type ArrowField, fieldsOf } from "./arrow-schema.js";
import type { ArrowArray } from "./arrow-values.js";

interface Span {
  readonly offset: number;
  readonly length: number;
}

/** Some rows, of whose columns the buffers are known but not decoded. */
export interface ArrowBatch {
  readonly length: number;
  readonly columns: ReadonlyMap<string, ArrowArray>;
}

const magic = [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31]; // "ARROW1"
/** Kinds of messages. */
const schemaMessage = 1;
const recordBatch = 3;

/** The batches in the bytes of a file or of a stream. @throws Damaged */
export function arrowBatches(bytes: Uint8Array): ArrowBatch[] {
  return isStream(bytes) ? readStream(bytes) : readBatches(bytes);
}

function readBatches(bytes: Uint8Array): ArrowBatch[] {
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
function readStream(bytes: Uint8Array): ArrowBatch[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const batches: ArrowBatch[] = [];
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

function readBatch(message: Uint8Array, body: Uint8Array, fields: readonly ArrowField[]): ArrowBatch {
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
