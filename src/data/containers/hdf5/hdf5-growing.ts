/**
 * An array of an HDF5 file that grows row by row: rows are gathered into whole chunks, because a chunk that is written
 * twice is compressed twice.
 */
import { type GrowingHdf5, withMemory } from "./hdf5-module.js";

const GZIP_LEVEL = 4;
const CHUNK_BYTES = 2 ** 17;

/** What the array is. */
export interface GrowingTableOptions {
  readonly name: string;
  readonly kind: "float32" | "int8";
  /** Numbers in a row; undefined for an array of one dimension. */
  readonly columns?: number;
  /** A number of rows that there will hardly be more of, so that small files have small chunks. */
  readonly expectedRows?: number | undefined;
}

export class GrowingTable {
  private readonly chunk: Float32Array | Int8Array;
  private readonly columns: number;
  private readonly shape: (rows: number) => bigint[];
  /** Numbers in the chunk so far. */
  private gathered = 0;
  private rows = 0;

  constructor(
    private readonly hdf5: GrowingHdf5,
    private readonly options: GrowingTableOptions,
  ) {
    const { name, kind, columns, expectedRows = Number.POSITIVE_INFINITY } = options;
    this.columns = columns ?? 1;
    this.shape = (rows) => (columns === undefined ? [BigInt(rows)] : [BigInt(rows), BigInt(columns)]);
    const size = kind === "float32" ? 4 : 1;
    const chunkRows = Math.max(1, Math.min(Math.floor(CHUNK_BYTES / (size * this.columns)), expectedRows));
    this.chunk = new (kind === "float32" ? Float32Array : Int8Array)(chunkRows * this.columns);
    const further = columns === undefined ? [] : [columns];
    hdf5.attempt(`"${name}" cannot be made`, () =>
      hdf5.file.create_dataset({
        name,
        data: this.chunk.subarray(0, 0),
        shape: [0, ...further],
        maxshape: [null, ...further],
        dtype: kind === "float32" ? "<f" : "<b",
        chunks: [chunkRows, ...further],
        compression: GZIP_LEVEL,
      }),
    );
  }

  /** Adds whole rows. */
  append(values: Float32Array | Int8Array | Uint8Array): void {
    for (let done = 0; done < values.length; ) {
      const count = Math.min(values.length - done, this.chunk.length - this.gathered);
      this.chunk.set(values.subarray(done, done + count), this.gathered);
      this.gathered += count;
      done += count;
      if (this.gathered === this.chunk.length) this.flush();
    }
  }

  /** Writes what is gathered. */
  flush(): void {
    if (this.gathered === 0) return;
    const { library, file, attempt } = this.hdf5;
    const { name } = this.options;
    const path = `/${name}`;
    const added = this.gathered / this.columns;
    const bytes = new Uint8Array(this.chunk.buffer, 0, this.gathered * this.chunk.BYTES_PER_ELEMENT);
    const [first = 0n, ...others] = this.shape(this.rows);
    const offset = [first, ...others.map(() => 0n)];
    const stride = offset.map(() => 1n);
    attempt(`"${name}" cannot be written`, () =>
      withMemory(library, bytes.length, (pointer) => {
        library.HEAPU8.set(bytes, pointer);
        const { file_id: id } = file;
        const refused =
          library.resize_dataset(id, path, this.shape(this.rows + added)) < 0 ||
          library.set_dataset_data(id, path, this.shape(added), offset, stride, BigInt(pointer)) < 0;
        if (refused) throw new Error("the library refused it");
      }),
    );
    this.rows += added;
    this.gathered = 0;
  }
}
