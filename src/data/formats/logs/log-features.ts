/**
 * A log as a table of cells, whether its rows are lines of JSON or of Parquet, and how cells become numbers: columns of
 * numbers, booleans, lists of numbers and categories, side by side in the order in which the mapping names them.
 */

import { shown } from "../../../requirement.js";
import { printable, quoted } from "../../containers/refusal.js";
import { counted } from "../../figures.js";
import { flagOf } from "../flag-cells.js";
import type { LogFeature } from "./log-mapping.js";
import { SparseIds } from "./log-sparse.js";

/** So many rows, from the first on, tell what columns hold where nothing else does. */
export const FIRST_ROWS = 1000;

/** One row; valid until the next one is asked for. */
export interface LogRow {
  /** The values of the columns that were asked for, in that order; undefined where the row has none, null where it is empty. */
  readonly cells: readonly unknown[];
  /** Where it stands: line (from 1 on) or row (from 0 on), to go after the table's unit. */
  readonly number: number | string;
}

/** A log's rows. */
export interface LogTable {
  /** How messages name the log, e.g. `"visits.jsonl"`. */
  readonly where: string;
  /** What a row is called in messages. */
  readonly unit: "line" | "row" | "object";
  /** Whether every row has all columns; else rows leave out what is not set. */
  readonly isComplete: boolean;
  /** The names of the columns, as far as the first row or the file's header tells them. */
  readonly columns: readonly string[];
  /** Those of them that may hold one flag a row, where the file tells; absent where only its rows do. */
  readonly scalars?: readonly string[];
  /** How many discrete actions there are, where a file that was written here says so. */
  readonly discreteActions: number | undefined;
  readonly rowCount: number | undefined;
  /** Set where the format, not a user's mapping, says what the columns are. */
  readonly isMapped?: true;
  /** Bytes of the log's file. */
  readonly fileBytes: number;
  /** @throws DataError where a row cannot be read */
  rows(columns: readonly string[]): Generator<LogRow>;
}

/** Wrong content of a cell; the message says column and problem, the caller adds the file and the line. */
export class CellProblem extends Error {}

/** Of a cell that holds something else than belongs into its column. */
export function cellProblem(column: string, cell: unknown, expected: string, step?: string): CellProblem {
  const found = isEmpty(cell) ? "empty" : printable(shown(cell));
  return new CellProblem(`column ${quoted(column)} is ${found} where ${expected} belongs${step ? `; ${step}` : ""}`);
}

export function isEmpty(cell: unknown): boolean {
  return cell === undefined || cell === null;
}

/** The columns of a part of a mapping, in its order. */
export function columnsIn(features: LogFeature | readonly LogFeature[]): string[] {
  return listOf(features).map((feature) => (typeof feature === "string" ? feature : feature.column));
}

function listOf(features: LogFeature | readonly LogFeature[]): readonly LogFeature[] {
  return Array.isArray(features) ? (features as readonly LogFeature[]) : [features as LogFeature];
}

/** Columns that make up one vector. */
export class Features {
  readonly columns: readonly string[];
  private readonly categories: readonly (ReadonlyMap<unknown, number> | undefined)[];
  private readonly sparse: readonly (SparseIds | undefined)[];
  private readonly told: readonly LogFeature[];
  private widths: readonly number[] = [];

  /** @param first where the cells of these columns begin in a row */
  constructor(
    features: LogFeature | readonly LogFeature[],
    private readonly first: number,
    private readonly allowNonFinite: boolean,
  ) {
    this.columns = columnsIn(features);
    this.told = listOf(features);
    this.categories = listOf(features).map((feature) =>
      typeof feature === "object" && "categories" in feature
        ? new Map(feature.categories.map((value, i) => [value, i]))
        : undefined,
    );
    this.sparse = listOf(features).map(SparseIds.of);
  }

  /** How many categories there are to choose from, where this is a single column of them. */
  get choices(): number | undefined {
    return this.categories.length === 1 ? this.categories[0]?.size : undefined;
  }

  /** The number of each category, where this is a single column of them. */
  get numbers(): ReadonlyMap<unknown, number> | undefined {
    return this.categories.length === 1 ? this.categories[0] : undefined;
  }

  /** What each number is: "price", "device=phone", "pose[2]"; known after `measure`. */
  get names(): string[] {
    return this.told.flatMap((feature, i) => {
      const [column, width] = [printable(this.columns[i]!), this.widths[i]!];
      const number = (k: number) => (width === 1 ? column : `${column}[${k}]`);
      if (typeof feature === "string") return Array.from({ length: width }, (_, k) => number(k));
      if ("categories" in feature) return feature.categories.map((value) => `${column}=${printable(String(value))}`);
      return "ids" in feature
        ? feature.ids.map((id) => `${column}[${printable(String(id))}]`)
        : Array.from({ length: width }, (_, k) => `${column}[${k}]`);
    });
  }

