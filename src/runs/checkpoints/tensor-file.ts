/**
 * The file that a checkpoint is: named tensors and one JSON manifest, in the layout of safetensors, so that any program
 * can read it and none can be made to execute anything by it.
 *
 * Layout: the length of the header (8 bytes, little-endian), the header (JSON, padded with spaces to a multiple of 8),
 * the tensors' bytes one after the other without gaps, little-endian. The header maps each name to
 * `{dtype, shape, data_offsets}`; its entry `__metadata__` holds `format`, `version`, `manifest` (JSON as text), `parts`
 * (the SHA-256 of each tensor, JSON as text) and `sha256`, which covers length and header with this entry as zeros. So no
 * byte of a file can change unnoticed, and one that is cut is found by its length.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { DataError, UsageError } from "../../errors.js";

export type CheckpointTensor = Float32Array | Float64Array | Int32Array | Uint8Array;

export interface TensorFile {
  readonly manifest: unknown;
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
}

/** The version that is written; another one is refused with both numbers. */
export const formatVersion = 1;

const formatName = "calql-checkpoint";
const lengthBytes = 8;
const alignment = 8;
const noDigest = "0".repeat(64);
const largestHeader = 2 ** 26;

const kinds = { F32: Float32Array, F64: Float64Array, I32: Int32Array, U8: Uint8Array } as const;
type Kind = keyof typeof kinds;

const metadataSchema = z.strictObject({
  format: z.literal(formatName),
  version: z.string(),
  manifest: z.string(),
  parts: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const entrySchema = z.strictObject({
  dtype: z.enum(["F32", "F64", "I32", "U8"]),
  shape: z.tuple([z.int().min(0)]),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const partsSchema = z.record(z.string(), z.string());

/** The bytes of a file. The manifest must survive JSON: no NaN, no undefined. */
export function encodeTensorFile({ manifest, tensors }: TensorFile): Uint8Array {
  // Widest numbers first, so that every tensor begins at a multiple of its own width.
  const ordered = [...tensors].sort(([, a], [, b]) => b.BYTES_PER_ELEMENT - a.BYTES_PER_ELEMENT);
  const entries: Record<string, unknown> = {};
  const parts: Record<string, string> = {};
  let end = 0;
  for (const [name, tensor] of ordered) {
    const start = end;
    end += tensor.byteLength;
    entries[name] = { dtype: kindOf(tensor), shape: [tensor.length], data_offsets: [start, end] };
    parts[name] = digestOf(bytesOf(tensor));
  }
  const metadata = {
    format: formatName,
    version: String(formatVersion),
    manifest: JSON.stringify(manifest),
    parts: JSON.stringify(parts),
    sha256: noDigest,
  };
  const header = encodeHeader({ __metadata__: metadata, ...entries });
  const file = new Uint8Array(header.length + end);
  file.set(header);
  let offset = header.length;
  for (const [, tensor] of ordered) {
    file.set(bytesOf(tensor), offset);
    offset += tensor.byteLength;
  }
  return file;
}

/**
 * Reads a file back, every byte of it checked.
 * @param path the file's, for messages
 * @param what it is, for messages
 * @throws DataError where the file is damaged or no checkpoint; UsageError where it is of another version
 */
export function decodeTensorFile(file: Uint8Array, path: string, what = "checkpoint"): TensorFile {
  const name = `${what} ${path}`;
  const header = headerOf(file, name);
  const { __metadata__: rawMetadata, ...rawEntries } = parseJson(header.text, name) as Record<string, unknown>;
  const { manifest, parts: partsText } = checkedMetadata(rawMetadata, name);
  const parts = checked(partsSchema, parseJson(partsText, name), name);
  const tensors = new Map<string, CheckpointTensor>();
  let end = 0;
  for (const [key, raw] of Object.entries(rawEntries)) {
    const { dtype, shape, data_offsets: range } = checked(entrySchema, raw, name);
    const { BYTES_PER_ELEMENT: width } = kinds[dtype];
    if (range[0] !== end || range[1] - range[0] !== shape[0] * width)
      throw damaged(name, `its tensor "${key}" overlaps`);
    end = range[1];
    // A copy in memory of its own: a Buffer's slice would be a view that begins anywhere.
    const bytes = Uint8Array.from(file.subarray(header.end + range[0], header.end + range[1]));
    if (bytes.length !== range[1] - range[0]) throw damaged(name, `it ends within its tensor "${key}"`);
    if (digestOf(bytes) !== parts[key])
      throw damaged(name, `its tensor "${key}" has another SHA-256 than when it was written`);
    tensors.set(key, new kinds[dtype](bytes.buffer));
  }
  if (header.end + end !== file.length)
    throw damaged(name, `it has ${file.length} bytes in place of ${header.end + end}`);
  return { manifest: parseJson(manifest, name), tensors };
}

function encodeHeader(content: object): Uint8Array {
  const text = JSON.stringify(content);
  const length = Math.ceil(Buffer.byteLength(text) / alignment) * alignment;
  const header = Buffer.alloc(lengthBytes + length, " ");
  header.writeBigUInt64LE(BigInt(length));
  header.write(text, lengthBytes);
  header.write(digestOf(header), placeOfDigest(header));
  return header;
}

/** The header's text and where it ends, after its SHA-256 was found right. */
function headerOf(file: Uint8Array, name: string): { readonly text: string; readonly end: number } {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const length = bytes.length < lengthBytes ? Number.NaN : Number(bytes.readBigUInt64LE());
  const end = lengthBytes + length;
  if (!(length <= largestHeader && end <= bytes.length)) throw damaged(name, "it ends within its header");
  const header = Buffer.from(bytes.subarray(0, end));
  const place = placeOfDigest(header);
  if (place < 0) throw damaged(name, "its header has no SHA-256");
  const digest = header.toString("latin1", place, place + noDigest.length);
  header.write(noDigest, place);
  if (digestOf(header) !== digest) throw damaged(name, "its header has another SHA-256 than when it was written");
  return { text: header.toString("utf8", lengthBytes), end };
}

/** Where the digest's characters stand: the last such entry of the metadata, which are written first. */
function placeOfDigest(header: Buffer): number {
  const key = '"sha256":"';
  const found = header.indexOf(key);
  return found < 0 || found + key.length + noDigest.length > header.length ? -1 : found + key.length;
}

function checkedMetadata(raw: unknown, name: string): z.infer<typeof metadataSchema> {
  const metadata = checked(metadataSchema, raw, name);
  if (metadata.version === String(formatVersion)) return metadata;
  // Not damage, so that no older one is taken in its place.
  throw new UsageError(
    `The ${name} has format version ${metadata.version}, and this version of calql reads ${formatVersion}; use the calql that wrote it.`,
  );
}

function checked<Value>(schema: z.ZodType<Value>, value: unknown, name: string): Value {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw damaged(name, `its header does not hold what it should (${result.error.issues[0]!.path.join(".")})`);
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw damaged(name, "its header is no JSON");
  }
}

function damaged(name: string, how: string): DataError {
  return new DataError(`The ${name} is damaged: ${how}.`);
}

function kindOf(tensor: CheckpointTensor): Kind {
  if (tensor instanceof Float32Array) return "F32";
  if (tensor instanceof Uint8Array) return "U8";
  return tensor instanceof Float64Array ? "F64" : "I32";
}

function bytesOf(tensor: CheckpointTensor): Uint8Array {
  return new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength);
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
