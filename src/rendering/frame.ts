/**
 * A picture in memory: rows of pixels from the top left, three bytes each. The caller makes it once and lets it be
 * drawn into as often as it likes.
 */

/** A picture: rows from the top, pixels from the left. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue from 0 to 255: [height, width, 3]. */
  readonly pixels: Uint8ClampedArray;
}

/** A colour as red, green and blue from 0 to 255. */
export type Colour = readonly [number, number, number];

/** A black picture of `width` x `height` pixels. */
export function makeFrame(width: number, height: number): Frame {
  return { width, height, pixels: new Uint8ClampedArray(3 * width * height) };
}

/** The same picture again, in memory of its own. */
export function copyFrame(frame: Frame): Frame {
  return { ...frame, pixels: frame.pixels.slice() };
}

/**
 * A film strip: frames of one size side by side, in rows of `columns`, with `gap` white pixels between them. The first
 * is there; where another is undefined, its place stays white.
 */
export function filmStrip(frames: readonly (Frame | undefined)[], columns: number, gap = 2): Frame {
  const { width, height } = frames[0]!;
  const across = Math.min(columns, frames.length);
  const rows = Math.ceil(frames.length / across);
  const strip = makeFrame(across * (width + gap) - gap, rows * (height + gap) - gap);
  strip.pixels.fill(255);
  frames.forEach((frame, index) => {
    if (!frame) return;
    const left = (index % across) * (width + gap);
    const top = Math.floor(index / across) * (height + gap);
    for (let y = 0; y < height; y++)
      strip.pixels.set(frame.pixels.subarray(3 * y * width, 3 * (y + 1) * width), 3 * ((top + y) * strip.width + left));
  });
  return strip;
}
