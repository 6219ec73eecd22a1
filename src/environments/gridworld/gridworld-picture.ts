/**
 * A gridworld as a flat map: walls and cliff dark, slippery floor blue like ice, the goal green, the walker an orange
 * disc. Each pixel is coloured from where it lies in the map, so the map fits a frame of any size.
 */
import { drawFlat } from "../../rendering/flat-picture.js";
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
export function drawGrid(layout: GridLayout, state: number, frame: Frame): void {
  const { width, height } = frame;
  const cell = Math.min(width / layout.columns, height / layout.rows);
  const left = (width - cell * layout.columns) / 2;
  const top = (height - cell * layout.rows) / 2;
  const walker = layout.cells[state]!;
  const at = (x: number, y: number): Colour => {
    const [column, row] = [(x - left) / cell, (y - top) / cell];
    const under = colourAt(layout, Math.floor(row), Math.floor(column));
    return under !== colours.background && isLine(row, column) ? shaded(under) : under;
  };
  const place = { x: left + cell * (walker.column + 0.5), y: top + cell * (walker.row + 0.5) };
  drawFlat(frame, at, { ...place, radius: cell * walkerRadius, colour: colours.walker });
}

function shaded([red, green, blue]: Colour): Colour {
  return [lineShade * red, lineShade * green, lineShade * blue];
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
