/**
 * A picture within a picture: what a policy sees, enlarged, in the corner of what people see.
 */
import type { Frame } from "./frame.js";

/** The edge of an inset as a share of the picture's width, and the pixels of its white border. */
const share = 0.36;
const border = 2;

/** Rows of pixels of three bytes each: a frame, or the picture of an observation. */
export type Pixels = Pick<Frame, "width" | "height"> & { readonly pixels: ArrayLike<number> };

/**
 * Draws a picture into the upper corner at the right, or left of `place` others that are there already; each of its pixels
 * becomes a rectangle, so that nothing is smoothed away.
 */
export function drawInset(frame: Frame, picture: Pixels, place = 0): void {
  const width = Math.round(share * frame.width);
  const height = Math.round((width * picture.height) / picture.width);
  const left = frame.width - width - place * (width + border);
  for (let y = 0; y < Math.min(height + border, frame.height); y++)
    for (let x = -border; x < width; x++) {
      if (left + x < 0) continue;
      const at = 3 * (y * frame.width + left + x);
      if (x < 0 || y >= height) {
        frame.pixels.fill(255, at, at + 3);
        continue;
      }
      const from =
        3 * (Math.floor((y * picture.height) / height) * picture.width + Math.floor((x * picture.width) / width));
      for (let channel = 0; channel < 3; channel++) frame.pixels[at + channel] = picture.pixels[from + channel]!;
    }
}
