/** LeRobot's pictures in the table: what Pillow decodes, the choices that there are, and bad input with its place. */
import { describe, expect, test } from "vitest";
import type { DataFiles } from "../../containers/files.js";
import { loadDataset } from "../../episode-source.js";
import { ReadingNotes } from "../../reading-notes.js";
import type { ReadOptions } from "../format.js";
import { fuzzFormat } from "../fuzz.fixture.js";
import {
  expectedOf,
  largestDifference,
  pictureBytes,
  recordingFolder,
  withJson,
} from "../pictures/pictures.fixture.js";
import { lerobotFormat } from "./lerobot-format.js";

const load = async (files: DataFiles, options: ReadOptions = {}) =>
  loadDataset(await lerobotFormat.open(files, options));
const recording = () => recordingFolder("lerobot");
const wanted = expectedOf("lerobot");

interface Info {
  features: Record<string, { dtype: string; shape: number[] }>;
}
const withInfo = (change: (info: Info) => void) => withJson<Info>("lerobot", "meta/info.json", change);

/** The recording with some bytes of its table changed: those after the n-th of a signature. */
function withBytes(signature: readonly number[], n: number, change: (bytes: Uint8Array, at: number) => void) {
  return recordingFolder("lerobot", (bytes, path) => {
    if (!path.endsWith(".parquet")) return bytes;
    let at = -1;
    for (let i = 0; i <= n; i++)
      at = bytes.findIndex((_, j) => j > at && signature.every((byte, k) => bytes[j + k] === byte));
    change(bytes, at);
    return bytes;
  });
}
const PNG = [0x89, 0x50, 0x4e, 0x47];
const JPEG = [0xff, 0xd8, 0xff];

