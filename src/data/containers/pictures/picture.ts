/**
 * Pictures as recordings keep them, a PNG or a JPEG file a frame, decoded to red, green and blue. The size that a file's
 * header declares is compared with the one that is expected before anything is unpacked, so that a file of some bytes
 * cannot ask for gigabytes. The libraries load when the first picture is to be read.
 */
import { Damaged } from "../damaged.js";
import { decodeJpeg, isJpeg, jpegSize, loadJpeg } from "./jpeg.js";
import { decodePng, isPng, loadPng, pngSize } from "./png.js";

/** Of a picture, in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** A picture that was decoded. */
export interface Picture extends PictureSize {
  /** [height, width, 3], red, green and blue; grey is all three alike. */
  readonly pixels: Uint8Array;
  /** Whether it also had transparency, which is left out. */
  readonly transparent: boolean;
}

/** Pixels of the largest picture that is read: a frame of 1920 x 1080 has fewer. */
export const MOST_PIXELS = 2 ** 21;

/** Loads the libraries; before they are there, `decodePicture` throws. */
export async function loadPictureDecoders(): Promise<void> {
  await Promise.all([loadPng(), loadJpeg()]);
}

/** The size that the header of a PNG or JPEG file declares. @throws Damaged where it is neither, or too large */
export function pictureSize(bytes: Uint8Array): PictureSize {
  if (bytes.length === 0) throw new Damaged("it holds no picture");
  const size = isPng(bytes) ? pngSize(bytes) : isJpeg(bytes) ? jpegSize(bytes) : undefined;
  if (size === undefined) throw new Damaged("its bytes are neither a PNG nor a JPEG picture");
  const { width, height } = size;
  if (width >= 1 && height >= 1 && width * height <= MOST_PIXELS) return size;
  throw new Damaged(`its picture declares ${width} x ${height} pixels, and 1 to ${MOST_PIXELS} are read`);
}

/**
 * The pixels of a PNG or JPEG file.
 * @param expected the size that it must have
 * @throws Damaged where it has another one, or cannot be decoded to its last pixel
 */
export function decodePicture(bytes: Uint8Array, expected: PictureSize): Picture {
  const { width, height } = pictureSize(bytes);
  if (width !== expected.width || height !== expected.height)
    throw new Damaged(
      `its picture has ${width} x ${height} pixels where ${expected.width} x ${expected.height} are expected`,
    );
  return isPng(bytes) ? decodePng(bytes) : decodeJpeg(bytes, expected);
}
