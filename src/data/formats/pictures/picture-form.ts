/**
 * How the pictures of a recording become a part of observations, uint8 [height, width, channels]: in which order their
 * axes are stored, and to which size they are brought. Arrays keep their channels, because nothing tells whether four of
 * them are colours with transparency or a stack of grey frames.
 */
import { DataError } from "../../../errors.js";
import type { Part } from "../../columns.js";
import type { PictureSize } from "../../containers/pictures/picture.js";
import { printable } from "../../containers/refusal.js";
import type { ReadingNotes } from "../../reading-notes.js";
import type { ImageSize } from "../format.js";
import { Resizer } from "./resize.js";

/** What decides on the form besides the shape. */
export interface FormOptions {
  readonly imageSize?: ImageSize | undefined;
  /** Channels are known to be last. */
  readonly ordered?: boolean;
}

const COLOURS = [3, 1, 4];
/** Below this a block of numbers is no picture. */
const LEAST_SIDE = 16;
/** Minari takes bytes of two dimensions for a picture from so many pixels on (`is_image_space`). */
const LEAST_GREY_SIDE = 32;
/** As many as five stacked colour frames have. */
const MOST_CHANNELS = 16;

/** The axes of pictures as they are stored. */
interface Axes extends PictureSize {
  readonly channels: number;
  readonly channelsFirst: boolean;
}

export class PictureForm {
  /** What a frame becomes. */
  readonly part: Part;
  /** The bytes of a frame as stored. */
  readonly storedBytes: number;
  private readonly axes: Axes;
  private readonly resizer: Resizer | undefined;
  private readonly turned: Uint8Array | undefined;

  /**
   * @param stored the shape of a frame: [height, width, channels], [channels, height, width] or [height, width]
   * @param where how messages name the pictures
   * @throws DataError for a shape that is none of a picture
   */
  constructor(stored: readonly number[], { imageSize, ordered = false }: FormOptions, where: string) {
    this.axes = axesOf(stored, ordered, where);
    const { width, height, channels, channelsFirst } = this.axes;
    const { width: across, height: down } = imageSize ?? this.axes;
    this.part = { type: "uint8", shape: [down, across, channels] };
    this.storedBytes = width * height * channels;
    if (across !== width || down !== height) this.resizer = new Resizer([height, width, channels], [down, across]);
    if (channelsFirst && channels > 1) this.turned = new Uint8Array(this.storedBytes);
  }

  /** The size of a stored frame. */
  get size(): PictureSize {
    return this.axes;
  }

  get bytes(): number {
    return this.part.shape.reduce((product, length) => product * length, 1);
  }

  /** Writes a frame, as it is stored, in its new form. */
  write(frame: Uint8Array, target: Uint8Array, at: number): void {
    const picture = this.turned ? this.turn(frame, this.turned) : frame;
    if (this.resizer) this.resizer.write(picture, target, at);
    else target.set(picture, at);
  }

  /** Frames one after the other in their new form; the same array where they are in it already. */
  writeAll(frames: Uint8Array): Uint8Array {
    if (!this.turned && !this.resizer) return frames;
    const count = frames.length / this.storedBytes;
    const written = new Uint8Array(count * this.bytes);
    for (let i = 0; i < count; i++)
      this.write(frames.subarray(i * this.storedBytes, (i + 1) * this.storedBytes), written, i * this.bytes);
    return written;
  }

  /** Says what was done to the pictures. @param name of the part */
  note(name: string, notes: ReadingNotes): void {
    const { width, height, channels } = this.axes;
    if (this.turned)
      notes.say(
        `the pictures ${name} are stored with their channels first, [${channels}, ${height}, ${width}], and were transposed`,
      );
    const [down, across] = this.part.shape;
    if (this.resizer)
      notes.say(`the pictures ${name} were resized from ${width}x${height} to ${across}x${down} pixels`);
  }

  private turn(frame: Uint8Array, target: Uint8Array): Uint8Array {
    const { width, height, channels } = this.axes;
    const pixels = width * height;
    for (let channel = 0; channel < channels; channel++)
      for (let pixel = 0; pixel < pixels; pixel++)
        target[pixel * channels + channel] = frame[channel * pixels + pixel]!;
    return target;
  }
}

/** Whether bytes of this shape a row are a picture. */
export function looksLikePicture(shape: readonly number[]): boolean {
  return shape.length === 3 || (shape.length === 2 && shape.every((length) => length >= LEAST_GREY_SIDE));
}

/** What is said of arrays that look like pictures and are no bytes: they are read as numbers; undefined of others. */
export function floatPictureNote(name: string, stored: readonly number[]): string | undefined {
  const [first = 0, second = 0, third = 0] = stored;
  const sides = COLOURS.includes(third) ? [first, second] : COLOURS.includes(first) ? [second, third] : [];
  if (stored.length !== 3 || sides.length === 0 || Math.min(...sides) < LEAST_SIDE) return undefined;
  return `"${printable(name)}" has the shape of pictures, [${stored.join(", ")}], but holds no bytes, and was taken as ${first * second * third} numbers of the vector; if these are pictures, store them as uint8, 0 to 255`;
}

function axesOf(stored: readonly number[], ordered: boolean, where: string): Axes {
  const [first = 0, second = 0, third = 1] = stored;
  const last = { height: first, width: second, channels: third, channelsFirst: false };
  if (stored.length === 2 && first * second > 0) return last;
  if (stored.length !== 3 || first * second * third === 0) throw noPicture(stored, where);
  const front = { height: second, width: third, channels: first, channelsFirst: true };
  if (ordered || COLOURS.includes(third)) return last;
  if (COLOURS.includes(first)) return front;
  if (third <= MOST_CHANNELS) return last;
  if (first <= MOST_CHANNELS) return front;
  throw noPicture(stored, where);
}

function noPicture(stored: readonly number[], where: string): DataError {
  return new DataError(
    `${where} has the shape [${stored.slice(0, 8).join(", ")}] a row, which is none of a picture; store [height, width, channels] with 1 to ${MOST_CHANNELS} channels, or leave it out with --images.`,
  );
}
