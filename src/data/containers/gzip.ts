/**
 * Gzip files, unpacked piece by piece, so that a log may be larger than memory. The length and checksum of each member
 * (files that were appended to have several) are checked against what stands behind it.
 */
import { Gunzip } from "fflate";
import { DataError } from "../../errors.js";
import { crc32 } from "./crc32.js";
import type { DataFile } from "./files.js";

/** The bytes with which a gzip file begins: its mark, and the only method that there is. */
export const GZIP_SIGNATURE = [0x1f, 0x8b, 8];

/** So little packed data that even the densest unpacks to some megabytes. */
const PIECE = 8 * 1024;
/** The shortest member: a header of 10 bytes, an empty stream of 2, checksum and length. */
const SHORTEST = 20;
const TRAILER = 8;
/** Deflate cannot shrink further than to one part in 1032; what claims more was made to overwhelm. */
const LARGEST_RATIO = 1100;

/** @param where the file in messages; @throws DataError where it is damaged or ends too soon */
export function* unpackGzip(file: DataFile, where: string): Generator<Uint8Array> {
  if (file.size < SHORTEST) throw damaged(where, "ends too soon");
  if (trailerAt(file, file.size).length > LARGEST_RATIO * file.size)
    throw damaged(where, "ends before its checksum, or claims more than its bytes can hold");
  const unpacked: Uint8Array[] = [];
  let member = { crc: 0, length: 0 };
  const stream = new Gunzip((piece) => {
    member = { crc: crc32(piece, member.crc), length: (member.length + piece.length) % 2 ** 32 };
    if (piece.length > 0) unpacked.push(piece);
  });
  const check = (end: number) => {
    const { crc, length } = trailerAt(file, end);
    if (crc !== member.crc || length !== member.length) throw damaged(where, "does not match its checksum");
    member = { crc: 0, length: 0 };
  };
  stream.onmember = check;
  for (let at = 0; at < file.size; at += PIECE) {
    const length = Math.min(PIECE, file.size - at);
    unpackInto(stream, file.read(at, length), at + length === file.size, where);
    yield* unpacked.splice(0);
  }
  check(file.size);
}

/**
 * All bytes of a file in one array.
 * @throws DataError where they are damaged, or more than `most`
 */
export function unpackWhole(file: DataFile, where: string, most: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (const piece of unpackGzip(file, where)) {
    length += piece.length;
    if (length > most)
      throw new DataError(
        `${where} unpacks to more than ${most} bytes, which is far more than its size lets expect; unpack it first (gunzip), or, if you trust the file, read it with "calql data convert --trusted".`,
      );
    pieces.push(piece);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function unpackInto(stream: Gunzip, packed: Uint8Array, last: boolean, where: string): void {
  try {
    stream.push(packed, last);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw damaged(where, "cannot be unpacked");
  }
}

/** The checksum and the length of the member that ends there. */
function trailerAt(file: DataFile, end: number): { readonly crc: number; readonly length: number } {
  const bytes = file.read(Math.max(0, end - TRAILER), TRAILER);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { crc: view.getUint32(0, true), length: view.getUint32(4, true) };
}

function damaged(where: string, problem: string): DataError {
  return new DataError(`${where} ${problem}; the gzip file is damaged, so copy it again.`);
}
