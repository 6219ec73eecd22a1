/**
 * Words in a flat picture, in capitals of three by five dots: enough to say what a coloured area is, where there is no
 * page around the picture that could hold a key.
 */

import type { Colour, Frame } from "./frame.js";

/** What is drawn, row by row from the top; anything else is left blank. */
const letters: Readonly<Record<string, readonly string[]>> = {
  A: [".#.", "#.#", "###", "#.#", "#.#"],
  B: ["##.", "#.#", "##.", "#.#", "##."],
  C: [".##", "#..", "#..", "#..", ".##"],
  D: ["##.", "#.#", "#.#", "#.#", "##."],
  E: ["###", "#..", "##.", "#..", "###"],
  F: ["###", "#..", "##.", "#..", "#.."],
  G: [".##", "#..", "#.#", "#.#", ".##"],
  H: ["#.#", "#.#", "###", "#.#", "#.#"],
  I: ["###", ".#.", ".#.", ".#.", "###"],
  J: ["..#", "..#", "..#", "#.#", ".#."],
  K: ["#.#", "#.#", "##.", "#.#", "#.#"],
  L: ["#..", "#..", "#..", "#..", "###"],
  M: ["#.#", "###", "###", "#.#", "#.#"],
  N: ["##.", "#.#", "#.#", "#.#", "#.#"],
  O: [".#.", "#.#", "#.#", "#.#", ".#."],
  P: ["##.", "#.#", "##.", "#..", "#.."],
  Q: [".#.", "#.#", "#.#", "###", ".##"],
  R: ["##.", "#.#", "##.", "#.#", "#.#"],
  S: [".##", "#..", ".#.", "..#", "##."],
  T: ["###", ".#.", ".#.", ".#.", ".#."],
  U: ["#.#", "#.#", "#.#", "#.#", "###"],
  V: ["#.#", "#.#", "#.#", "#.#", ".#."],
  W: ["#.#", "#.#", "###", "###", "#.#"],
  X: ["#.#", "#.#", ".#.", "#.#", "#.#"],
  Y: ["#.#", "#.#", ".#.", ".#.", ".#."],
  Z: ["###", "..#", ".#.", "#..", "###"],
  "0": ["###", "#.#", "#.#", "#.#", "###"],
  "1": [".#.", "##.", ".#.", ".#.", "###"],
  "2": ["##.", "..#", ".#.", "#..", "###"],
  "3": ["##.", "..#", ".#.", "..#", "##."],
  "4": ["#.#", "#.#", "###", "..#", "..#"],
  "5": ["###", "#..", "##.", "..#", "##."],
  "6": [".##", "#..", "###", "#.#", "###"],
  "7": ["###", "..#", ".#.", ".#.", ".#."],
  "8": ["###", "#.#", "###", "#.#", "###"],
  "9": ["###", "#.#", "###", "..#", "##."],
  ".": ["...", "...", "...", "...", ".#."],
  ",": ["...", "...", "...", ".#.", "#.."],
  "-": ["...", "...", "###", "...", "..."],
  _: ["...", "...", "...", "...", "###"],
  "/": ["..#", "..#", ".#.", "#..", "#.."],
  ":": ["...", ".#.", "...", ".#.", "..."],
  "+": ["...", ".#.", "###", ".#.", "..."],
  "[": ["##.", "#..", "#..", "#..", "##."],
  "]": [".##", "..#", "..#", "..#", ".##"],
};

const [across, down] = [3, 5];

/** An area of a picture, in pixels from the top left. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Which places the letters of a word cover in the middle of an area, one beside the other, or below it where `upright`;
 * none where it has no room.
 */
export function wordIn(area: Area, word: string, upright = false): (x: number, y: number) => boolean {
  const long = word.length * ((upright ? down : across) + 1) - 1;
  const [columns, rows] = upright ? [across, long] : [long, down];
  const dot = Math.floor(Math.min(area.width / (columns + 2), area.height / (rows + 2))); // one stays free on every side
  if (dot < 1) return () => false;
  const left = Math.round(area.left + (area.width - columns * dot) / 2);
  const top = Math.round(area.top + (area.height - rows * dot) / 2);
  return (x, y) => {
    const [column, row] = [Math.floor((x - left) / dot), Math.floor((y - top) / dot)];
    const at = upright ? Math.floor(row / (down + 1)) : Math.floor(column / (across + 1));
    const [c, r] = upright ? [column, row - at * (down + 1)] : [column - at * (across + 1), row];
    return letters[word[at] ?? ""]?.[r]?.[c] === "#";
  };
}

/** The height of a line of `writeText`, in dots, with what keeps it from the next. */
export const LINE_DOTS = down + 2;

/**
 * Writes a text from a place on, in capitals, as far as there is room.
 * @param dot the size of a dot in pixels
 */
export function writeText(frame: Frame, text: string, left: number, top: number, dot: number, colour: Colour): void {
  for (const [index, letter] of [...text.toUpperCase()].entries())
    for (let row = 0; row < down; row++)
      for (let column = 0; column < across; column++)
        if (letters[letter]?.[row]?.[column] === "#")
          fillSquare(frame, left + (index * (across + 1) + column) * dot, top + row * dot, dot, colour);
}

function fillSquare({ width, height, pixels }: Frame, left: number, top: number, size: number, colour: Colour): void {
  for (let y = Math.max(0, top); y < Math.min(height, top + size); y++)
    for (let x = Math.max(0, left); x < Math.min(width, left + size); x++) pixels.set(colour, 3 * (y * width + x));
}
