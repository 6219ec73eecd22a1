/**
 * Pictures in motion as GIF files: one palette for all frames, so that nothing flickers, and of every frame after the
 * first only the pixels that changed, so that the file stays small.
 */
import type { Gifenc } from "gifenc";
import * as published from "gifenc";
import type { Frame } from "./frame.js";

// Node sees a CommonJS module, whose default export is everything; bundlers see an ES module with names.
const { GIFEncoder, quantize, applyPalette } = ("quantize" in published ? published : published.default) as Gifenc;

/** A GIF has 256 colours; one of them stands for "as before". */
const colours = 255;
const asBefore = 255;

/** The palette is chosen from about so many pixels, spread over all frames. */
const paletteSample = 200_000;

/**
 * The bytes of an animated GIF that repeats forever.
 * @param frames at least one, all of one size
 * @param delayOf milliseconds that a frame stays, counted by the format in tens
 */
export function encodeGif(frames: readonly Frame[], delayOf: (frame: Frame) => number): Uint8Array {
  const { width, height } = frames[0]!;
  const palette = quantize(spreadPixels(frames), colours);
  while (palette.length <= asBefore) palette.push([0, 0, 0]);
  const known = palette.slice(0, asBefore);
  const encoder = GIFEncoder();
  let before: Uint8Array | undefined;
  for (const frame of frames) {
    const indices = applyPalette(withAlpha(frame), known);
    encoder.writeFrame(before ? changes(before, indices) : indices, width, height, {
      ...(before ? {} : { palette, repeat: 0 }),
      transparent: true,
      transparentIndex: asBefore,
      dispose: 1,
      delay: delayOf(frame),
    });
    before = indices;
  }
  encoder.finish();
  return encoder.bytes();
}

function changes(before: Uint8Array, now: Uint8Array): Uint8Array {
  return now.map((index, pixel) => (index === before[pixel] ? asBefore : index));
}

function withAlpha({ pixels }: Frame): Uint8Array {
  return strided(pixels, 1);
}

function spreadPixels(frames: readonly Frame[]): Uint8Array {
  const total = frames.reduce((sum, { width, height }) => sum + width * height, 0);
  const stride = Math.max(1, Math.floor(total / paletteSample));
  const parts = frames.map(({ pixels }) => strided(pixels, stride));
  const spread = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    spread.set(part, offset);
    offset += part.length;
  }
  return spread;
}

/** Every `stride`-th pixel, with a fourth byte that says opaque. */
function strided(pixels: Uint8ClampedArray, stride: number): Uint8Array {
  const count = Math.ceil(pixels.length / 3 / stride);
  const rgba = new Uint8Array(4 * count).fill(255);
  for (let i = 0; i < count; i++)
    for (let channel = 0; channel < 3; channel++) rgba[4 * i + channel] = pixels[3 * i * stride + channel]!;
  return rgba;
}
