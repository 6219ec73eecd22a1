/**
 * Flags that say how a dataset is read: what each text becomes.
 */
import { expect, test } from "vitest";
import type { SuccessReward } from "../data/formats/format.js";
import { UsageError } from "../errors.js";
import { readOptionsOf } from "./reading-flags.js";

test.each<[string, SuccessReward]>([
  ["success", "recorded"],
  ["success:grasped", { column: "grasped" }],
  ["success:next.success", { column: "next.success" }],
  ["success:0,3, 5", { episodes: [0, 3, 5] }],
  ["success:7", { episodes: [7] }],
])("--reward %s", (reward, successReward) => {
  expect(readOptionsOf({ reward })).toEqual({ successReward });
});

test.each(["", "sparse", "success:", "success: ", "successes"])("--reward %j is refused", (reward) => {
  expect(() => readOptionsOf({ reward })).toThrow(UsageError);
  expect(() => readOptionsOf({ reward })).toThrow(
    `The flag --reward is "${reward}"; give success, success:COLUMN, or success:0,3,5 with the numbers of the episodes that succeeded.`,
  );
});

test("--images and --image-size", () => {
  expect(readOptionsOf({ images: "top, wrist", imageSize: "64x48" })).toEqual({
    images: ["top", "wrist"],
    imageSize: { width: 64, height: 48 },
  });
  expect(readOptionsOf({ images: "none" })).toEqual({ images: [] });
});

test.each(["48", "48x", "0x48", "48x48x3", "48,48", "99999x1", "-4x4"])("--image-size %j is refused", (imageSize) => {
  expect(() => readOptionsOf({ imageSize })).toThrow(
    `The flag --image-size is "${imageSize}"; give width and height in pixels, such as 48x48.`,
  );
});
