/**
 * Damaging a file on purpose, for the fuzz tests: what transfer errors, cut downloads, careless editors and attackers
 * do to bytes.
 */
import type { RandomStream } from "../../random.js";

type Mutation = (bytes: Uint8Array, random: RandomStream) => Uint8Array;

/** Numbers that break arithmetic in parsers. */
const nastyNumbers = [
  0n,
  1n,
  -1n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  2n ** 53n,
  2n ** 63n - 1n,
];

/** Keys that reach an object's prototype where a parser is careless. */
const nastyTexts = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "../../x",
  "NaN",
  "1e999",
  "-0",
  "\u0000",
  "]}",
  "[[[[[[[[",
];

const copyOf = (bytes: Uint8Array) => bytes.slice();

const mutations: readonly Mutation[] = [
  function flipBit(bytes, random) {
    const out = copyOf(bytes);
    out[random.integer(out.length)]! ^= 1 << random.integer(8);
    return out;
  },
  function setByte(bytes, random) {
    const out = copyOf(bytes);
    out[random.integer(out.length)] = [0, 255, 127, 128, random.integer(256)][random.integer(5)]!;
    return out;
  },
  function setNumber(bytes, random) {
    const out = copyOf(bytes);
    const width = [1, 2, 4, 8][random.integer(4)]!;
    if (out.length < width) return out;
    const at = random.integer(out.length - width + 1);
    let value = BigInt.asUintN(64, nastyNumbers[random.integer(nastyNumbers.length)]!);
    const littleEndian = random.integer(2) === 0;
    for (let i = 0; i < width; i++, value >>= 8n)
      out[littleEndian ? at + i : at + width - 1 - i] = Number(value & 255n);
    return out;
  },
  function truncate(bytes, random) {
    return bytes.slice(0, random.integer(bytes.length));
  },
  function remove(bytes, random) {
    const from = random.integer(bytes.length);
    return joined(bytes.subarray(0, from), bytes.subarray(from + 1 + random.integer(64)));
  },
  function insert(bytes, random) {
    const from = random.integer(bytes.length);
    const added = Uint8Array.from({ length: 1 + random.integer(32) }, () => random.integer(256));
    return joined(bytes.subarray(0, from), added, bytes.subarray(from));
  },
  function repeat(bytes, random) {
    const from = random.integer(bytes.length);
    const piece = bytes.subarray(from, from + 1 + random.integer(256));
    return joined(bytes.subarray(0, from), piece, bytes.subarray(from));
  },
  function move(bytes, random) {
    const out = copyOf(bytes);
    const length = Math.min(1 + random.integer(64), out.length);
    const from = random.integer(out.length - length + 1);
    const to = random.integer(out.length - length + 1);
    out.copyWithin(to, from, from + length);
    return out;
  },
  function writeText(bytes, random) {
    const out = copyOf(bytes);
    const text = new TextEncoder().encode(nastyTexts[random.integer(nastyTexts.length)]!);
    const at = random.integer(out.length);
    out.set(text.subarray(0, out.length - at), at);
    return out;
  },
  /** Changes a digit of a number that is written as text: shapes, counts and offsets in headers. */
  function changeDigit(bytes, random) {
    const out = copyOf(bytes);
    const start = random.integer(out.length);
    for (let i = 0; i < out.length; i++) {
      const at = (start + i) % out.length;
      if (out[at]! < 48 || out[at]! > 57) continue;
      out[at] = 48 + random.integer(10);
      break;
    }
    return out;
  },
];

/** The bytes with one to three random damages; never empty input, but the result may be empty. */
export function mutate(bytes: Uint8Array, random: RandomStream): Uint8Array {
  let out = bytes;
  const count = 1 + random.integer(3);
  for (let i = 0; i < count && out.length > 0; i++) out = mutations[random.integer(mutations.length)]!(out, random);
  return out;
}

function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    out.set(piece, offset);
    offset += piece.length;
  }
  return out;
}
