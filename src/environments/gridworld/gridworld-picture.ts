/**
 * A gridworld as a flat map: walls and cliff dark, slippery floor blue like ice, the goal green, the walker an orange
 * disc. Each pixel is coloured from where it lies in the map, so the map fits a frame of any size.
 */
import type { Colour, Frame } from "../../rendering/frame.js";
import type { GridLayout } from "./gridworld-layouts.js";

const colours = {
  background: [255, 255, 255],
  wall: [88, 98, 116],
  cliff: [52, 34, 40],
  floor: [240, 236, 227],
  slippery: [196, 222, 240],
  goal: [46, 160, 80],
  walker: [224, 98, 38],
} as const satisfies Record<string, Colour>;

/** In cells: the walker's radius, and half the line between two cells. */
const walkerRadius = 0.33;
const halfLine = 0.02;

/** How bright a line is compared with its cell. */
const lineShade = 0.88;

/** Draws the map with the walker in `state`, as large as it fits into the middle of the frame. */
export function drawGrid(layout: GridLayout, state: number, { width, height, pixels }: Frame): void {
  const cell = Math.min(width / layout.columns, height / layout.rows);
  const left = (width - cell * layout.columns) / 2;
  const top = (height - cell * layout.rows) / 2;
  const walker = layout.cells[state]!;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const column = (x + 0.5 - left) / cell;
      const row = (y + 0.5 - top) / cell;
      const under = colourAt(layout, Math.floor(row), Math.floor(column));
      const shade = under !== colours.background && isLine(row, column) ? lineShade : 1;
      const beyond = cell * (Math.hypot(column - walker.column - 0.5, row - walker.row - 0.5) - walkerRadius);
      // The share of the pixel that the disc covers: its edge is one pixel wide.
      const cover = Math.min(Math.max(0.5 - beyond, 0), 1);
      for (let channel = 0; channel < 3; channel++)
        pixels[3 * (y * width + x) + channel] =
          (1 - cover) * shade * under[channel]! + cover * colours.walker[channel]!;
    }
}

function colourAt(layout: GridLayout, row: number, column: number): Colour {
  if (row < 0 || column < 0 || row >= layout.rows || column >= layout.columns) return colours.background;
  const place = layout.at(row, column);
  if (place === "wall" || place === "cliff") return colours[place];
  if (place === layout.goal) return colours.goal;
  return layout.cells[place]!.slippery ? colours.slippery : colours.floor;
}

/** Whether a place, in cells, lies on the border of its cell. */
function isLine(row: number, column: number): boolean {
  return Math.abs(row - Math.round(row)) < halfLine || Math.abs(column - Math.round(column)) < halfLine;
}
