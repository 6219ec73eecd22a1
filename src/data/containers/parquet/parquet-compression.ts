/**
 * Unpacking a page of a Parquet file into exactly as many bytes as its header says. The size was checked before; no
 * library is asked to find out how much there is.
 */
import { Gunzip } from "fflate";
import { snappyUncompress } from "hyparquet";
import { Damaged } from "../damaged.js";
import { loadZstd, unpackZstd } from "../zstd.js";
import { unpackLz4, unpackLz4Block } from "./parquet-lz4.js";

const CODECS = ["none", "snappy", "gzip", "LZO", "brotli", "lz4", "zstd", "lz4 raw"] as const;
const GZIP_PIECE = 2 ** 12;

const ZSTD = CODECS.indexOf("zstd");

/** Loads what pages need that are compressed in these ways, by Parquet's numbers, before `unpack` is asked. */
export async function prepareUnpacking(codecs: Iterable<number>): Promise<void> {
  for (const codec of codecs) if (codec === ZSTD) return loadZstd();
}

/** @param codec Parquet's number of the compression; @throws Damaged, and whatever the libraries throw */
export function unpack(packed: Uint8Array, codec: number, size: number): Uint8Array {
  switch (CODECS[codec]) {
    case "none":
      return packed;
    case "snappy":
      return unpackSnappy(packed, size);
    case "gzip":
      return unpackGzip(packed, size);
    case "zstd":
      return unpackZstd(packed, size);
    case "lz4":
      return unpackLz4(packed, size);
    case "lz4 raw":
      return unpackLz4Block(packed, size);
    default:
      throw new Damaged(
        `it is compressed by ${CODECS[codec] ?? `an unknown method (${codec})`}, which is not read here (write it with snappy or zstd)`,
      );
  }
}

function unpackSnappy(packed: Uint8Array, size: number): Uint8Array {
  const page = new Uint8Array(size);
  snappyUncompress(packed, page);
  return page;
}

/** Piece by piece, so that a bomb is noticed when it exceeds the page and not after it went off. */
function unpackGzip(packed: Uint8Array, size: number): Uint8Array {
  const page = new Uint8Array(size);
  let filled = 0;
  const stream = new Gunzip((piece) => {
    if (filled + piece.length > size) throw new Damaged(`its page is larger than the ${size} bytes that it declares`);
    page.set(piece, filled);
    filled += piece.length;
  });
  for (let at = 0; at < packed.length; at += GZIP_PIECE)
    stream.push(packed.subarray(at, at + GZIP_PIECE), at + GZIP_PIECE >= packed.length);
  if (filled !== size) throw new Damaged(`its page has ${filled} bytes instead of the ${size} that it declares`);
  return page;
}
