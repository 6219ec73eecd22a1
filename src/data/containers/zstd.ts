/**
 * Zstandard frames, unpacked by libzstd compiled to WebAssembly. The room for the result is what the caller declared:
 * whatever size or how many repetitions a frame claims, libzstd takes neither memory nor time beyond it.
 * Source: RFC 8878
 */
import { ZSTDDecoder } from "zstddec";
import { Damaged } from "./damaged.js";

const decoder = new ZSTDDecoder();
/** The library's memory ends at 2 GiB and it does not check for more; half of that is for a page, packed and unpacked. */
const MOST_BYTES = 2 ** 30;
/** A frame of one byte, 0. */
const ONE_BYTE = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x01, 0x09, 0, 0, 0];

/** Loads the library; before it is there, `unpackZstd` throws. */
export async function loadZstd(): Promise<void> {
  await decoder.init();
}

/**
 * The content of all frames in a row; skippable frames have none, and a frame need not tell its size.
 * @throws Damaged when the frames do not hold exactly `size` bytes
 */
export function unpackZstd(packed: Uint8Array, size: number): Uint8Array {
  if (size + packed.length > MOST_BYTES)
    throw new Damaged(
      `its page has ${size + packed.length} bytes, packed and unpacked, more than the ${MOST_BYTES} that are read of a zstd page`,
    );
  // The library returns nothing for damaged frames, and takes 0 for "as many as the frame claims": with one byte more,
  // empty frames are distinguished from damaged ones.
  if (size === 0) {
    const longer = new Uint8Array(packed.length + ONE_BYTE.length);
    longer.set(packed);
    longer.set(ONE_BYTE, packed.length);
    return unpackZstd(longer, 1).subarray(1);
  }
  const bytes = decoder.decode(packed, size);
  if (bytes.length !== size) throw new Damaged(`its zstd frames do not hold the ${size} bytes that it declares`);
  return bytes;
}
