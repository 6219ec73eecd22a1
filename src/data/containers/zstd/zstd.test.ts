/**
 * The Zstandard decoder against the reference implementation (frames that pyarrow made) and against frames that lie.
 */
import { decompressZstd } from "hyparquet-compressors";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../../random.js";
import { Damaged } from "../damaged.js";
import { mutate } from "../mutate.fixture.js";
import { tableJson } from "../tables.fixture.js";
import { unpackZstd } from "./zstd.js";

interface PackedFrame {
  readonly name: string;
  readonly size: number;
  /** Sum of (position + 1) * byte modulo 2^32, by Python. */
  readonly weighted: number;
  readonly base64: string;
}

const frames = tableJson("zstd.json") as readonly PackedFrame[];
const packed = ({ base64 }: PackedFrame) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
const weighted = (bytes: Uint8Array) => bytes.reduce((sum, byte, i) => (sum + (i + 1) * byte) % 2 ** 32, 0);

describe.each(frames)("$name, packed by the reference implementation", (frame) => {
  test("is what it was", () => {
    const bytes = unpackZstd(packed(frame), frame.size);
    expect(bytes.length).toBe(frame.size);
    expect(weighted(bytes)).toBe(frame.weighted);
  });

  test("of another size than declared is refused", () => {
    expect(() => unpackZstd(packed(frame), frame.size + 1)).toThrow(Damaged);
    if (frame.size > 0) expect(() => unpackZstd(packed(frame), frame.size - 1)).toThrow(Damaged);
  });

  test("damaged gives as many bytes or a reason, never more and never another error", () => {
    const random = new RandomStream(1, frame.name);
    for (let i = 0; i < 300; i++) {
      try {
        expect(unpackZstd(mutate(packed(frame), random), frame.size).length).toBe(frame.size);
      } catch (error) {
        expect(error).toBeInstanceOf(Damaged);
      }
    }
  });
});

test("two frames, one after the other, are both what another library makes of them", () => {
  const [one, two] = [frames[0]!, frames[6]!];
  const both = Uint8Array.of(...packed(one), ...packed(two));
  const other = [one, two].flatMap((frame) => [...decompressZstd(packed(frame), new Uint8Array(frame.size))]);
  expect(unpackZstd(both, one.size + two.size)).toEqual(Uint8Array.from(other));
});

test("a frame of 26 bytes that claims 98,047 repetitions of 65,539 bytes is refused at the first one too many", () => {
  const block = [(1 << 3) | 1, 65, 255, 0xff, 0xff, 0b01010100, 0, 0, 52, 1, 1, 1, 1, 0x80];
  const head = 1 | (2 << 1) | (block.length << 3);
  const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x60, 0xe8, 0x02, head, 0, 0, ...block);
  expect(() => unpackZstd(frame, 1000)).toThrow(Damaged);
});
