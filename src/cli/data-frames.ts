/**
 * The pictures of a dataset as a contact sheet: the first, the last and some frames between them of several episodes, a
 * row for each episode and each part that is a picture.
 */
import type { Part } from "../data/columns.js";
import type { Dataset, Episode } from "../data/episode.js";
import { counted, short } from "../data/figures.js";
import { Resizer } from "../data/formats/pictures/resize.js";
import { isPicturePart } from "../data/formats/pictures/with-pictures.js";
import { UsageError } from "../errors.js";
import { contactSheet, type SheetRow } from "../rendering/contact-sheet.js";
import { type Frame, makeFrame } from "../rendering/frame.js";

const MOST_EPISODES = 6;
const FRAMES = 5;
/** The height that frames are brought near to, by a whole factor where they are enlarged. */
const HEIGHT = 112;

/** @throws UsageError where the data have no pictures */
export function framesOf(dataset: Dataset): Frame {
  const parts = Object.entries(dataset.observations).filter(([, part]) => isPicturePart(part));
  if (parts.length === 0)
    throw new UsageError(
      `"${dataset.source}" has no pictures to show; leave --frames out, or give data that have some.`,
    );
  const several = parts.length > 1;
  const rows = spread(dataset.episodes.length, MOST_EPISODES).flatMap((number) =>
    parts.map(([name, part]) => rowOf(dataset.episodes[number]!, number, name, part, several)),
  );
  return contactSheet(rows);
}

function rowOf(episode: Episode, number: number, name: string, part: Part, several: boolean): SheetRow {
  const { length, rewards, terminated } = episode;
  const sum = rewards.reduce((total, reward) => total + reward, 0);
  const end = terminated[length - 1] === 1 ? "ended by the task" : "cut by the clock";
  const show = enlarged(part);
  const size = part.shape.reduce((product, size) => product * size, 1);
  const values = episode.observations[name] as Uint8Array;
  return {
    caption: `${several ? `${name}  ` : ""}episode ${number}  ${counted(length, "step")}  return ${short(sum)}  ${end}`,
    pictures: spread(length + 1, FRAMES).map((row) => ({
      frame: show(values.subarray(row * size, (row + 1) * size)),
      caption: String(row),
    })),
  };
}

/** Numbers from 0 to `count` - 1, the first and the last among them, evenly spread. */
function spread(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)));
}

/** A part's pictures as frames of the sheet: grey three times, of more than three channels the first three. */
function enlarged({ shape }: Part): (picture: Uint8Array) => Frame {
  const [height = 1, width = 1, channels = 1] = shape;
  const factor = height < HEIGHT ? Math.max(1, Math.round(HEIGHT / height)) : HEIGHT / height;
  const to = [Math.max(1, Math.round(height * factor)), Math.max(1, Math.round(width * factor))] as const;
  const resizer = new Resizer([height, width, 3], to);
  return (picture) => {
    const frame = makeFrame(to[1], to[0]);
    resizer.write(coloured(picture, height * width, channels), new Uint8Array(frame.pixels.buffer), 0);
    return frame;
  };
}

function coloured(picture: Uint8Array, pixels: number, channels: number): Uint8Array {
  if (channels === 3) return picture;
  return Uint8Array.from({ length: 3 * pixels }, (_, i) => {
    const channel = channels < 3 ? 0 : i % 3;
    return picture[Math.floor(i / 3) * channels + channel]!;
  });
}
