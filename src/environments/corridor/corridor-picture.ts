/**
 * A corridor from above: the floor light, walls dark, the open sides and what lies beyond them red and labelled EXIT, the
 * goal green and labelled GOAL, the walker an orange disc. The corridor is narrow, so that its width is drawn larger than its length.
 */
import { drawFlat } from "../../rendering/flat-picture.js";
import type { Colour, Frame } from "../../rendering/frame.js";
import { wordIn } from "../../rendering/pixel-text.js";
import type { CorridorOptions } from "./corridor.js";

const colours = {
  wall: [88, 98, 116],
  floor: [240, 236, 227],
  exit: [226, 150, 140],
  goal: [46, 160, 80],
  walker: [224, 98, 38],
  words: [88, 40, 36],
} as const satisfies Record<string, Colour>;

/** What is shown beyond the ends, as a share of the length, and to either side, as a share of the exit's distance. */
const beyondEnds = 0.1;
const beyondSides = 1.2;
/** The walker's radius, as a share of the picture's height. */
const walkerRadius = 0.07;

/** Draws the corridor from left to right with the walker at (x, y), metres. */
export function drawCorridor(options: CorridorOptions, x: number, y: number, frame: Frame): void {
  const { length, exitDistance } = options;
  const { width, height } = frame;
  const metresAcross = (2 * (1 + beyondSides) * exitDistance) / height;
  const metresAlong = ((1 + 2 * beyondEnds) * length) / width;
  const start = (beyondEnds * length) / metresAlong;
  const words = wordsIn(options, { start, height, perMetre: 1 / metresAlong });
  const at = (column: number, row: number) =>
    words.some((covers) => covers(column, row))
      ? colours.words
      : colourAt(options, (column - start) * metresAlong, Math.abs(height / 2 - row) * metresAcross);
  const place = { x: start + x / metresAlong, y: height / 2 - y / metresAcross };
  drawFlat(frame, at, { ...place, radius: walkerRadius * height, colour: colours.walker });
}

interface Drawn {
  /** The column of the corridor's start, the picture's height, and columns to a metre along the corridor. */
  readonly start: number;
  readonly height: number;
  readonly perMetre: number;
}

/** What the areas are called that end an episode. */
function wordsIn({ length, exitUntil }: CorridorOptions, { start, height, perMetre }: Drawn) {
  const side = (beyondSides / (1 + beyondSides) / 2) * height;
  const exit = { left: start, width: exitUntil * length * perMetre, height: side };
  const ends = { left: start + length * perMetre, width: beyondEnds * length * perMetre };
  return [
    wordIn({ ...exit, top: 0 }, "EXIT"),
    wordIn({ ...exit, top: height - side }, "EXIT"),
    wordIn({ ...ends, top: side, height: height - 2 * side }, "GOAL", true),
  ];
}

function colourAt({ length, exitDistance, exitUntil }: CorridorOptions, along: number, across: number): Colour {
  if (along < 0) return colours.wall;
  if (across <= exitDistance) return along >= length ? colours.goal : colours.floor;
  return along < exitUntil * length ? colours.exit : colours.wall;
}