describe("LeRobot's pictures", () => {
  test("become parts beside the state, a row of each for every observation", async () => {
    const { observations, episodes } = await load(recording());
    expect(observations).toEqual({
      state: { type: "float32", shape: [2] },
      "images.top": { type: "uint8", shape: [6, 8, 3] },
      "images.wrist": { type: "uint8", shape: [16, 16, 3] },
    });
    expect(episodes.map(({ length }) => length)).toEqual([4, 3]);
    for (const [i, episode] of episodes.entries()) {
      const { state, top, wrist } = wanted[i]!;
      const { length } = episode;
      // The task ended with the last frame, whose observation stands in for the one after it.
      const found = (part: string, size: number) => episode.observations[part]!.subarray(0, length * size);
      expect(Array.from(found("state", 2))).toEqual(state!.map(Math.fround));
      expect(Array.from(found("images.top", 144))).toEqual(top);
      expect(largestDifference(found("images.wrist", 768), wrist!)).toBeLessThanOrEqual(3);
      for (const [part, size] of [
        ["images.top", 144],
        ["images.wrist", 768],
      ] as const)
        expect(episode.observations[part]!.slice(length * size)).toEqual(
          episode.observations[part]!.slice((length - 1) * size, length * size),
        );
    }
  });

  test("are those that are asked for, in the size that is asked for, which is said", async () => {
    const { observations, episodes, notes } = await load(recording(), {
      images: ["images.top"],
      imageSize: { width: 4, height: 3 },
    });
    expect(observations).toEqual({
      state: { type: "float32", shape: [2] },
      "images.top": { type: "uint8", shape: [3, 4, 3] },
    });
    const top = wanted[0]!.top!;
    const mean = (y: number, x: number, c: number) =>
      [0, 1].flatMap((i) => [0, 1].map((j) => top[(2 * y + i) * 24 + (2 * x + j) * 3 + c]!)).reduce((a, b) => a + b) /
      4;
    const found = episodes[0]!.observations["images.top"]!;
    for (let i = 0; i < 36; i++)
      expect(Math.abs(found[i]! - mean(Math.floor(i / 12), Math.floor(i / 3) % 4, i % 3))).toBeLessThanOrEqual(0.51);
    expect(notes!.map(({ text }) => text)).toContainEqual(
      "the pictures images.top were resized from 8x6 to 4x3 pixels",
    );
    const none = await load(recording(), { images: [] });
    expect(Object.keys(none.observations)).toEqual(["state"]);
    const keys = await load(recording(), { observationKeys: ["observation.images.wrist"] });
    expect(Object.keys(keys.observations)).toEqual(["images.wrist"]);
    await expect(load(recording(), { images: ["images.up"] })).rejects.toThrow(
      'Unknown picture of "lerobot" "images.up". Did you mean "images.top"? Known: images.top, images.wrist.',
    );
  });

  test("that are damaged, missing or of another size are refused with file, row and feature", async () => {
    await expect(load(withBytes(PNG, 2, (bytes, at) => (bytes[at + 60]! ^= 1)))).rejects.toThrow(
      /^"lerobot": "data\/chunk-000\/file-000.parquet": row 2: "observation.images.top" cannot be read: its PNG picture .*copy or write it again\.$/,
    );
    await expect(load(withBytes(JPEG, 5, (bytes, at) => bytes.fill(0, at + 20, at + 60)))).rejects.toThrow(
      /row 5: "observation.images.wrist" cannot be read: its (JPEG picture|bytes)/,
    );
    await expect(load(withBytes(PNG, 3, (bytes, at) => (bytes[at] = 0)))).rejects.toThrow(
      /row 3: "observation.images.top" cannot be read: its bytes are neither a PNG nor a JPEG/,
    );
    await expect(
      load(withInfo(({ features }) => (features["observation.images.top"]!.shape = [8, 6, 3]))),
    ).rejects.toThrow(/row 0: "observation.images.top".*has 8 x 6 pixels where 6 x 8 are expected/);
    await expect(
      load(withInfo(({ features }) => (features["observation.images.top"]!.shape = [4000, 4000, 3]))),
    ).rejects.toThrow(/has pictures of 4000 x 4000 pixels, more than the 2097152/);
    await expect(
      load(withInfo(({ features }) => (features["observation.images.more"] = { dtype: "image", shape: [6, 8, 3] }))),
    ).rejects.toThrow('has no column "observation.images.more.bytes"');
  });

  const withTable = (name: string) =>
    recordingFolder("lerobot", (bytes, path) => (path.endsWith(".parquet") ? pictureBytes(name) : bytes));

  test.each([
    ["lerobot-missing.parquet", /row 4: "observation.images.top" holds no picture; where its frames are files/],
    ["lerobot-null.parquet", /row 4: "observation.images.top" holds no picture; where its frames are files/],
    ["lerobot-other-size.parquet", /row 4: "observation.images.top" .* has 6 x 8 pixels where 8 x 6 are expected/],
    ["lerobot-deep.parquet", /row 4: "observation.images.top" .* has 16 bits a channel, where 8 are read/],
  ])("in one row of %s are refused with the row, and the others are read", async (name, message) => {
    await expect(load(withTable(name))).rejects.toThrow(message);
    const { episodes } = await load(withTable(name), { images: ["images.wrist"] });
    expect(episodes).toHaveLength(2);
  });

  test("of grey and with transparency become colours, which is said of transparency", async () => {
    const { episodes, notes } = await load(withTable("lerobot-kinds.parquet"));
    const found = episodes[1]!.observations["images.top"]!;
    expect(found.slice(0, 144).every((value) => value === 77)).toBe(true);
    expect(found.slice(144, 288).every((value) => value === 33)).toBe(true);
    expect(notes!.map(({ text }) => text)).toContain("the pictures have transparency, which is left out");
  });

  test("in videos are left out with a note, and refused where they are asked for or all that there is", async () => {
    const videos = withInfo(({ features }) => (features["observation.images.top"]!.dtype = "video"));
    const { observations, notes } = await load(videos, { images: [] });
    expect(Object.keys(observations)).toEqual(["state"]);
    expect(notes!.map(({ text }) => text)).toEqual(["videos are not read, and so observation.images.top is left out"]);
    for (const options of [{ images: ["images.top"] }, { observationKeys: ["observation.images.top"] }])
      await expect(load(videos, options)).rejects.toThrow(
        /"observation.images.top" is a video, and LeRobot's videos are not read; .*use_videos=False/,
      );
    const alone = withInfo((info) => {
      info.features["observation.images.top"]!.dtype = "video";
      delete info.features["observation.state"];
      delete info.features["observation.images.wrist"];
    });
    await expect(load(alone)).rejects.toThrow(/is a video/);
  });

  test("damaged in 1,000 ways give valid data or one typed error each", { timeout: 120_000 }, async () => {
    const report = await fuzzFormat(lerobotFormat, [recording()], { mutations: 1_000, seed: 17 });
    expect(report.refused).toBeGreaterThan(100);
    expect(report.accepted).toBeGreaterThan(50);
  });

  test("do not change from one reading to the next", async () => {
    const source = await lerobotFormat.open(recording(), {});
    expect(source.notes).toBeInstanceOf(ReadingNotes);
    const [first, second] = [await loadDataset(source), await loadDataset(source)];
    expect(first).toEqual(second);
  });
});
