/**
 * Reading one numeric dataset of an HDF5 file into a Float32Array. Its declared shape is not trusted before it is
 * checked against the size of the file: a damaged header may declare terabytes. Rows come in blocks, so that the
 * library's own memory (which never shrinks) stays small next to the data.
 */
import { DataError } from "../../../errors.js";
import { halfOf } from "../half.js";
import { arrayMetadata, isTable } from "./hdf5-listing.js";
import { hdf5Class, type OpenHdf5, withMemory } from "./hdf5-module.js";

/** What the header of a dataset says, checked: numbers that can be read, of a size that the file can hold. */
export interface TableHeader {
  readonly key: string;
  /** As stored, e.g. [rows] or [rows, columns]. */
  readonly shape: readonly number[];
  readonly chunkRows: number;
  readonly read: NumberReader;
  readonly bytesPerNumber: number;
  /** Whether its numbers are unsigned bytes. */
  readonly bytes: boolean;
  /** Whether its numbers are stored as whole ones, and not as truth values. */
  readonly integers: boolean;
}

/** Copies `count` numbers that stand at `pointer` in the library's memory to `target`, from `offset` on. */
type NumberReader = (
  memory: ArrayBufferLike,
  pointer: number,
  count: number,
  target: Float32Array | Float64Array | Uint8Array,
  offset: number,
) => void;

/** Numbers of one kind as they stand in memory, from a byte on. */
type NumberView = (memory: ArrayBufferLike, pointer: number, count: number) => ArrayLike<number | bigint>;

const READABLE: Readonly<Record<string, NumberView>> = {
  "float 2": (...place) => Float32Array.from(new Uint16Array(...place), halfOf),
  "float 4": (...place) => new Float32Array(...place),
  "float 8": (...place) => new Float64Array(...place),
  "signed 1": (...place) => new Int8Array(...place),
  "signed 2": (...place) => new Int16Array(...place),
  "signed 4": (...place) => new Int32Array(...place),
  "signed 8": (...place) => new BigInt64Array(...place),
  "unsigned 1": (...place) => new Uint8Array(...place),
  "unsigned 2": (...place) => new Uint16Array(...place),
  "unsigned 4": (...place) => new Uint32Array(...place),
  "unsigned 8": (...place) => new BigUint64Array(...place),
};

/** deflate, the strongest filter of these files, shrinks at most by this factor (zlib's own figure is 1032). */
const STRONGEST_COMPRESSION = 1100;
const MOST_NUMBERS = 2 ** 30;
/** A chunk is unpacked as a whole; one that is far larger than its file cannot be data. */
const SPARE_CHUNK_BYTES = 2 ** 23;
const BLOCK_BYTES = 2 ** 22;

/**
 * Reads and checks what the file says about a dataset, without reading its numbers.
 * @throws DataError for a kind of value that is not numbers, or a size that the file cannot hold
 */
export function readHeader(file: OpenHdf5, key: string): TableHeader {
  if (!isTable(file, key))
    throw wrong(file, key, "is a group or a link, not an array", "store the numbers under this key");
  const metadata = arrayMetadata(file, key);
  const { shape, chunks, size } = metadata;
  if (!Array.isArray(shape) || shape.length === 0)
    throw wrong(file, key, "is not an array", "store an array of numbers");
  if (metadata.virtual_sources !== undefined) {
    throw wrong(file, key, "is spread over other files", "store the numbers in this file");
  }
  // h5py stores a bool as an enumeration over int8.
  const kind = metadata.type === hdf5Class.enumeration ? metadata.enum_type?.type : metadata.type;
  const view = numberViewOf(kind, size, metadata.signed);
  if (view === undefined) {
    throw wrong(file, key, "does not hold numbers that this reader knows", "store floats, integers or booleans");
  }
  checkSize(file, key, shape, size, chunks);
  return {
    key,
    shape,
    chunkRows: Math.max(1, chunks?.[0] ?? 1),
    read: readerOf(view),
    bytesPerNumber: size,
    bytes: kind === hdf5Class.integer && size === 1 && !metadata.signed,
    integers: metadata.type === hdf5Class.integer,
  };
}

/** How numbers of a class, of so many bytes each, are read; undefined where they are none that can be. */
export function numberViewOf(kind: number | undefined, bytes: number, signed: boolean): NumberView | undefined {
  if (kind === hdf5Class.float) return READABLE[`float ${bytes}`];
  return kind === hdf5Class.integer ? READABLE[`${signed ? "signed" : "unsigned"} ${bytes}`] : undefined;
}

/**
 * Reads all numbers of a dataset, row-major.
 * @returns [product of the header's shape]
 * @throws DataError if a part of it is damaged; the message names the rows
 */
export function readNumbers(file: OpenHdf5, header: TableHeader): Float32Array<ArrayBuffer> {
  return readRows(file, header, 0, header.shape[0] ?? 1);
}

