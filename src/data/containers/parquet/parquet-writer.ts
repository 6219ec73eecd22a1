/**
 * Writing Parquet tables: rows are gathered into row groups, and every group goes to the target at once.
 */
import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { TargetFile } from "../files.js";

/** One column to write. */
export interface WrittenColumn {
  readonly name: string;
  readonly type: "float32" | "int64" | "boolean" | "text";
  /** Whether a row holds a list of values. */
  readonly list?: boolean;
  /** Whether a row may have none. */
  readonly optional?: boolean;
}

export type WrittenValue = number | bigint | boolean | string | readonly number[] | null;

/** A Parquet file that is being written. */
export interface TableWriter {
  /** One value for each column. */
  add(row: readonly WrittenValue[]): void;
  /** Writes what is left and the footer, and closes the file. */
  finish(): void;
}

const GROUP_ROWS = 20_000;
const types = { float32: "FLOAT", int64: "INT64", boolean: "BOOLEAN", text: "BYTE_ARRAY" } as const;

/** @param metadata texts to store beside the table, by their key */
export function writeParquet(
  file: TargetFile,
  columns: readonly WrittenColumn[],
  metadata: Readonly<Record<string, string>> = {},
): TableWriter {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [{ name: "schema", num_children: columns.length }, ...columns.flatMap(elementsOf)],
    kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    createdBy: "calql",
  });
  let gathered: WrittenValue[][] = columns.map(() => []);
  const flush = () => {
    file.append(bytes.getBytes());
    bytes.index = 0;
  };
  const writeGroup = () => {
    const columnData = columns.map(({ name, type }, i) => ({
      name,
      data: gathered[i]!,
      // A dictionary would take -0 and 0 for one number.
      ...(type === "float32" && { encoding: "PLAIN" as const }),
    }));
    if (gathered[0]!.length > 0) void writer.write({ columnData, rowGroupSize: GROUP_ROWS });
    gathered = columns.map(() => []);
    flush();
  };
  return {
    add(row) {
      for (const [i, value] of row.entries()) gathered[i]!.push(value);
      if (gathered[0]!.length === GROUP_ROWS) writeGroup();
    },
    finish() {
      writeGroup();
      void writer.finish();
      flush();
      file.close();
    },
  };
}

function elementsOf({ name, type, list = false, optional = false }: WrittenColumn): SchemaElement[] {
  const repetition_type = optional ? "OPTIONAL" : "REQUIRED";
  const leaf = { type: types[type], ...(type === "text" && { converted_type: "UTF8" as const }) };
  if (!list) return [{ name, repetition_type, ...leaf }];
  return [
    { name, repetition_type, num_children: 1, converted_type: "LIST" },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    { name: "element", repetition_type: "REQUIRED", ...leaf },
  ];
}
