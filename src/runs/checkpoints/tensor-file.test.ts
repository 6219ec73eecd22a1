/**
 * The file format of checkpoints: what is written is read back, the layout is that of safetensors, and no damage or
 * malice goes unnoticed.
 */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { DataError, UsageError } from "../../errors.js";
import { RandomStream } from "../../random.js";
import { decodeTensorFile, encodeTensorFile, formatVersion, type TensorFile } from "./tensor-file.js";

const content: TensorFile = {
  manifest: { updates: 3, "naïve ✓": [1.5, null], sha256: "no digest" },
  tensors: new Map<string, Float32Array | Float64Array | Int32Array>([
    ["agent/critics/layer0/kernel", Float32Array.of(1.5, -0, Number.NaN, 3.4e38, 1e-45)],
    ["means", Float64Array.of(Math.PI, Number.NEGATIVE_INFINITY)],
    ["steps", Int32Array.of(-1, 2 ** 31 - 1, 7)],
    ["empty", new Float32Array(0)],
  ]),
};
const file = encodeTensorFile(content);

/** A file with such a header and such data, its digest put right as an attacker could. */
function forged(header: string, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = Buffer.from(header);
  const bytes = Buffer.concat([Buffer.alloc(8), text, data]);
  bytes.writeBigUInt64LE(BigInt(text.length));
  const place = bytes.indexOf('"sha256":"') + 10;
  if (place >= 10) {
    const end = 8 + text.length;
    bytes.write("0".repeat(64), place);
    bytes.write(createHash("sha256").update(bytes.subarray(0, end)).digest("hex"), place);
  }
  return bytes;
}

function metadata(changes: Record<string, string> = {}): object {
  const whole = { format: "calql-checkpoint", version: "1", manifest: "{}", parts: "{}", sha256: "0".repeat(64) };
  return { ...whole, ...changes };
}

describe("a tensor file", () => {
  it("gives back manifest and tensors, every bit of them", () => {
    const { manifest, tensors } = decodeTensorFile(file, "a");
    expect(manifest).toEqual(content.manifest);
    expect(new Set(tensors.keys())).toEqual(new Set(content.tensors.keys()));
    for (const [name, tensor] of content.tensors) {
      const read = tensors.get(name)!;
      expect(read.constructor).toBe(tensor.constructor);
      expect(Buffer.from(read.buffer)).toEqual(Buffer.from(tensor.buffer));
    }
  });

  it("is read wherever it begins in memory, and hands out copies", () => {
    const shifted = new Uint8Array(file.length + 3).subarray(3);
    shifted.set(file);
    const { tensors } = decodeTensorFile(shifted, "a");
    shifted.fill(0);
    expect(tensors.get("means")![0]).toBe(Math.PI);
  });

  it("has the layout of safetensors, read by hand as its specification says", () => {
    const view = new DataView(file.buffer);
    const headerLength = Number(view.getBigUint64(0, true));
    expect(headerLength % 8).toBe(0);
    const text = new TextDecoder().decode(file.subarray(8, 8 + headerLength));
    expect(text[0]).toBe("{");
    const { __metadata__, ...tensors } = JSON.parse(text) as Record<string, Record<string, unknown>>;
    expect(Object.values(__metadata__!).every((value) => typeof value === "string")).toBe(true);
    const start = 8 + headerLength;
    const [from, to] = tensors.means!.data_offsets as [number, number];
    expect(tensors.means).toEqual({ dtype: "F64", shape: [2], data_offsets: [from, to] });
    expect(view.getFloat64(start + from, true)).toBe(Math.PI);
    const [stepsFrom] = tensors.steps!.data_offsets as [number, number];
    expect(tensors.steps).toMatchObject({ dtype: "I32", shape: [3] });
    expect(view.getInt32(start + stepsFrom + 4, true)).toBe(2 ** 31 - 1);
    expect(tensors["agent/critics/layer0/kernel"]).toMatchObject({ dtype: "F32", shape: [5] });
    const ranges = Object.values(tensors).map((tensor) => tensor.data_offsets as [number, number]);
    ranges.sort(([a, b], [c, d]) => a - c || b - d);
    expect(ranges[0]![0]).toBe(0);
    for (const [i, [, end]] of ranges.entries()) expect(ranges[i + 1]?.[0] ?? file.length - start).toBe(end);
  });

  it("keeps the SHA-256 of every tensor", () => {
    const headerLength = Number(new DataView(file.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerLength)));
    const parts = JSON.parse(header.__metadata__.parts) as Record<string, string>;
    for (const [name, { buffer }] of content.tensors)
      expect(parts[name]).toBe(createHash("sha256").update(Buffer.from(buffer)).digest("hex"));
  });
});

