/**
 * The ONNX file format: a model as plain objects, and its encoding as protocol-buffer bytes. Only the fields that
 * calql writes are here; their numbers are those of onnx.proto (https://github.com/onnx/onnx, IR version 9).
 */
import protobuf from "protobufjs/minimal.js";

const IR_VERSION = 9;
const OPSET_VERSION = 18;
/** The numbers of onnx.proto's `TensorProto.DataType`. */
export const ELEMENT_TYPES = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const;

export type OnnxElementType = keyof typeof ELEMENT_TYPES;
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly string: string };

export interface OnnxNode {
  readonly operator: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxInitializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

/** An input or output; a dimension given by a word ("batch") may have any size. */
export interface OnnxValue {
  readonly name: string;
  readonly elementType: OnnxElementType;
  readonly shape: readonly (number | string)[];
}

export interface OnnxModel {
  readonly name: string;
  readonly documentation: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

type Writer = protobuf.Writer;
const WIRE_BYTES = 2;
const WIRE_FIXED32 = 5;

function text(writer: Writer, field: number, value: string): void {
  writer.uint32((field << 3) | WIRE_BYTES).string(value);
}

function integer(writer: Writer, field: number, value: number): void {
  writer.uint32(field << 3).int64(value);
}

function message(writer: Writer, field: number, write: (inner: Writer) => void): void {
  writer.uint32((field << 3) | WIRE_BYTES).fork();
  write(writer);
  writer.ldelim();
}

/** The bytes of a model file that any ONNX runtime or viewer opens. */
export function encodeOnnxModel(model: OnnxModel): Uint8Array {
  const writer = protobuf.Writer.create();
  integer(writer, 1, IR_VERSION);
  text(writer, 2, "calql");
  text(writer, 6, model.documentation);
  message(writer, 7, (graph) => encodeGraph(graph, model));
  message(writer, 8, (opset) => {
    text(opset, 1, "");
    integer(opset, 2, OPSET_VERSION);
  });
  for (const [key, value] of Object.entries(model.metadata)) {
    message(writer, 14, (entry) => {
      text(entry, 1, key);
      text(entry, 2, value);
    });
  }
  return writer.finish();
}

function encodeGraph(writer: Writer, model: OnnxModel): void {
  for (const node of model.nodes) message(writer, 1, (inner) => encodeNode(inner, node));
  text(writer, 2, model.name);
  for (const initializer of model.initializers) message(writer, 5, (inner) => encodeInitializer(inner, initializer));
  for (const value of model.inputs) message(writer, 11, (inner) => encodeValue(inner, value));
  for (const value of model.outputs) message(writer, 12, (inner) => encodeValue(inner, value));
}

function encodeNode(writer: Writer, node: OnnxNode): void {
  for (const name of node.inputs) text(writer, 1, name);
  for (const name of node.outputs) text(writer, 2, name);
  text(writer, 3, node.name);
  text(writer, 4, node.operator);
  for (const [name, value] of Object.entries(node.attributes)) {
    message(writer, 5, (inner) => encodeAttribute(inner, name, value));
  }
}

function encodeAttribute(writer: Writer, name: string, value: OnnxAttribute): void {
  text(writer, 1, name);
  if ("float" in value) {
    writer.uint32((2 << 3) | WIRE_FIXED32).float(value.float);
    integer(writer, 20, 1);
  } else if ("int" in value) {
    integer(writer, 3, value.int);
    integer(writer, 20, 2);
  } else if ("ints" in value) {
    for (const one of value.ints) integer(writer, 8, one);
    integer(writer, 20, 7);
  } else {
    text(writer, 4, value.string);
    integer(writer, 20, 3);
  }
}

function encodeInitializer(writer: Writer, { name, shape, values }: OnnxInitializer): void {
  for (const dimension of shape) integer(writer, 1, dimension);
  integer(writer, 2, ELEMENT_TYPES[values instanceof Float32Array ? "float32" : "int64"]);
  text(writer, 8, name);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  writer.uint32((9 << 3) | WIRE_BYTES).bytes(bytes);
}

function encodeValue(writer: Writer, { name, elementType, shape }: OnnxValue): void {
  text(writer, 1, name);
  message(writer, 2, (type) =>
    message(type, 1, (tensor) => {
      integer(tensor, 1, ELEMENT_TYPES[elementType]);
      message(tensor, 2, (dimensions) => {
        for (const size of shape) message(dimensions, 1, (dimension) => encodeDimension(dimension, size));
      });
    }),
  );
}

function encodeDimension(writer: Writer, size: number | string): void {
  if (typeof size === "number") integer(writer, 1, size);
  else text(writer, 2, size);
}
