/**
 * A log as seen by the code that makes episodes of it, whether its rows are lines of JSON or of a Parquet table.
 */

/** One row; valid until the next one is asked for. */
export interface LogRow {
  /** The values of the columns that were asked for, in that order; undefined where the row has none, null where it is empty. */
  readonly cells: readonly unknown[];
  /** Where it stands: line (from 1 on) or row (from 0 on). */
  readonly number: number;
}

/** A log's rows. */
export interface LogTable {
  /** How messages name the log, e.g. `"visits.jsonl"`. */
  readonly where: string;
  /** What a row is called in messages. */
  readonly unit: "line" | "row";
  /** The names of the columns, as far as the first row or the file's header names them. */
  readonly columns: readonly string[];
  /** How many discrete actions there are, where a file that was written here says so. */
  readonly discreteActions: number | undefined;
  readonly rowCount: number | undefined;
  /** Bytes of the log's file. */
  readonly fileBytes: number;
  /** @throws DataError where a row cannot be read */
  rows(columns: readonly string[]): Generator<LogRow>;
}
