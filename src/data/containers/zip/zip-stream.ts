/**
 * One entry of a zip archive as a stream that is read piece by piece, so that an archive may be larger than memory.
 * Its length and checksum are checked against the table of contents when it ends.
 */
import { Inflate } from "fflate";
import { DataError } from "../../../errors.js";
import { crc32 } from "../crc32.js";
import type { DataFile } from "../files.js";
import { type ZipEntry, zipDataOffset } from "./zip.js";

/** So little packed data that even the densest unpacks to some megabytes. */
const PIECE = 8 * 1024;

export class ZipStream {
  private readonly inflate: Inflate | undefined;
  private readonly pieces: Uint8Array[] = [];
  /** Bytes of the first piece that were handed out already. */
  private used = 0;
  private packedOffset: number;
  private packedLeft: number;
  private unpacked = 0;
  private taken = 0;
  private crc = 0;

  /** @param where the file and the entry, to stand at the beginning of messages */
  constructor(
    private readonly file: DataFile,
    private readonly entry: ZipEntry,
    private readonly where: string,
  ) {
    this.packedOffset = zipDataOffset(file, entry, where);
    this.packedLeft = entry.packedSize;
    if (entry.method === "deflate") this.inflate = new Inflate((piece) => this.take(piece));
  }

  /** Bytes that were not handed out yet. */
  get left(): number {
    return this.entry.size - this.taken;
  }

  /** Fills the target with the next bytes. @throws DataError where the entry ends before, or is damaged */
  read(target: Uint8Array): void {
    if (target.length > this.left) throw this.damaged("ends too soon");
    let filled = 0;
    while (filled < target.length) {
      const piece = this.pieces[0];
      if (piece === undefined) {
        this.unpackMore();
        continue;
      }
      const part = piece.subarray(this.used, this.used + target.length - filled);
      target.set(part, filled);
      filled += part.length;
      this.used += part.length;
      if (this.used < piece.length) continue;
      this.pieces.shift();
      this.used = 0;
    }
    this.taken += filled;
    if (this.left === 0) this.checkEnd();
  }

  private unpackMore(): void {
    if (this.packedLeft === 0) throw this.damaged("ends too soon");
    const length = Math.min(PIECE, this.packedLeft);
    const packed = this.file.read(this.packedOffset, length);
    this.packedOffset += length;
    this.packedLeft -= length;
    try {
      if (!this.inflate) this.take(packed);
      else this.inflate.push(packed, this.packedLeft === 0);
    } catch (error) {
      if (error instanceof DataError) throw error;
      throw this.damaged("cannot be unpacked");
    }
  }

  private take(piece: Uint8Array): void {
    this.unpacked += piece.length;
    if (this.unpacked > this.entry.size)
      throw this.damaged(`unpacks to more than the ${this.entry.size} bytes it claims`);
    this.crc = crc32(piece, this.crc);
    if (piece.length > 0) this.pieces.push(piece);
  }

  private checkEnd(): void {
    if (this.crc !== this.entry.crc) throw this.damaged("does not match its checksum");
  }

  private damaged(problem: string): DataError {
    return new DataError(`${this.where} ${problem}; the archive is damaged, so copy it again.`);
  }
}
