/** Single pictures of every kind against what Pillow made of them, and damaged ones. */
import { encode } from "fast-png";
import { beforeAll, describe, expect, test } from "vitest";
import { RandomStream } from "../../../random.js";
import { expected, largestDifference, pictureBytes } from "../../formats/pictures/pictures.fixture.js";
import { Damaged } from "../damaged.js";
import { mutate } from "../mutate.fixture.js";
import { decodePicture, loadPictureDecoders, pictureSize } from "./picture.js";

beforeAll(loadPictureDecoders);

describe("a picture", () => {
  test.each(Object.keys(expected.files))("%s has the pixels that Pillow finds", (name) => {
    const { width, height, pixels } = expected.files[name]!;
    const bytes = pictureBytes(`files/${name}`);
    expect(pictureSize(bytes)).toMatchObject({ width, height });
    const picture = decodePicture(bytes, { width, height });
    // Decoders of JPEG round differently; where colours are stored at half the size they also smooth differently.
    const bound = name === "small-chroma.jpg" ? 12 : name.endsWith(".jpg") ? 3 : 0;
    expect(largestDifference(picture.pixels, pixels)).toBeLessThanOrEqual(bound);
    expect(picture.transparent).toBe(name.includes("alpha"));
  });

  test("of 16 bits a channel, or of another size than expected, is refused", () => {
    const size = { width: 8, height: 6 };
    expect(() => decodePicture(pictureBytes("files/deep.png"), size)).toThrow(/16 bits a channel.*depths/);
    expect(() => decodePicture(pictureBytes("files/colour.png"), { width: 6, height: 8 })).toThrow(
      "its picture has 8 x 6 pixels where 6 x 8 are expected",
    );
  });

  test("that is none, has no pixels or too many is refused by its header", () => {
    const [png, jpeg] = [pictureBytes("files/colour.png"), pictureBytes("files/colour.jpg")];
    expect(() => pictureSize(new Uint8Array(0))).toThrow("it holds no picture");
    expect(() => pictureSize(Uint8Array.of(71, 73, 70))).toThrow("neither a PNG nor a JPEG");
    expect(() => pictureSize(png.subarray(0, 20))).toThrow("no header");
    expect(() => pictureSize(jpeg.subarray(0, 20))).toThrow("no header with a size");
    new DataView(png.buffer).setUint32(16, 1_000_000);
    expect(() => pictureSize(png)).toThrow("declares 1000000 x 6 pixels, and 1 to 2097152");
    new DataView(png.buffer).setUint32(16, 0);
    expect(() => pictureSize(png)).toThrow("declares 0 x 6 pixels");
  });

  test.each(["colour.png", "colour.jpg"])("%s that was cut off anywhere is refused", (name) => {
    const bytes = pictureBytes(`files/${name}`);
    const { width, height } = expected.files[name]!;
    for (let end = 0; end < bytes.length - 2; end += 7)
      expect(() => decodePicture(bytes.subarray(0, end), { width, height }), `${end} bytes`).toThrow(Damaged);
  });

  test("whose data unpack to far more than its pixels is refused after the first piece", () => {
    const bomb = encode({ width: 2_000, height: 1_000, channels: 3, data: new Uint8Array(6_000_000) });
    const small = encode({ width: 8, height: 6, channels: 3, data: new Uint8Array(144) });
    // The header of the small one, with its checksum, and the data of the large one.
    const both = Uint8Array.from([...small.subarray(0, 33), ...bomb.subarray(33)]);
    expect(() => decodePicture(both, { width: 8, height: 6 })).toThrow("more pixels than it declares");
    const reversed = Uint8Array.from([...bomb.subarray(0, 33), ...small.subarray(33)]);
    expect(() => decodePicture(reversed, { width: 2_000, height: 1_000 })).toThrow("fewer pixels than it declares");
  });

  test("damaged in one of 8,000 ways gives pixels of its size or one typed error", () => {
    const random = new RandomStream(3, "pictures");
    const names = ["colour.png", "palette.png", "colour.jpg", "progressive.jpg"];
    let refused = 0;
    for (let i = 0; i < 8_000; i++) {
      const name = names[i % names.length]!;
      const { width, height } = expected.files[name]!;
      const bytes = mutate(pictureBytes(`files/${name}`), random);
      try {
        expect(decodePicture(bytes, { width, height }).pixels).toHaveLength(3 * width * height);
      } catch (error) {
        expect(error, `case ${i}: ${error}`).toBeInstanceOf(Damaged);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(4_000);
  });
});
