/**
 * The .npz container: a zip archive with one .npy file per array. An array is read from its first row to its last, some
 * rows at a time, so that an archive may be larger than memory.
 */
import { DataError } from "../../../errors.js";
import type { DataFile } from "../files.js";
import { quoted } from "../refusal.js";
import type { ZipEntry } from "../zip/zip.js";
import { ZipStream } from "../zip/zip-stream.js";
import { NPY_PREAMBLE, type NpyHeader, npyHeaderEnd, parseNpyHeader } from "./npy.js";

const SCRATCH_BYTES = 64 * 1024;

/** One array of an archive, read forwards. */
export class NpzArray {
  /** The first axis, and the product of the others. */
  readonly rows: number;
  readonly columns: number;
  readonly shape: readonly number[];
  /** Whether its numbers are stored as whole ones, and not as truth values. */
  readonly integers: boolean;
  private readonly stream: ZipStream;
  private readonly header: NpyHeader;
  private readonly scratch: Uint8Array;

  /**
   * @param where the file and the array, to stand at the beginning of messages
   * @throws DataError where the array holds no numbers, or its size is not what its shape says
   */
  constructor(
    file: DataFile,
    entry: ZipEntry,
    private readonly where: string,
  ) {
    this.stream = new ZipStream(file, entry, where);
    this.header = readHeader(this.stream, where);
    const { shape, count, type, fortranOrder } = this.header;
    if (!type.read) throw new DataError(`${where} holds ${quoted(type.code)}, where numbers are expected.`);
    if (this.stream.left !== count * type.bytes)
      throw new DataError(
        `${where} has ${this.stream.left} bytes of numbers, but its shape [${shape.slice(0, 8).join(", ")}] needs ${count * type.bytes}; copy it again.`,
      );
    if (fortranOrder && shape.length > 1)
      throw new DataError(`${where} is stored in Fortran's order; save it after numpy.ascontiguousarray.`);
    this.shape = shape;
    this.integers = /[iu]\d/.test(type.code);
    this.rows = shape[0] ?? 1;
    this.columns = shape.slice(1).reduce((product, size) => product * size, 1);
    this.scratch = new Uint8Array(Math.min(SCRATCH_BYTES, count * type.bytes));
  }

  /** Fills the target with the next elements, row after row. */
  read(target: Float32Array | Float64Array): void {
    const { bytes, read } = this.header.type;
    const most = Math.floor(this.scratch.length / bytes);
    const view = new DataView(this.scratch.buffer);
    if (target.length * bytes > this.stream.left) throw new DataError(`${this.where} ends too soon; copy it again.`);
    for (let done = 0; done < target.length; ) {
      const count = Math.min(most, target.length - done);
      this.stream.read(this.scratch.subarray(0, count * bytes));
      for (let i = 0; i < count; i++) target[done + i] = read!(view, i * bytes);
      done += count;
    }
  }
}

/** The shape of an array of any kind. @throws DataError where its header is damaged */
export function npzShape(file: DataFile, entry: ZipEntry, where: string): readonly number[] {
  return readHeader(new ZipStream(file, entry, where), where).shape;
}

function readHeader(stream: ZipStream, where: string): NpyHeader {
  const start = new Uint8Array(Math.min(NPY_PREAMBLE, stream.left));
  stream.read(start);
  const end = npyHeaderEnd(start, where);
  if (end < start.length || end - start.length > stream.left)
    throw new DataError(`${where} ends in the middle of its header; copy it again.`);
  const bytes = new Uint8Array(end);
  bytes.set(start);
  stream.read(bytes.subarray(start.length));
  return parseNpyHeader(bytes, where);
}
