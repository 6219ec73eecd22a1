/** For tests: reads the parts of an ONNX file's bytes that calql writes, by the field numbers of onnx.proto. */
import protobuf from "protobufjs/minimal.js";

type Field = number | Uint8Array;
type Message = ReadonlyMap<number, readonly Field[]>;

export interface ReadNode {
  readonly name: string;
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface ReadModel {
  readonly irVersion: number;
  readonly producer: string;
  readonly documentation: string;
  readonly opset: number;
  readonly graph: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly nodes: readonly ReadNode[];
  readonly initializers: ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;
  /** The dimensions of inputs and outputs; a word is a dimension of any size. */
  readonly values: ReadonlyMap<string, readonly (number | string)[]>;
}

function read(bytes: Uint8Array): Message {
  const reader = protobuf.Reader.create(bytes);
  const fields = new Map<number, Field[]>();
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const value = tag & 7 ? ((tag & 7) === 2 ? reader.bytes() : reader.float()) : Number(reader.int64());
    fields.set(tag >>> 3, [...(fields.get(tag >>> 3) ?? []), value]);
  }
  return fields;
}

const messages = (message: Message, field: number): Message[] =>
  (message.get(field) ?? []).map((bytes) => read(bytes as Uint8Array));
const texts = (message: Message, field: number): string[] =>
  (message.get(field) ?? []).map((bytes) => new TextDecoder().decode(bytes as Uint8Array));
const text = (message: Message, field: number): string => texts(message, field)[0] ?? "";
const numbers = (message: Message, field: number): number[] => [...(message.get(field) ?? [])] as number[];

export function readOnnxModel(bytes: Uint8Array): ReadModel {
  const model = read(bytes);
  const graph = messages(model, 7)[0]!;
  const nodes = messages(graph, 1).map((node) => ({
    inputs: texts(node, 1),
    outputs: texts(node, 2),
    name: text(node, 3),
    operator: text(node, 4),
  }));
  const initializers = messages(graph, 5).map((tensor) => {
    const raw = Uint8Array.from(tensor.get(9)![0] as Uint8Array);
    const values = numbers(tensor, 2)[0] === 1 ? new Float32Array(raw.buffer) : new Float32Array(0);
    return [text(tensor, 8), { shape: numbers(tensor, 1), values }] as const;
  });
  const values = [...messages(graph, 11), ...messages(graph, 12)].map((value) => {
    const tensor = messages(messages(value, 2)[0]!, 1)[0]!;
    const dimensions = messages(messages(tensor, 2)[0]!, 1);
    return [text(value, 1), dimensions.map((d) => (d.has(1) ? numbers(d, 1)[0]! : text(d, 2)))] as const;
  });
  return {
    irVersion: numbers(model, 1)[0]!,
    producer: text(model, 2),
    documentation: text(model, 6),
    opset: numbers(messages(model, 8)[0]!, 2)[0]!,
    graph: text(graph, 2),
    metadata: Object.fromEntries(messages(model, 14).map((entry) => [text(entry, 1), text(entry, 2)])),
    nodes,
    initializers: new Map(initializers),
    values: new Map(values),
  };
}
