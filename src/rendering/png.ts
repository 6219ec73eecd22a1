/**
 * Pictures as PNG files: every pixel as it is.
 */
import { encode } from "fast-png";
import type { Frame } from "./frame.js";

/** The bytes of a PNG file, 8 bits per channel, without transparency. */
export function encodePng({ width, height, pixels }: Frame): Uint8Array {
  return encode({ width, height, data: pixels, channels: 3, depth: 8 });
}
