/**
 * PNG pictures, decoded by fast-png. What is not needed for the pixels (texts, colour profiles, which may unpack to
 * anything) is left out before, and the pixels are counted before they are unpacked: the library bounds neither.
 * Source: W3C "Portable Network Graphics (PNG) Specification", 5 "Datastream structure" and 11.2.2 "IHDR".
 */
import { Damaged } from "../damaged.js";
import type { Picture, PictureSize } from "./picture.js";

let library: typeof import("fast-png") | undefined;
let inflate: typeof import("fflate") | undefined;

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
/** So many bytes are unpacked at a time while they are counted; deflate makes at most 1,032 times as many of them. */
const PIECE = 2 ** 11;

export async function loadPng(): Promise<void> {
  library ??= await import("fast-png");
  inflate ??= await import("fflate");
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
  countPixels(chunks, header);
  const decoded = attempt(() => library!.decode(joined(chunks), { checkCrc: true }));
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
    if (NEEDED.includes(type)) chunks.push({ type, bytes: bytes.subarray(at, at + size) });
    if (type === IEND) return chunks;
    at += size;
  }
  throw new Damaged("its PNG picture ends too early");
}

/** @throws Damaged where there are more or fewer bytes of pixels than its size needs, without unpacking more than a few */
function countPixels(chunks: readonly Chunk[], { width, height, depth, colour }: Header): void {
  const needed = height * (1 + Math.ceil((width * depth * (CHANNELS[colour] ?? 1)) / 8));
  let found = 0;
  const unpack = new inflate!.Unzlib((piece) => {
    found += piece.length;
  });
  attempt(() => {
    for (const { type, bytes } of chunks) {
      if (type !== IDAT) continue;
      const packed = bytes.subarray(8, bytes.length - 4);
      for (let at = 0; at < packed.length; at += PIECE) {
        unpack.push(packed.subarray(at, at + PIECE));
        if (found > needed) throw new Damaged("its PNG picture has more pixels than it declares");
      }
    }
    unpack.push(new Uint8Array(0), true);
  });
  if (found !== needed) throw new Damaged("its PNG picture has fewer pixels than it declares");
}

function joined(chunks: readonly Chunk[]): Uint8Array {
  const size = chunks.reduce((sum, { bytes }) => sum + bytes.length, SIGNATURE.length);
  const all = new Uint8Array(size);
  all.set(SIGNATURE);
  let at = SIGNATURE.length;
  for (const { bytes } of chunks) {
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
