/**
 * Unpacking Zstandard against the reference implementation (frames that pyarrow made) and against frames that lie.
 */
import { decompressZstd } from "hyparquet-compressors";
import { beforeAll, describe, expect, test } from "vitest";
import { RandomStream } from "../../random.js";
import { Damaged } from "./damaged.js";
import { mutate } from "./mutate.fixture.js";
import { tableJson } from "./tables.fixture.js";
import { loadZstd, unpackZstd } from "./zstd.js";

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

beforeAll(loadZstd);

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

test("damaged frames of nothing are refused too", () => {
  const empty = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0);
  expect(unpackZstd(empty, 0).length).toBe(0);
  expect(() => unpackZstd(empty.subarray(0, 8), 0)).toThrow(Damaged);
  expect(() => unpackZstd(Uint8Array.of(1, 2, 3), 0)).toThrow(Damaged);
});

test("a skippable frame and frames without a size, one after the other, are read", () => {
  const skippable = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 7, 7, 7];
  // Window of 1 KiB, no content size; 5 times the byte 65 as a run, then the last block "abc" as it is.
  const sizeless = [0x28, 0xb5, 0x2f, 0xfd, 0, 0, 2 | (5 << 3), 0, 0, 65, 1 | (3 << 3), 0, 0, 97, 98, 99];
  const bytes = unpackZstd(Uint8Array.from([...sizeless, ...skippable, ...sizeless]), 16);
  expect(new TextDecoder().decode(bytes)).toBe("AAAAAabcAAAAAabc");
});

test("a frame that claims 1.5 GiB takes no more memory than its page declares", () => {
  // 2 ** 17 times the byte 65, 12,288 times: 49 KB unpack to 1.5 GiB.
  const blocks = Array.from({ length: 12_288 }, (_, i) => [2 | (i === 12_287 ? 1 : 0), 0, 0x10, 65]).flat();
  const frame = Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0x60, ...blocks]);
  unpackZstd(packed(frames[0]!), frames[0]!.size);
  const before = process.memoryUsage().arrayBuffers;
  expect(() => unpackZstd(frame, 1000)).toThrow(Damaged);
  expect(() => unpackZstd(frame, 0)).toThrow(Damaged);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  expect(() => unpackZstd(frame, 1.5 * 2 ** 30)).toThrow("more than the 1073741824");
});
