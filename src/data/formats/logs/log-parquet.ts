/**
 * Logs that are Parquet tables.
 */
import type { DataFile } from "../../containers/files.js";
import { type ColumnValues, openParquet, type ParquetTable } from "../../containers/parquet/parquet.js";
import { boundaryOf } from "../boundary-names.js";
import type { LogRow, LogTable } from "./log-features.js";
import { DISCRETE_ACTIONS } from "./log-jsonl.js";

/** In the metadata of a file that was written here: how many actions there are to choose from. */
export const DISCRETE_ACTIONS_KEY = `calql.${DISCRETE_ACTIONS}`;

/** @throws DataError when the file is not a Parquet table */
export async function openParquetLog(file: DataFile, where: string): Promise<LogTable> {
  const table = await openParquet(file, where);
  const discrete = table.metadata.get(DISCRETE_ACTIONS_KEY);
  return {
    where,
    unit: "row",
    isComplete: true,
    columns: table.columns.map(({ name }) => name),
    scalars: table.columns
      .filter(
        ({ name, kind, list }) =>
          !list && (["boolean", "number"].includes(kind) || (kind === "text" && boundaryOf(name) !== undefined)),
      )
      .map(({ name }) => name),
    discreteActions: discrete === undefined ? undefined : Number(discrete),
    rowCount: table.rows,
    fileBytes: file.size,
    rows: (columns) => rows(table, columns),
  };
}

function* rows(table: ParquetTable, names: readonly string[]): Generator<LogRow> {
  for (const { firstRow, rows, columns } of table.batches(names))
    for (let row = 0; row < rows; row++)
      yield { cells: columns.map((values) => cellOf(values, row)), number: firstRow + row };
}

function cellOf({ column, starts, numbers, texts, nulls }: ColumnValues, row: number): unknown {
  const [start, end] = [starts[row]!, starts[row + 1]!];
  // A list of which nothing is there stands for a value that is not there, as an empty scalar does.
  if (nulls[row] === 1 || end === start) return null;
  const values = column.kind === "text" ? texts : numbers;
  if (column.list) return values.slice(start, end);
  return column.kind === "boolean" ? values[start] === 1 : values[start];
}
