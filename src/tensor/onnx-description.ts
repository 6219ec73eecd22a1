/**
 * What an ONNX file says about itself in words: its documentation and metadata. The runtime's JavaScript side does not
 * tell them, so they are read from the bytes; everything else in the file is skipped.
 */
import protobuf from "protobufjs/minimal.js";

export interface OnnxDescription {
  readonly documentation: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The numbers of onnx.proto's fields of ModelProto. */
const DOCUMENTATION = 6;
const METADATA = 14;

/** @throws Error if the bytes are no protocol-buffer message */
export function readOnnxDescription(bytes: Uint8Array): OnnxDescription {
  const reader = protobuf.Reader.create(bytes);
  const metadata: Record<string, string> = {};
  let documentation = "";
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === DOCUMENTATION) documentation = reader.string();
    else if (tag >>> 3 === METADATA) {
      const [key, value] = readEntry(reader);
      metadata[key] = value;
    } else reader.skipType(tag & 7);
  }
  return { documentation, metadata };
}

/** A StringStringEntryProto: key is field 1, value field 2. */
function readEntry(reader: protobuf.Reader): [string, string] {
  const end = reader.uint32() + reader.pos;
  const entry: [string, string] = ["", ""];
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1 || tag >>> 3 === 2) entry[(tag >>> 3) - 1] = reader.string();
    else reader.skipType(tag & 7);
  }
  return entry;
}
