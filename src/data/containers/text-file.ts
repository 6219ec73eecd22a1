/**
 * A text file as its bytes one piece after the other, whether it is packed with gzip or not: logs of applications are
 * kept both ways.
 */
import { type DataFile, fileStartsWith } from "./files.js";
import { GZIP_SIGNATURE, unpackGzip } from "./gzip.js";

export interface TextFile {
  /** Bytes of the file as it is stored. */
  readonly size: number;
  /** Its bytes, unpacked; may be called again. @throws DataError where they cannot be unpacked */
  pieces(): Iterable<Uint8Array>;
}

const PIECE = 2 ** 16;
const START = 4096;

/** @param where how messages name the file */
export function textFile(file: DataFile, where: string): TextFile {
  const packed = fileStartsWith(file, GZIP_SIGNATURE);
  return { size: file.size, pieces: () => (packed ? unpackGzip(file, where) : storedPieces(file)) };
}

/** Its first characters. @throws DataError where they cannot be unpacked */
export function startOf(file: TextFile): string {
  for (const piece of file.pieces()) return new TextDecoder().decode(piece.subarray(0, START));
  return "";
}

function* storedPieces(file: DataFile): Generator<Uint8Array> {
  for (let at = 0; at < file.size; at += PIECE) yield file.read(at, Math.min(PIECE, file.size - at));
}
