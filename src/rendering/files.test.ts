/** Pictures as files: what is written is what was drawn, read back by others and by the letter of the format. */
import { decode } from "fast-png";
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { type Colour, type Frame, filmStrip, makeFrame } from "./frame.js";
import { encodeGif } from "./gif.js";
import { encodePng } from "./png.js";

function noise(width: number, height: number, seed: number): Frame {
  const frame = makeFrame(width, height);
  const random = new RandomStream(seed, "pixels");
  for (let i = 0; i < frame.pixels.length; i++) frame.pixels[i] = random.integer(256);
  return frame;
}

function plain(width: number, height: number, colour: Colour): Frame {
  const frame = makeFrame(width, height);
  for (let i = 0; i < frame.pixels.length; i++) frame.pixels[i] = colour[i % 3]!;
  return frame;
}

describe("a film strip", () => {
  it("holds its frames side by side, in rows, with white between them", () => {
    const frames = [1, 2, 3].map((seed) => noise(5, 4, seed));
    const strip = filmStrip(frames, 2, 3);
    expect([strip.width, strip.height]).toEqual([13, 11]);
    const at = (column: number, row: number) => [
      ...strip.pixels.subarray(3 * (13 * row + column), 3 * (13 * row + column + 1)),
    ];
    for (let y = 0; y < 4; y++)
      for (let x = 0; x < 5; x++) {
        const own = (frame: Frame) => [...frame.pixels.subarray(3 * (5 * y + x), 3 * (5 * y + x + 1))];
        expect(at(x, y)).toEqual(own(frames[0]!));
        expect(at(x + 8, y)).toEqual(own(frames[1]!));
        expect(at(x, y + 7)).toEqual(own(frames[2]!));
        expect(at(x + 8, y + 7)).toEqual([255, 255, 255]);
      }
    for (const x of [5, 6, 7]) expect(at(x, 0)).toEqual([255, 255, 255]);
  });

  it("leaves the place of a missing frame white", () => {
    const [one, other] = [plain(2, 1, [1, 2, 3]), plain(2, 1, [4, 5, 6])];
    const { width, height, pixels } = filmStrip([one, undefined, other], 2, 1);
    expect([width, height]).toEqual([5, 3]);
    const white = (count: number) => new Array<number>(3 * count).fill(255);
    expect([...pixels]).toEqual([...one.pixels, ...white(8), ...other.pixels, ...white(3)]);
  });
});

describe("a PNG file", () => {
  it("gives the same pixels back", () => {
    const frame = noise(31, 17, 4);
    const { width, height, channels, depth, data } = decode(encodePng(frame));
    expect({ width, height, channels, depth }).toEqual({ width: 31, height: 17, channels: 3, depth: 8 });
    expect([...data]).toEqual([...frame.pixels]);
  });
});

/** The frames of a GIF as full pictures, after the GIF89a specification; for files with one palette, as ours. */
function decodeGif(bytes: Uint8Array) {
  const word = (at: number) => bytes[at]! + 256 * bytes[at + 1]!;
  const [width, height] = [word(6), word(8)];
  const palette = bytes.subarray(13, 13 + 3 * 2 ** ((bytes[10]! & 7) + 1));
  const canvas = new Uint8Array(3 * width * height);
  const frames: Uint8Array[] = [];
  const delays: number[] = [];
  let transparent = -1;
  let at = 13 + palette.length;
  const blocks = () => {
    const parts: number[] = [];
    for (let size = bytes[at++]!; size > 0; size = bytes[at++]!) {
      parts.push(...bytes.subarray(at, at + size));
      at += size;
    }
    return parts;
  };
  for (; bytes[at] !== 0x3b; ) {
    const [kind, label] = [bytes[at]!, bytes[at + 1]!];
    if (kind === 0x21) {
      if (label === 0xf9) {
        delays.push(10 * word(at + 4));
        transparent = bytes[at + 3]! & 1 ? bytes[at + 6]! : -1;
      }
      at += 2;
      blocks();
    } else {
      expect(kind).toBe(0x2c);
      at += 10;
      const minimum = bytes[at++]!;
      lzw(blocks(), minimum, width * height).forEach((index, pixel) => {
        if (index !== transparent) canvas.set(palette.subarray(3 * index, 3 * index + 3), 3 * pixel);
      });
      frames.push(canvas.slice());
    }
  }
  expect(at).toBe(bytes.length - 1);
  return { header: String.fromCharCode(...bytes.subarray(0, 6)), width, height, frames, delays };
}

