/**
 * The columns of a Parquet file: the leaves of its schema, with the kind of their values and how deep they are nested.
 */

import { Damaged } from "../damaged.js";
import type { SchemaNode } from "./parquet-footer.js";

/** One column of values. */
export interface ParquetColumn {
  /** The names from the top, without the levels that only make up a list: "reward", or "observations.goal" of a struct. */
  readonly name: string;
  /** "other" is what this reader does not turn into numbers, texts or raw bytes: dates of 96 bits, decimals. */
  readonly kind: "number" | "boolean" | "text" | "bytes" | "other";
  /** Whether a row holds a list of values (lists of lists are read as one list, row-major). */
  readonly list: boolean;
}

/** What decoding needs to know of a column, beyond what users see. */
export interface ParquetLeaf extends ParquetColumn {
  /** As `ColumnChunk.path`. */
  readonly path: string;
  /** Number of the physical type. */
  readonly type: number;
  readonly unsigned: boolean;
  /** The definition level of a value that is there, and the repetition level of the innermost list. */
  readonly definition: number;
  readonly repetition: number;
  /** Whether the innermost level is an optional value: the level below `definition` then means null. */
  readonly optional: boolean;
}

export const BOOLEAN = 0;
export const INT32 = 1;
export const INT64 = 2;
export const FLOAT = 4;
export const DOUBLE = 5;
export const BYTE_ARRAY = 6;
/** As a column of numbers always two bytes, float16. */
export const FIXED_BYTES = 7;

const REPEATED = 2;
const DEEPEST = 12;
const MOST_COLUMNS = 10_000;
const DECIMAL = 5;
const FLOAT16 = 15;
const UNSIGNED: readonly (number | undefined)[] = [13, 14]; // UINT_32, UINT_64
const TEXTS: readonly (number | undefined)[] = [0, 4, 19]; // UTF8, ENUM, JSON

/** @throws Damaged where the schema is not a tree */
export function leavesOf(schema: readonly SchemaNode[]): ParquetLeaf[] {
  if (schema.length > MOST_COLUMNS) throw new Damaged(`it declares ${schema.length} columns`);
  const leaves: ParquetLeaf[] = [];
  let next = 1;
  const walk = (children: number, above: Level): void => {
    if (above.path.length > DEEPEST) throw new Damaged("its columns are nested too deeply");
    for (let i = 0; i < children; i++) {
      const node = schema[next++];
      if (node === undefined) throw new Damaged("its schema ends before all its columns");
      const level = below(above, node);
      if (node.type === undefined) walk(node.children, level);
      else leaves.push(leafOf(node, level));
    }
  };
  walk(schema[0]!.children, { path: [], names: [], definition: 0, repetition: 0, inList: false });
  return leaves;
}

interface Level {
  readonly path: readonly string[];
  readonly names: readonly string[];
  readonly definition: number;
  readonly repetition: number;
  /** Whether the node above is the list, or the repeated group within it. */
  readonly inList: boolean;
}

function below(above: Level, node: SchemaNode): Level {
  const repeated = node.repetition === REPEATED;
  const isList = node.converted === 3 || node.logical === 3;
  // A list is three nodes: the named one, a repeated group and the element; only the first has a name that says something.
  const named = !above.inList;
  return {
    path: [...above.path, node.name],
    names: named ? [...above.names, node.name] : above.names,
    definition: above.definition + (node.repetition === 0 ? 0 : 1),
    repetition: above.repetition + (repeated ? 1 : 0),
    inList: isList || (above.inList && repeated),
  };
}

function leafOf(node: SchemaNode, { path, names, definition, repetition }: Level): ParquetLeaf {
  return {
    name: names.join("."),
    kind: kindOf(node),
    list: repetition > 0,
    path: path.join("\0"),
    type: node.type!,
    unsigned: UNSIGNED.includes(node.converted),
    definition,
    repetition,
    optional: node.repetition === 1,
  };
}

function kindOf({ type, bytes, converted, logical }: SchemaNode): ParquetColumn["kind"] {
  if (converted === DECIMAL || logical === DECIMAL) return "other";
  if (type === BOOLEAN) return "boolean";
  if (type === BYTE_ARRAY) return TEXTS.includes(converted) || logical === 1 || logical === 4 ? "text" : "bytes";
  if (type === FIXED_BYTES) return logical === FLOAT16 && bytes === 2 ? "number" : "other";
  return type === INT32 || type === INT64 || type === FLOAT || type === DOUBLE ? "number" : "other";
}
