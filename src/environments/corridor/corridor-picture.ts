/**
 * A corridor from above: the floor light, walls dark, the open sides and what lies beyond them red, the goal green, the
 * walker an orange disc. The corridor is narrow, so that its width is drawn larger than its length.
 */
import type { Colour, Frame } from "../../rendering/frame.js";
import type { CorridorOptions } from "./corridor.js";

const colours = {
  wall: [88, 98, 116],
  floor: [240, 236, 227],
  exit: [226, 150, 140],
  goal: [46, 160, 80],
  walker: [224, 98, 38],
} as const satisfies Record<string, Colour>;

/** What is shown beyond the ends, as a share of the length, and to either side, as a share of the exit's distance. */
const beyondEnds = 0.1;
const beyondSides = 1.2;
/** The walker's radius, as a share of the picture's height. */
const walkerRadius = 0.07;

/** Draws the corridor from left to right with the walker at (x, y), metres. */
export function drawCorridor(options: CorridorOptions, x: number, y: number, { width, height, pixels }: Frame): void {
  const { length, exitDistance } = options;
  const metresAcross = (2 * (1 + beyondSides) * exitDistance) / height;
  const metresAlong = ((1 + 2 * beyondEnds) * length) / width;
  const radius = walkerRadius * height;
  const column = (x + beyondEnds * length) / metresAlong;
  const row = height / 2 - y / metresAcross;
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      const along = (j + 0.5) * metresAlong - beyondEnds * length;
      const across = (height / 2 - i - 0.5) * metresAcross;
      const under = colourAt(options, along, Math.abs(across));
      // The share of the pixel that the disc covers: its edge is one pixel wide.
      const cover = Math.min(Math.max(radius + 0.5 - Math.hypot(j + 0.5 - column, i + 0.5 - row), 0), 1);
      for (let channel = 0; channel < 3; channel++)
        pixels[3 * (i * width + j) + channel] = (1 - cover) * under[channel]! + cover * colours.walker[channel]!;
    }
}

function colourAt({ length, exitDistance, exitUntil }: CorridorOptions, along: number, across: number): Colour {
  if (along < 0) return colours.wall;
  if (across <= exitDistance) return along >= length ? colours.goal : colours.floor;
  return along < exitUntil * length ? colours.exit : colours.wall;
}
