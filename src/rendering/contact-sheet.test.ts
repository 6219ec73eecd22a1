/** A contact sheet holds its pictures pixel by pixel, with ink above and below them. */
import { expect, test } from "vitest";
import { contactSheet } from "./contact-sheet.js";
import { type Colour, type Frame, makeFrame } from "./frame.js";

function plain(width: number, height: number, colour: Colour): Frame {
  const frame = makeFrame(width, height);
  for (let i = 0; i < frame.pixels.length; i++) frame.pixels[i] = colour[i % 3]!;
  return frame;
}

function count(
  { width, pixels }: Frame,
  colour: Colour,
  [top, bottom]: readonly [number, number] = [0, Infinity],
): number {
  let found = 0;
  for (let i = 0; i < pixels.length; i += 3) {
    const row = Math.floor(i / 3 / width);
    if (row >= top && row < bottom && colour.every((value, channel) => pixels[i + channel] === value)) found++;
  }
  return found;
}

test("a sheet has every pixel of its pictures, row below row, and captions that differ by their letters", () => {
  const [red, green, blue] = [
    [200, 0, 0],
    [0, 200, 0],
    [0, 0, 200],
  ] as const;
  const row = (caption: string) => ({
    caption,
    pictures: [
      { frame: plain(20, 10, red), caption: "0" },
      { frame: plain(20, 10, green), caption: "7" },
    ],
  });
  const sheet = contactSheet([row("AB"), { caption: "", pictures: [{ frame: plain(30, 12, blue), caption: "" }] }]);
  expect([count(sheet, red), count(sheet, green), count(sheet, blue)]).toEqual([200, 200, 360]);
  const ink: Colour = [40, 40, 40];
  // An A has 10 dots, a B 10, a 0 has 12 and a 7 has 7, of 2 x 2 pixels each.
  expect(count(sheet, ink)).toBe(4 * (10 + 10 + 12 + 7));
  const [firstRed, firstBlue] = [red, blue].map((colour) => {
    for (let i = 0; ; i += 3)
      if (colour.every((v, c) => sheet.pixels[i + c] === v)) return Math.floor(i / 3 / sheet.width);
  });
  expect(count(sheet, ink, [0, firstRed!])).toBe(4 * 20);
  expect(firstBlue!).toBeGreaterThan(firstRed! + 10);
});