/** Variable-length-code LZW, as GIF packs its indices. */
function lzw(data: readonly number[], minimum: number, count: number): number[] {
  const [clear, end] = [2 ** minimum, 2 ** minimum + 1];
  const fresh = () => Array.from({ length: clear + 2 }, (_, code) => (code < clear ? [code] : []));
  const indices: number[] = [];
  let table = fresh();
  let [size, bit] = [minimum + 1, 0];
  let before: number[] | undefined;
  while (indices.length <= count) {
    let code = 0;
    for (let i = 0; i < size; i++, bit++) code |= ((data[bit >> 3]! >> (bit & 7)) & 1) << i;
    if (code === end) break;
    if (code === clear) {
      table = fresh();
      size = minimum + 1;
      before = undefined;
      continue;
    }
    const entry: number[] = table[code] ?? [...before!, before![0]!];
    indices.push(...entry);
    if (before && table.length < 4096) table.push([...before, entry[0]!]);
    if (table.length === 2 ** size && size < 12) size++;
    before = entry;
  }
  expect(indices.length).toBe(count);
  return indices;
}

describe("a GIF file", () => {
  it("holds every frame for its time, and few colours exactly", () => {
    const colours: Colour[] = [
      [0, 0, 0],
      [248, 8, 64],
      [16, 128, 248],
      [248, 252, 248],
    ];
    const frames = colours.map((colour) => plain(24, 16, colour));
    // The second picture again, with a corner that changed.
    frames.push(plain(24, 16, [248, 252, 248]));
    frames[4]!.pixels.set([248, 8, 64], 3 * 24 * 5 + 3 * 7);
    const gif = decodeGif(encodeGif(frames, (frame) => (frame === frames[4] ? 1000 : 50)));
    expect(gif).toMatchObject({ header: "GIF89a", width: 24, height: 16, delays: [50, 50, 50, 50, 1000] });
    expect(gif.frames.length).toBe(5);
    gif.frames.forEach((pixels, i) => {
      pixels.forEach((value, k) => {
        expect(Math.abs(value - frames[i]!.pixels[k]!)).toBeLessThan(9); // the palette has 5 or 6 bits a channel
      });
    });
  });

  it("stores of a frame what changed, and nothing for what stayed", () => {
    const frame = noise(64, 64, 1);
    const changed = { ...frame, pixels: frame.pixels.slice() };
    changed.pixels.fill(0, 0, 30);
    const [one, many] = [[frame], [frame, changed, frame, changed, frame]].map(
      (frames) => encodeGif(frames, () => 50).length,
    );
    expect(many! - one!).toBeLessThan(0.3 * one!);
  });

  it("keeps many colours near to what they were", () => {
    const frames = [0, 1, 2].map((shift) => {
      const frame = makeFrame(64, 64);
      for (let i = 0; i < 64 * 64; i++) frame.pixels.set([4 * (i % 64), 4 * Math.floor(i / 64), 80 * shift], 3 * i);
      return frame;
    });
    const gif = decodeGif(encodeGif(frames, () => 40));
    gif.frames.forEach((pixels, i) => {
      const distances = pixels.map((value, k) => Math.abs(value - frames[i]!.pixels[k]!));
      expect(distances.reduce((sum, distance) => sum + distance, 0) / distances.length).toBeLessThan(12);
    });
  });
});
