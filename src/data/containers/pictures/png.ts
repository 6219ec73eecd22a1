/**
 * PNG pictures, decoded by fast-png. It bounds neither what the pixels unpack to nor texts and colour profiles, so that
 * what is needed is picked and unpacked here, within the size that the header declares, and handed to it as stored bytes.
 * Source: W3C "Portable Network Graphics (PNG) Specification", 5 "Datastream structure" and 11.2.2 "IHDR".
 */
import { crc32 } from "../crc32.js";
import { Damaged } from "../damaged.js";
import type { Picture, PictureSize } from "./picture.js";

let library: typeof import("fast-png") | undefined;
let fflate: typeof import("fflate") | undefined;

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const IHDR = 0x49484452;
const PLTE = 0x504c5445;
const IDAT = 0x49444154;
const TRNS = 0x74524e53;
const IEND = 0x49454e44;
const NEEDED = [IHDR, PLTE, IDAT, TRNS, IEND];
/** Length, type and checksum around a chunk's bytes. */
const AROUND = 12;
/** Colour types and how many numbers a pixel of them has. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const PALETTE = 3;
/** So many bytes are unpacked at a time: deflate makes at most 1,032 times as many of them. */
const PIECE = 2 ** 14;

export async function loadPng(): Promise<void> {
  library ??= await import("fast-png");
  fflate ??= await import("fflate");
}

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/** @throws Damaged where its first chunk is not a header */
export function pngSize(bytes: Uint8Array): PictureSize {
  const { width, height } = headerOf(bytes);
  return { width, height };
}

interface Header extends PictureSize {
  readonly depth: number;
  readonly colour: number;
  readonly interlaced: boolean;
}

function headerOf(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 33 || view.getUint32(8) !== 13 || view.getUint32(12) !== IHDR)
    throw new Damaged("its PNG picture has no header");
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    depth: bytes[24]!,
    colour: bytes[25]!,
    interlaced: bytes[28] !== 0,
  };
}

/** @throws Damaged where it is damaged, or has other than 8 bits a channel */
export function decodePng(bytes: Uint8Array): Picture {
  const header = headerOf(bytes);
  const { width, height, depth, colour } = header;
  if (colour !== PALETTE && depth !== 8)
    throw new Damaged(
      `its PNG picture has ${depth} bits a channel, where 8 are read${depth === 16 ? ", and may hold depths rather than colours" : ""}`,
    );
  if (header.interlaced) throw new Damaged("its PNG picture is interlaced, which is not read");
  const chunks = neededChunks(bytes);
  const file = storedPng(chunks, unpackedLines(chunks, header));
  const decoded = attempt(() => library!.decode(file));
  const numbers = colour === PALETTE ? attempt(() => library!.convertIndexedToRgb(decoded)) : decoded.data;
  const channels = numbers.length / (width * height);
  const pixels = channels === 3 ? (numbers as Uint8Array) : toColours(numbers, channels, width * height);
  return { width, height, pixels, transparent: channels % 2 === 0 };
}

interface Chunk {
  readonly type: number;
  /** With what is around it. */
  readonly bytes: Uint8Array;
}

function neededChunks(bytes: Uint8Array): readonly Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at + AROUND <= bytes.length; ) {
    const [size, type] = [view.getUint32(at) + AROUND, view.getUint32(at + 4)];
    if (at + size > bytes.length) break;
    if (type === IHDR && chunks.length > 0) throw new Damaged("its PNG picture has two headers");
    if (NEEDED.includes(type)) {
      if (crc32(bytes.subarray(at + 4, at + size - 4)) !== view.getUint32(at + size - 4))
        throw new Damaged("its PNG picture does not match its checksum");
      chunks.push({ type, bytes: bytes.subarray(at, at + size) });
    }
    if (type === IEND) return chunks;
    at += size;
  }
  throw new Damaged("its PNG picture ends too early");
}

/** The filtered lines of pixels. @throws Damaged where there are more or fewer than its size needs, soon after the last */
function unpackedLines(chunks: readonly Chunk[], { width, height, depth, colour }: Header): Uint8Array {
  const lines = new Uint8Array(height * (1 + Math.ceil((width * depth * (CHANNELS[colour] ?? 1)) / 8)));
  let found = 0;
  const unpack = new fflate!.Unzlib((piece) => {
    lines.set(piece.subarray(0, lines.length - found), found);
    found += piece.length;
    if (found > lines.length) throw new Damaged("its PNG picture has more pixels than it declares");
  });
  attempt(() => {
    for (const { type, bytes } of chunks) {
      if (type !== IDAT) continue;
      const packed = bytes.subarray(8, bytes.length - 4);
      for (let at = 0; at < packed.length; at += PIECE) unpack.push(packed.subarray(at, at + PIECE));
    }
    unpack.push(new Uint8Array(0), true);
  });
  if (found < lines.length) throw new Damaged("its PNG picture has fewer pixels than it declares");
  return lines;
}

/** A PNG file of the same header and palette whose lines are stored and not packed; without checksums. */
function storedPng(chunks: readonly Chunk[], lines: Uint8Array): Uint8Array {
  const stored = fflate!.zlibSync(lines, { level: 0 });
  const data = new Uint8Array(stored.length + AROUND);
  const view = new DataView(data.buffer);
  view.setUint32(0, stored.length);
  view.setUint32(4, IDAT);
  data.set(stored, 8);
  const before = chunks.filter(({ type }) => type !== IDAT && type !== IEND);
  const end = new Uint8Array(AROUND);
  new DataView(end.buffer).setUint32(4, IEND);
  return joined([...before.map(({ bytes }) => bytes), data, end]);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const size = chunks.reduce((sum, bytes) => sum + bytes.length, SIGNATURE.length);
  const all = new Uint8Array(size);
  all.set(SIGNATURE);
  let at = SIGNATURE.length;
  for (const bytes of chunks) {
    all.set(bytes, at);
    at += bytes.length;
  }
  return all;
}

/** Grey three times, and without the last of two or four channels, which is transparency. */
function toColours(numbers: ArrayLike<number>, channels: number, count: number): Uint8Array {
  const pixels = new Uint8Array(3 * count);
  for (let pixel = 0; pixel < count; pixel++)
    for (let channel = 0; channel < 3; channel++)
      pixels[3 * pixel + channel] = numbers[channels * pixel + (channels > 2 ? channel : 0)]!;
  return pixels;
}

function attempt<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof Damaged) throw error;
    throw new Damaged(`its PNG picture cannot be decoded (${error instanceof Error ? error.message : "damaged"})`);
  }
}
