/** `calql data inspect` with pictures: their shapes in words, a contact sheet, and the flags that choose. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decode } from "fast-png";
import { afterAll, expect, test } from "vitest";
import { expectedOf } from "../data/formats/pictures/pictures.fixture.js";
import { readDataset } from "../data/storage/open-dataset.js";
import { calql } from "./command-line.fixture.js";

const place = mkdtempSync(join(tmpdir(), "calql-frames-"));
const recordings = fileURLToPath(new URL("../../fixtures/formats/pictures/", import.meta.url));
afterAll(() => rmSync(place, { recursive: true }));

test("pictures are told with their shapes and shown, also once they are converted and made smaller", async () => {
  const sheet = join(place, "frames.png");
  const { code, out, error } = await calql("data", "inspect", join(recordings, "lerobot"), "--frames", sheet);
  expect([code, error]).toEqual([0, ""]);
  expect(out).toContain("state float32 [2], images.top uint8 [6, 8, 3], images.wrist uint8 [16, 16, 3], actions [2]");
  expect(out).toContain("images.top: 8x6 pixels of 3 channels, 144 bytes a frame");
  const { width, data } = decode(readFileSync(sheet));
  // The first frame is enlarged 19 times, from the margin on: the middle of its pixels are those of the recording.
  const top = expectedOf("lerobot")[0]!.top!;
  const [left, begin] = [8, 8 + 14];
  for (const [y, x] of [
    [0, 0],
    [5, 7],
    [3, 2],
  ] as const) {
    const at = 3 * ((begin + 19 * y + 9) * width + left + 19 * x + 9);
    expect(Array.from(data.subarray(at, at + 3))).toEqual(top.slice(3 * (8 * y + x), 3 * (8 * y + x) + 3));
  }

  const own = join(place, "own.calql");
  const flags = ["--images", "images.wrist", "--image-size", "8x8"];
  expect((await calql("data", "convert", join(recordings, "lerobot"), own, ...flags)).code).toBe(0);
  const { observations } = await readDataset(own);
  expect(observations).toEqual({
    state: { type: "float32", shape: [2] },
    "images.wrist": { type: "uint8", shape: [8, 8, 3] },
  });
  expect((await calql("data", "inspect", own, "--frames", sheet)).code).toBe(0);
  expect(decode(readFileSync(sheet)).width).toBe(5 * (112 + 8) + 8);
});

test("what cannot be shown is refused in a sentence", async () => {
  const named = await calql("data", "inspect", join(recordings, "lerobot"), "--frames", join(place, "frames.jpg"));
  expect(named.error).toMatch(/of --frames must end in \.png; name it so\.\n$/);
  const none = await calql(
    "data",
    "inspect",
    join(recordings, "lerobot"),
    "--images",
    "none",
    "--frames",
    join(place, "f.png"),
  );
  expect(none.error).toMatch(/has no pictures to show; leave --frames out, or give data that have some\.\n$/);
  const unknown = await calql("data", "inspect", join(recordings, "lerobot"), "--images", "wrist");
  expect(unknown.error).toMatch(/Unknown picture of ".*lerobot" "wrist"\..* Known: images\.top, images\.wrist\.\n$/);
});