describe("damage to a tensor file", () => {
  const random = new RandomStream(11, "damage");

  it("is noticed wherever one of 1,000 bits is flipped", () => {
    for (let i = 0; i < 1_000; i++) {
      const bytes = file.slice();
      const place = random.integer(bytes.length);
      bytes[place] = bytes[place]! ^ (1 << random.integer(8));
      expect(() => decodeTensorFile(bytes, "run/c.safetensors"), `byte ${place}`).toThrow(DataError);
      expect(() => decodeTensorFile(bytes, "run/c.safetensors")).toThrow(/run\/c\.safetensors is damaged: /);
    }
  });

  it("is noticed wherever it is cut, and where something follows it", () => {
    for (let length = 0; length < file.length; length++)
      expect(() => decodeTensorFile(file.subarray(0, length), "c"), `${length} bytes`).toThrow(DataError);
    const longer = new Uint8Array(file.length + 1);
    longer.set(file);
    expect(() => decodeTensorFile(longer, "c")).toThrow(`it has ${file.length + 1} bytes in place of ${file.length}`);
  });

  it("is noticed where a stretch of it is zeros, as after a failing disk", () => {
    for (let i = 0; i < 200; i++) {
      const bytes = file.slice();
      const from = random.integer(bytes.length);
      const to = from + 1 + random.integer(64);
      if (bytes.subarray(from, to).every((byte) => byte === 0)) continue;
      bytes.fill(0, from, to);
      expect(() => decodeTensorFile(bytes, "c"), `${from} to ${to}`).toThrow(DataError);
    }
  });
});

describe("a tensor file of somebody else's", () => {
  const entry = { dtype: "F32", shape: [1], data_offsets: [0, 4] };

  it("of another version is refused with both numbers, and is not called damaged", () => {
    const bytes = forged(JSON.stringify({ __metadata__: metadata({ version: "7" }) }));
    const reading = () => decodeTensorFile(bytes, "new.safetensors");
    expect(reading).toThrow(`new.safetensors has format version 7, and this version of calql reads ${formatVersion}`);
    expect(reading).toThrow(UsageError);
    expect(reading).not.toThrow(DataError);
  });

  it.each<[string, string, Uint8Array?]>([
    ["no checkpoint", JSON.stringify({ weight: entry }), new Uint8Array(4)],
    ["another program's", JSON.stringify({ __metadata__: { ...metadata(), format: "pt" } })],
    ["no JSON", `{"__metadata__":{"sha256":"${"0".repeat(64)}"`],
    ["an array", JSON.stringify([metadata()])],
    ["metadata that are no object", `{"__metadata__":3,"sha256":"${"0".repeat(64)}"}`],
    ["more metadata", JSON.stringify({ __metadata__: { ...metadata(), script: "x" } })],
    [
      "an unknown kind",
      JSON.stringify({ __metadata__: metadata(), x: { ...entry, dtype: "BF16" } }),
      new Uint8Array(4),
    ],
    ["a shape of many numbers", JSON.stringify({ __metadata__: metadata(), x: { ...entry, shape: [1e15] } })],
    ["a negative shape", JSON.stringify({ __metadata__: metadata(), x: { ...entry, shape: [-1] } })],
    ["a gap", JSON.stringify({ __metadata__: metadata(), x: { ...entry, data_offsets: [4, 8] } }), new Uint8Array(8)],
    ["overlapping tensors", JSON.stringify({ __metadata__: metadata(), x: entry, y: entry }), new Uint8Array(8)],
    ["a tensor beyond the end", JSON.stringify({ __metadata__: metadata(), x: entry })],
    ["a tensor without a SHA-256", JSON.stringify({ __metadata__: metadata(), x: entry }), new Uint8Array(4)],
    [
      "a tensor called __proto__",
      `{"__metadata__":${JSON.stringify(metadata())},"__proto__":${JSON.stringify(entry)}}`,
      new Uint8Array(4),
    ],
    [
      "a tensor called constructor",
      JSON.stringify({ __metadata__: metadata(), constructor: entry }),
      new Uint8Array(4),
    ],
  ])("with %s is refused", (_, header, data) => {
    expect(() => decodeTensorFile(forged(header, data), "x")).toThrow(DataError);
  });

  it("changes no prototype by its manifest", () => {
    const manifest = '{"__proto__":{"polluted":true}}';
    const { manifest: read } = decodeTensorFile(forged(JSON.stringify({ __metadata__: metadata({ manifest }) })), "x");
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.hasOwn(read as object, "__proto__")).toBe(true);
  });

  it.each([0n, 1n, 2n ** 26n + 1n, 2n ** 53n, 2n ** 64n - 1n])("with a header of %s bytes is refused", (length) => {
    const bytes = file.slice();
    new DataView(bytes.buffer).setBigUint64(0, length, true);
    expect(() => decodeTensorFile(bytes, "x")).toThrow(/x is damaged: /);
  });
});