/** The numbers in each row. */
export function numbersPerRow(header: TableHeader): number {
  return header.shape.slice(1).reduce((product, size) => product * size, 1);
}

/**
 * Reads the numbers of `rows` rows from `first` on, row-major.
 * @throws DataError if a part of them is damaged, or if they are too many for one array
 */
export function readRows(file: OpenHdf5, header: TableHeader, first: number, rows: number): Float32Array<ArrayBuffer> {
  return fillRows(file, header, first, rows, (length) => new Float32Array(length));
}

/** As `readRows`, with all digits of whole numbers up to 2^53. */
export function readRowsExactly(file: OpenHdf5, header: TableHeader, first: number, rows: number): Float64Array {
  return fillRows(file, header, first, rows, (length) => new Float64Array(length));
}

/** All numbers of a dataset of unsigned bytes, as bytes. @throws DataError as `readNumbers` does */
export function readByteNumbers(file: OpenHdf5, header: TableHeader): Uint8Array<ArrayBuffer> {
  return fillRows(file, header, 0, header.shape[0] ?? 1, (length) => new Uint8Array(length));
}

function fillRows<Target extends Float32Array | Float64Array | Uint8Array>(
  file: OpenHdf5,
  header: TableHeader,
  first: number,
  rows: number,
  make: (length: number) => Target,
): Target {
  const columns = numbersPerRow(header);
  if (rows * columns > MOST_NUMBERS)
    throw wrong(
      file,
      header.key,
      `has ${rows * columns} numbers, more than the ${MOST_NUMBERS} that are read at once`,
      "split the file",
    );
  const target = make(rows * columns);
  if (target.length === 0) return target;
  const bytesPerRow = columns * header.bytesPerNumber;
  // Whole chunks at a time, so that none is decompressed twice.
  const chunksPerBlock = Math.max(1, Math.floor(BLOCK_BYTES / (header.chunkRows * bytesPerRow)));
  const blockRows = Math.min(
    rows,
    header.chunkRows > 1 ? chunksPerBlock * header.chunkRows : Math.ceil(BLOCK_BYTES / bytesPerRow),
  );
  withMemory(file.library, blockRows * bytesPerRow, (pointer) => {
    if (pointer === 0) throw wrong(file, header.key, "needs more memory than there is", "split the file");
    for (let row = 0; row < rows; row += blockRows) {
      const count = Math.min(blockRows, rows - row);
      readBlock(file, header, first + row, count, pointer);
      header.read(file.library.HEAPU8.buffer, pointer, count * columns, target, row * columns);
    }
  });
  return target;
}

function readBlock(file: OpenHdf5, header: TableHeader, row: number, rows: number, pointer: number): void {
  const what = `"${header.key}" cannot be read in rows ${row} to ${row + rows - 1}`;
  const count = header.shape.map((size, axis) => BigInt(axis === 0 ? rows : size));
  const offset = header.shape.map((_, axis) => BigInt(axis === 0 ? row : 0));
  const stride = header.shape.map(() => 1n);
  const status = file.attempt(what, () =>
    file.library.get_dataset_data(file.id, `/${header.key}`, count, offset, stride, BigInt(pointer)),
  );
  // The library reports a damaged chunk by its status alone and leaves whatever was in memory.
  if (status < 0) file.fail(what);
}

function readerOf(view: NumberView): NumberReader {
  return (memory, pointer, count, target, offset) => {
    const source = view(memory, pointer, count);
    if (source instanceof Float32Array || source instanceof Uint8Array) target.set(source, offset);
    else for (let i = 0; i < count; i++) target[offset + i] = Number(source[i]);
  };
}

function checkSize(
  file: OpenHdf5,
  key: string,
  shape: readonly number[],
  size: number,
  chunks: readonly number[] | null,
): void {
  const fileBytes = file.size;
  const count = shape.reduce((product, length) => product * length, 1);
  const declared = `declares ${shape.join(" x ")} numbers`;
  const possible = chunks === null ? fileBytes : fileBytes * STRONGEST_COMPRESSION;
  if (!(count * size <= possible)) {
    throw wrong(
      file,
      key,
      `${declared}, more than a file of ${fileBytes} bytes can hold: it is damaged`,
      "copy or download it again",
    );
  }
  const chunkBytes = chunks === null ? 0 : chunks.reduce((product, length) => product * length, size);
  if (!(chunkBytes <= fileBytes + SPARE_CHUNK_BYTES))
    throw wrong(
      file,
      key,
      `is stored in chunks of ${chunkBytes} bytes, far more than the ${fileBytes} of the whole file`,
      "store it in smaller chunks",
    );
}

function wrong(file: OpenHdf5, key: string, reason: string, next: string): DataError {
  return new DataError(`"${file.name}": "${key}" ${reason}; ${next}.`);
}
