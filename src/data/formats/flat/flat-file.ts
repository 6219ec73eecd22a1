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
  /** Whether they are unsigned bytes. */
  readonly bytes?: boolean;
  /** The numbers of these rows, row-major. `first` never lies before that of the call before. */
  read(first: number, rows: number): Float32Array;
  /** The same with all digits, for numbers of which only order and equality count; an array is read one way or the other. */
  readExactly?(first: number, rows: number): Float64Array;
}

/** Stretches of rows, one after the other. */
export type Spans = readonly (readonly [first: number, end: number])[];

/** What a container says about its rows by itself. */
export interface RowOrder {
  /** The rows of each recording, in the order of time. */
  readonly recordings: readonly Spans[];
  /** To be told to the user. */
  readonly note: string;
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
  /** Absent where rows stand as they were recorded, unless scalars say otherwise. */
  readonly order?: RowOrder;
  /** The number or truth value (as 0 or 1) beside the arrays; undefined where there is none of this name. */
  scalar(key: string): number | undefined;
}

/** The numbers in each row. */
export function columnsOf({ shape }: Pick<FlatArray, "shape">): number {
  return shape.slice(1).reduce((product, size) => product * size, 1);
}

/** Fills the target with the numbers that come next. */
export type Forwards = (target: Float32Array | Float64Array) => void;

/**
 * An array that can only be read forwards, of which the rows since the last beginning are kept to be read again.
 * @param begin begins at the first row; once for each way of reading
 */
export function windowed(
  described: Omit<FlatArray, "read" | "readExactly">,
  begin: (exactly: boolean) => Forwards,
): FlatArray {
  const columns = columnsOf(described);
  return {
    ...described,
    read: windowOn(
      () => begin(false),
      columns,
      (length) => new Float32Array(length),
    ),
    readExactly: windowOn(
      () => begin(true),
      columns,
      (length) => new Float64Array(length),
    ),
  };
}

function windowOn<T extends Float32Array | Float64Array>(
  begin: () => Forwards,
  columns: number,
  make: (length: number) => T,
): (first: number, rows: number) => T {
  let next: Forwards | undefined;
  let held = make(0);
  let from = 0;
  return (first, rows) => {
    next ??= begin();
    const kept = held.subarray((first - from) * columns) as T;
    const wanted = rows * columns;
    if (wanted <= kept.length) return kept.subarray(0, wanted) as T;
    const values = make(wanted);
    values.set(kept);
    next(values.subarray(kept.length));
    [held, from] = [values, first];
    return values;
  };
}
