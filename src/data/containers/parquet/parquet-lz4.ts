/**
 * LZ4 pages, unpacked by a library that does not say how much it has unpacked: where a block is cut off, it leaves
 * zeros behind. So a block is checked against its size first, and the frames around it, which Hadoop wrote, are taken
 * off here.
 * Sources: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md and, for the frames, the entry LZ4 of
 * https://github.com/apache/parquet-format/blob/master/Compression.md
 */
import { decompressLz4Raw } from "hyparquet-compressors";
import { Damaged } from "../damaged.js";

/** @throws Damaged when the block does not unpack to `size` bytes */
export function unpackLz4Block(block: Uint8Array, size: number): Uint8Array {
  const found = sizeOf(block);
  if (found !== size) throw new Damaged(`its lz4 block has ${found} bytes instead of the ${size} that it declares`);
  return decompressLz4Raw(block, size);
}

/** Blocks in Hadoop's frames, or a bare one: files call both "lz4". @throws Damaged as `unpackLz4Block` */
export function unpackLz4(packed: Uint8Array, size: number): Uint8Array {
  const frames = framesOf(packed);
  if (frames?.reduce((sum, frame) => sum + frame.size, 0) !== size) return unpackLz4Block(packed, size);
  const page = new Uint8Array(size);
  let filled = 0;
  for (const frame of frames) {
    page.set(unpackLz4Block(frame.block, frame.size), filled);
    filled += frame.size;
  }
  return page;
}

interface Frame {
  readonly block: Uint8Array;
  readonly size: number;
}

/** Each frame is its size unpacked, its size packed (big-endian both) and a block; undefined where these are none. */
function framesOf(packed: Uint8Array): readonly Frame[] | undefined {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  const frames: Frame[] = [];
  let at = 0;
  while (at + 8 <= packed.length) {
    const end = at + 8 + view.getUint32(at + 4);
    frames.push({ size: view.getUint32(at), block: packed.subarray(at + 8, end) });
    at = end;
  }
  return at === packed.length ? frames : undefined;
}

/** Bytes that a block unpacks to, by the lengths in it. */
function sizeOf(block: Uint8Array): number {
  let at = 0;
  let size = 0;
  const length = (half: number) => {
    let sum = half;
    for (let byte = half === 15 ? 255 : 0; byte === 255; sum += byte) byte = block[at++] ?? 0;
    return sum;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = length(token >> 4);
    at += literals;
    size += literals;
    // The last sequence has literals alone.
    if (at >= block.length) break;
    at += 2;
    size += 4 + length(token & 15);
  }
  if (at > block.length) throw new Damaged("its lz4 block ends too early");
  return size;
}
