/**
 * A file of flat rows as its readers see it: named arrays whose first axis counts rows, episodes one after the other,
 * whatever the container. Rows are asked for in stretches that never go back beyond the stretch before.
 */

/** One array; its first axis counts rows. */
export interface FlatArray {
  readonly key: string;
  readonly shape: readonly number[];
  /** Rows that are unpacked together. */
  readonly chunkRows: number;
  /** Whether its numbers are stored as whole ones (and not as truth values). */
  readonly integers: boolean;
  /** The numbers of these rows, row-major. `first` never lies before that of the call before. */
  read(first: number, rows: number): Float32Array;
  /** The same with all digits, for numbers of which only order and equality count; an array is read one way or the other. */
  readExactly?(first: number, rows: number): Float64Array;
}

/** An open file of flat rows. */
export interface FlatFile {
  /** For messages. */
  readonly name: string;
  /** Bytes of the file. */
  readonly size: number;
  /** The arrays at the top, by name; of a scalar the shape is []. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** The names of everything at the top, groups too. */
  readonly names: readonly string[];
  /** @throws DataError for an array that holds no numbers, or is damaged */
  array(key: string): FlatArray;
}

/** The numbers in each row. */
export function columnsOf({ shape }: FlatArray): number {
  return shape.slice(1).reduce((product, size) => product * size, 1);
}
