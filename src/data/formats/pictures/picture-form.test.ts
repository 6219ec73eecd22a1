/** Which axes of an array are what, and names of parts. */
import { describe, expect, test } from "vitest";
import { chosenPictures, pictureName } from "./picture-choice.js";
import { floatPictureNote, PictureForm } from "./picture-form.js";

describe("the form of stored pictures", () => {
  test.each([
    [
      [48, 64, 3],
      [48, 64, 3],
    ],
    [
      [3, 48, 64],
      [48, 64, 3],
    ],
    [
      [48, 64, 1],
      [48, 64, 1],
    ],
    [
      [48, 64],
      [48, 64, 1],
    ],
    [
      [1, 48, 64],
      [48, 64, 1],
    ],
    [
      [48, 64, 4],
      [48, 64, 4],
    ],
    [
      [4, 84, 84],
      [84, 84, 4],
    ],
    [
      [9, 84, 84],
      [84, 84, 9],
    ],
    [
      [84, 84, 9],
      [84, 84, 9],
    ],
    [
      [3, 8, 8],
      [8, 8, 3],
    ],
    [
      [3, 8, 3],
      [3, 8, 3],
    ],
  ])("%j becomes %j", (stored, shape) => {
    expect(new PictureForm(stored, {}, "x").part).toEqual({ type: "uint8", shape });
  });

  test("with channels first is transposed value by value", () => {
    const form = new PictureForm([3, 1, 2], {}, "x");
    expect(Array.from(form.writeAll(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)))).toEqual([
      1, 3, 5, 2, 4, 6, 7, 9, 11, 8, 10, 12,
    ]);
    const grey = new PictureForm([1, 1, 2], {}, "x");
    const bytes = Uint8Array.of(1, 2);
    expect(grey.writeAll(bytes)).toBe(bytes);
  });

  test.each([[[48, 64, 64]], [[5]], [[0, 4, 3]], [[2, 3, 4, 5]]])("%j is no picture", (stored) => {
    expect(() => new PictureForm(stored, {}, '"a.hdf5": "cam"')).toThrow(
      /^"a.hdf5": "cam" has the shape .* none of a picture/,
    );
  });
});

test.each([
  ["observation.images.top", "images.top"],
  ["observation.image", "image"],
  ["observation", "image"],
  ["state", "image"],
  ["sensor_data/base_camera/rgb", "sensor_data.base_camera.rgb"],
  ["../../etc", "etc"],
  ["cam-1 left", "cam.1.left"],
])("pictures stored as %s are the part %s", (stored, part) => {
  expect(pictureName(stored)).toBe(part);
});

test("numbers in the shape of pictures are told, other blocks of numbers are not", () => {
  expect(floatPictureNote("cam", [48, 48, 3])).toBe(
    '"cam" has the shape of pictures, [48, 48, 3], but holds no bytes, and was taken as 6912 numbers of the vector; if these are pictures, store them as uint8, 0 to 255',
  );
  expect(floatPictureNote("cam", [3, 84, 84])).toContain("21168 numbers");
  for (const shape of [[48, 48], [4, 4, 3], [20, 20, 20], [7]]) expect(floatPictureNote("cam", shape)).toBeUndefined();
});

test("two pictures never become one part", () => {
  expect(() => chosenPictures(["cam-1", "cam/1"], {}, "x.hdf5")).toThrow(
    '"x.hdf5" has two pictures that both become the part "cam.1"; take one of them with --images, by the name of its array.',
  );
  expect(chosenPictures(["cam-1", "cam/1"], { images: ["cam/1"] }, "x.hdf5")).toEqual(["cam/1"]);
  expect(() => chosenPictures(["cam"], { images: ["cam", "cam"] }, "x")).toThrow("both become the part");
});