  /** Numbers of a vector; known after `measure`. */
  get size(): number {
    return this.widths.reduce((sum, width) => sum + width, 0);
  }

  /** Whether the row has none of these columns. */
  isAbsent(cells: readonly unknown[]): boolean {
    return this.columns.every((_, i) => cells[this.first + i] === undefined || cells[this.first + i] === null);
  }

  /** Takes the widths of lists from a row; all others must have the same. */
  measure(cells: readonly unknown[]): void {
    this.widths = this.columns.map((_, i) => {
      const cell = cells[this.first + i];
      return this.categories[i]?.size ?? this.sparse[i]?.size ?? (isList(cell) ? cell.length : 1);
    });
  }

  /** Fills `target` [size] from a row. @throws CellProblem */
  read(cells: readonly unknown[], target: Float32Array): void {
    let at = 0;
    for (let i = 0; i < this.columns.length; i++) {
      const cell = cells[this.first + i];
      const width = this.widths[i]!;
      const categories = this.categories[i];
      const sparse = this.sparse[i];
      if (sparse) {
        const problem = sparse.fill(cell, target, at, (value) => this.number(i, value));
        if (problem !== undefined) throw this.problem(i, problem);
      } else if (categories) {
        target.fill(0, at, at + width);
        target[at + this.category(i, cell, categories)] = 1;
      } else if (isList(cell)) {
        if (cell.length !== width)
          throw this.problem(
            i,
            `has ${counted(cell.length, "number")} where the first row has ${width}; store the same number in each`,
          );
        for (let k = 0; k < width; k++) target[at + k] = this.number(i, cell[k]);
      } else {
        if (width !== 1) throw this.problem(i, `is ${shown(cell)} where the first row has a list of ${width}`);
        target[at] = this.number(i, cell);
      }
      at += width;
    }
  }

  /** The number of the row's category. @throws CellProblem */
  choice(cells: readonly unknown[]): number {
    return this.category(0, cells[this.first], this.categories[0]!);
  }

  private category(i: number, cell: unknown, categories: ReadonlyMap<unknown, number>): number {
    const index = categories.get(cell);
    if (index !== undefined) return index;
    throw this.problem(
      i,
      `is ${shown(cell)}, which is none of its ${categories.size} categories; add it to the mapping`,
    );
  }

  private number(i: number, cell: unknown): number {
    if (typeof cell === "boolean") return Number(cell);
    const empty = cell === null || cell === undefined;
    if (empty && this.allowNonFinite) return Number.NaN;
    if (empty) throw this.problem(i, "is empty; repair or remove the row");
    if (typeof cell === "string") throw this.problem(i, `is ${shown(cell)}${textStep(cell)}`);
    if (typeof cell === "object" && !isList(cell))
      throw this.problem(i, `is ${shown(cell)}, an object; name its ids in the mapping ({"column", "ids"})`);
    if (isList(cell)) throw this.problem(i, `is a list of lists, as pictures are${pictureStep}`);
    if (typeof cell !== "number") throw this.problem(i, `is ${shown(cell)} where a number belongs`);
    if (!this.allowNonFinite && !Number.isFinite(Math.fround(cell)))
      throw this.problem(i, `is ${cell}, which is no finite float32 number; repair or remove the row`);
    return cell;
  }

  private problem(i: number, reason: string): CellProblem {
    return new CellProblem(`column ${quoted(this.columns[i]!)} ${printable(reason)}`);
  }
}

/** Whether a flag is set; one that is not there is not. @param aside how to leave the column aside; @throws CellProblem */
export function flagIn(cell: unknown, column: string, aside: () => string): boolean {
  const flag = flagOf(cell);
  if (flag !== undefined || isEmpty(cell)) return flag === 1;
  throw new CellProblem(
    `column ${quoted(column)} is ${printable(shown(cell))} where true or false belongs; correct it, or ${aside()} if it marks something else`,
  );
}

/** How a PNG or a JPEG file begins in base64, or what a browser calls one. */
const picture = /^\s*(data:image\/|iVBORw0KGgo|\/9j\/)/;
/** Logs have no place for them; arrays and LeRobot's tables do. */
const pictureStep =
  ', which logs are not read with; leave it out, or store it as uint8 [rows, height, width, channels] in an .npz (see "Pictures" in docs/data.md)';

/** What to do about a text where a number belongs. */
function textStep(text: string): string {
  if (picture.test(text)) return `, a picture as text (PNG or JPEG in base64)${pictureStep}`;
  if (/^\s*[+-]?\d+,\d+\s*$/.test(text)) return "; write numbers with a point and without commas";
  if (/^\s*\[[^,]*\]\s*$/s.test(text)) return "; write lists as [1, 2], with commas and all their numbers";
  return ', a text; list its categories in the mapping ({"column", "categories"})';
}

export function isList(cell: unknown): cell is ArrayLike<unknown> & object {
  return Array.isArray(cell) || cell instanceof Float64Array;
}
