/**
 * The checksum against its published check value, a bitwise computation, and damage that it must find.
 */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../../random.js";
import { crc32 } from "./crc32.js";

const random = new RandomStream(1, "crc");
const randomBytes = (length: number) => Uint8Array.from({ length }, () => random.integer(256));

describe("crc32", () => {
  it("has the check value of its definition", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });

  it("is the remainder of the polynomial for every length around the eight bytes of a step", () => {
    for (let length = 0; length < 40; length++) {
      const bytes = randomBytes(length);
      expect(crc32(bytes)).toBe(bitwise(bytes));
    }
  });

  it("goes on where an earlier piece ended", () => {
    const bytes = randomBytes(1000);
    for (const cut of [0, 1, 7, 8, 500, 1000])
      expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(crc32(bytes));
  });

  it("finds every flipped bit", () => {
    const bytes = randomBytes(64);
    const whole = crc32(bytes);
    for (let bit = 0; bit < 512; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(crc32(damaged)).not.toBe(whole);
    }
  });
});

function bitwise(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 * (crc & 1));
  }
  return ~crc >>> 0;
}
