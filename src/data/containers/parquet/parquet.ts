/**
 * Parquet files as tables of columns, for every format that is made of them. The rows come in batches, so that a table
 * may be larger than memory. Nothing that a file declares is trusted before it is checked against its size: a damaged
 * or hostile file gives one typed error and takes neither memory nor time beyond that.
 */
import { DataError } from "../../../errors.js";
import { decodeAt } from "../damaged.js";
import type { DataFile } from "../files.js";
import { listed, quoted } from "../refusal.js";
import { prepareUnpacking } from "./parquet-compression.js";
import { ColumnCursor, type ColumnValues, MemoryBudget } from "./parquet-cursor.js";
import { type Footer, readFooter } from "./parquet-footer.js";
import { leavesOf, type ParquetColumn, type ParquetLeaf } from "./parquet-schema.js";

export type { ColumnValues } from "./parquet-cursor.js";
export type { ParquetColumn } from "./parquet-schema.js";

/** Some rows of the columns that were asked for, in that order; valid until the next batch is asked for. */
export interface ParquetBatch {
  /** Number of the first row in the file, from 0 on. */
  readonly firstRow: number;
  readonly rows: number;
  readonly columns: readonly ColumnValues[];
}

/** An open Parquet file. */
export interface ParquetTable {
  readonly rows: number;
  readonly columns: readonly ParquetColumn[];
  /** Texts that the writer added to the file, by their key. */
  readonly metadata: ReadonlyMap<string, string>;
  /**
   * The rows of some columns, from the first to the last.
   * @param raw names of columns whose values may be raw bytes
   * @throws DataError for a column that is not there or not of numbers or texts, or where the file is damaged
   */
  batches(names: readonly string[], raw?: readonly string[]): Generator<ParquetBatch>;
}

const BATCH_ROWS = 256;
const SPARE_BYTES = 2 ** 25;

/**
 * Reads the footer of a Parquet file.
 * @param where how messages name the file, e.g. `"log.parquet"`
 * @throws DataError when it is not a Parquet file or declares what cannot be
 */
export async function openParquet(file: DataFile, where: string): Promise<ParquetTable> {
  const { footer, leaves } = decodeAt(where, () => {
    const footer = readFooter(file);
    return { footer, leaves: leavesOf(footer.schema) };
  });
  await prepareUnpacking(footer.groups.flatMap(({ chunks }) => [...chunks.values()].map(({ codec }) => codec)));
  return {
    rows: footer.rows,
    columns: leaves,
    metadata: footer.metadata,
    batches: (names, raw = []) => batches(file, where, footer, leaves, names, raw),
  };
}

function* batches(
  file: DataFile,
  where: string,
  footer: Footer,
  leaves: readonly ParquetLeaf[],
  names: readonly string[],
  raw: readonly string[],
): Generator<ParquetBatch> {
  // Four times the file and 64 MiB are what a reader may take; the rest is for what becomes of the values.
  const budget = new MemoryBudget(2 * file.size + SPARE_BYTES);
  const chosen = names.map((name) => {
    const leaf = leafNamed(leaves, name, raw.includes(name), where);
    return {
      place: `${where}: column ${quoted(name)}`,
      cursor: new ColumnCursor(file, leaf, footer.groups, budget),
    };
  });
  let firstRow = 0;
  for (const [group, { rows }] of footer.groups.entries()) {
    for (const { cursor, place } of chosen) decodeAt(place, () => cursor.enter(group));
    for (let done = 0; done < rows; done += BATCH_ROWS) {
      const count = Math.min(BATCH_ROWS, rows - done);
      const from = firstRow + done;
      const columns = chosen.map(({ cursor, place }) =>
        decodeAt(`${place}, rows ${from} to ${from + count - 1}`, () => cursor.read(count)),
      );
      yield { firstRow: from, rows: count, columns };
    }
    firstRow += rows;
    for (const { cursor, place } of chosen) decodeAt(place, () => cursor.leave());
  }
}

function leafNamed(leaves: readonly ParquetLeaf[], name: string, raw: boolean, where: string): ParquetLeaf {
  const found = leaves.filter((leaf) => leaf.name === name);
  if (found.length === 0) {
    const there = leaves.map((leaf) => leaf.name);
    throw new DataError(`${where} has no column ${quoted(name)}; there: ${listed(there, 12)}.`);
  }
  if (found.length > 1)
    throw new DataError(`${where} has ${found.length} columns ${quoted(name)}; rename all but one.`);
  if (raw && found[0]!.kind !== "bytes")
    throw new DataError(`${where}: column ${quoted(name)} holds other values than the bytes of pictures; store these.`);
  if (found[0]!.kind === "other" || (found[0]!.kind === "bytes" && !raw))
    throw new DataError(
      `${where}: column ${quoted(name)} holds values that are neither numbers, booleans nor texts; store it as one of these.`,
    );
  return found[0]!;
}
