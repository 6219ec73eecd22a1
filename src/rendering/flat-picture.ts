/**
 * Pictures of flat worlds, seen from above: each pixel is coloured by what lies there, and the walker is a disc over it.
 * Whatever the size of the frame, nothing is sampled: the world is asked at the middle of every pixel.
 */
import type { Colour, Frame } from "./frame.js";

/** A filled circle; places and lengths in pixels from the top left. */
export interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly colour: Colour;
}

/** @param colourAt what lies at a place in pixels from the top left */
export function drawFlat(
  { width, height, pixels }: Frame,
  colourAt: (x: number, y: number) => Colour,
  disc: Disc,
): void {
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const [x, y] = [column + 0.5, row + 0.5];
      const under = colourAt(x, y);
      // The share of the pixel that the disc covers: its edge is one pixel wide.
      const cover = Math.min(Math.max(disc.radius + 0.5 - Math.hypot(x - disc.x, y - disc.y), 0), 1);
      for (let channel = 0; channel < 3; channel++)
        pixels[3 * (row * width + column) + channel] = (1 - cover) * under[channel]! + cover * disc.colour[channel]!;
    }
}
