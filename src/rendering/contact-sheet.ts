/**
 * A contact sheet: rows of small pictures with a caption above each row and a shorter one below each picture, for a look
 * at many recordings at once.
 */
import { type Colour, type Frame, makeFrame } from "./frame.js";
import { LINE_DOTS, writeText } from "./pixel-text.js";

/** One row of a sheet. */
export interface SheetRow {
  readonly caption: string;
  readonly pictures: readonly { readonly frame: Frame; readonly caption: string }[];
}

const PAPER: Colour = [250, 250, 248];
const INK: Colour = [40, 40, 40];
const DOT = 2;
const LINE = LINE_DOTS * DOT;
const GAP = 8;
const LETTER = 4 * DOT;

/** Frames may differ in size from row to row. A caption is cut off where the sheet ends. */
export function contactSheet(rows: readonly SheetRow[]): Frame {
  const widths = rows.map(({ caption, pictures }) =>
    Math.max(
      pictures.reduce((sum, { frame }) => sum + frame.width + GAP, GAP),
      Math.min(2 * GAP + caption.length * LETTER, 640),
    ),
  );
  const heights = rows.map(({ pictures }) => 2 * LINE + GAP + Math.max(...pictures.map(({ frame }) => frame.height)));
  const sheet = makeFrame(
    Math.max(...widths),
    heights.reduce((sum, height) => sum + height, GAP),
  );
  for (let i = 0; i < sheet.pixels.length; i++) sheet.pixels[i] = PAPER[i % 3]!;
  let top = GAP;
  for (const [i, { caption, pictures }] of rows.entries()) {
    writeText(sheet, caption, GAP, top, DOT, INK);
    let left = GAP;
    for (const { frame, caption } of pictures) {
      place(sheet, frame, left, top + LINE);
      writeText(sheet, caption, left, top + LINE + frame.height + DOT, DOT, INK);
      left += frame.width + GAP;
    }
    top += heights[i]!;
  }
  return sheet;
}

function place(sheet: Frame, { width, height, pixels }: Frame, left: number, top: number): void {
  for (let y = 0; y < height; y++)
    sheet.pixels.set(pixels.subarray(3 * y * width, 3 * (y + 1) * width), 3 * ((top + y) * sheet.width + left));
}
