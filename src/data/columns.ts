/**
 * The columns of a transition, declared once: what a file stores, a replay keeps, a checkpoint saves and an update's
 * graph reads are these columns under these names, with these element types. Observations are named parts: a vector is
 * the part `state`, a picture the part `image`, whose bytes stay bytes until the graph casts them.
 */

import { UsageError } from "../errors.js";
import { counted } from "./figures.js";

/** The element types of recorded data; vectors are float32, pictures uint8. */
export type ElementType = "float32" | "uint8" | "int32";

/** Numbers of one element type, row-major. */
export type Values = Float32Array | Uint8Array | Int32Array;

/** What one row of something holds; the shape of a single number is []. */
export interface Part {
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** A part under the name by which files, replays and graphs know it. */
export interface Column extends Part {
  readonly name: string;
}

/** The parts of an observation by name, in the order in which networks see them. */
export type ObservationParts = Readonly<Record<string, Part>>;

/** Rows of every part of an observation, row-major: `{ state: [rows, n] }`, `{ image: [rows, 48, 48, 3] }`. */
export type Observations = Readonly<Record<string, Values>>;

/** The part that a plain vector is. */
export const STATE = "state";

/** The parts of an observation that is a vector of `size` numbers. */
export function vectorParts(size: number): ObservationParts {
  return { [STATE]: { type: "float32", shape: [size] } };
}

/** Parts as plain objects of their own, as JSON keeps them. */
export function plainParts(parts: ObservationParts): Record<string, { type: ElementType; shape: number[] }> {
  return Object.fromEntries(
    Object.entries(parts).map(([name, { type, shape }]) => [name, { type, shape: [...shape] }]),
  );
}

/** The numbers of one row. */
export function widthOf({ shape }: Part): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The bytes of one row. */
export function rowBytes(part: Part): number {
  return arrays[part.type].BYTES_PER_ELEMENT * widthOf(part);
}

/** The numbers of one observation, all parts together. */
export function observationWidth(parts: ObservationParts): number {
  return Object.values(parts).reduce((sum, part) => sum + widthOf(part), 0);
}

/** The name of a part's column: the vector's is the prefix itself ("observations"), others follow ("observations/image"). */
export function partColumn(prefix: "observations" | "nextObservations", part: string): string {
  return part === STATE ? prefix : `${prefix}/${part}`;
}

/** The columns of a transition, in the order in which they are stored. */
export function transitionColumns(parts: ObservationParts, actionSize: number): readonly Column[] {
  const under = (prefix: "observations" | "nextObservations") =>
    Object.entries(parts).map(([name, part]): Column => ({ ...part, name: partColumn(prefix, name) }));
  const number = (name: string): Column => ({ name, type: "float32", shape: [] });
  const action = (name: string): Column => ({ name, type: "float32", shape: [actionSize] });
  return [
    ...under("observations"),
    action("actions"),
    number("rewards"),
    ...under("nextObservations"),
    action("nextActions"),
    number("terminated"),
    number("returnsToGo"),
  ];
}

const arrays = { float32: Float32Array, uint8: Uint8Array, int32: Int32Array } as const;

/** The element type of an array. */
export function elementTypeOf(values: Values): ElementType {
  if (values instanceof Float32Array) return "float32";
  return values instanceof Uint8Array ? "uint8" : "int32";
}

/**
 * @param like an array of the element type that is expected
 * @param what whose numbers they are, for the error: "The batch's image"
 * @throws UsageError where values have another element type: floats written among bytes would be cut off
 */
export function requireElements(values: Values, like: Values, what: string): void {
  const expected = arrays[elementTypeOf(like)];
  if (values instanceof expected) return;
  const meaning = like instanceof Uint8Array ? " of bytes, 0 to 255" : "";
  throw new UsageError(`${what} is a ${values.constructor.name}; give a ${expected.name}${meaning}.`);
}

/** Room for so many rows of a column, all zeros. */
export function allocate(part: Part, rows: number): Values {
  return new arrays[part.type](rows * widthOf(part));
}

/** The size of observations that are one vector of float32; undefined where they have other parts. */
export function vectorSizeOf(parts: ObservationParts): number | undefined {
  const { [STATE]: state, ...others } = parts;
  if (Object.keys(others).length > 0 || state?.type !== "float32" || state.shape.length !== 1) return undefined;
  return state.shape[0];
}

/**
 * How many observations there are in rows of parts.
 * @throws UsageError where a part is missing, of another element type, or holds no whole number of rows, at least one
 */
export function countRows(observations: Observations, parts: ObservationParts): number {
  let count: number | undefined;
  for (const [name, part] of Object.entries(parts)) {
    const values = observations[name];
    if (values) requireElements(values, allocate(part, 0), `The observations' ${name}`);
    const rows = values === undefined ? 0 : values.length / widthOf(part);
    const fits = values !== undefined && Number.isInteger(rows) && rows >= 1;
    if (!fits || (count !== undefined && rows !== count))
      throw new UsageError(
        `Cannot act on ${values?.length ?? "no"} ${name === STATE ? "numbers" : `numbers of ${name}`}: give rows of ${widthOf(part)}, the observation's size.`,
      );
    count = rows;
  }
  return count ?? 0;
}

/** The parts in words: "vectors of 4 numbers", or "state float32 [4], image uint8 [48, 48, 3]". */
export function describeParts(parts: ObservationParts): string {
  const size = vectorSizeOf(parts);
  if (size !== undefined) return `vectors of ${counted(size, "number")}`;
  return Object.entries(parts)
    .map(([name, { type, shape }]) => `${name} ${type} [${shape.join(", ")}]`)
    .join(", ");
}

/**
 * The size of the vectors that a layout holds.
 * @param layout its name, for the error
 * @throws UsageError where the observations have other parts
 */
export function requireVector(
  { source, observations }: { source: string; observations: ObservationParts },
  layout: string,
): number {
  const size = vectorSizeOf(observations);
  if (size !== undefined) return size;
  throw new UsageError(
    `"${source}" has observations of the parts ${describeParts(observations)}, and ${layout} holds vectors alone; use the format calql or minari.`,
  );
}

export type Columns = readonly Column[];

/** Rows of a transition's columns by their names, row-major; observations are under the names of `partColumn`. */
export interface TransitionRows {
  /** [rows, actionSize], clipped; the numbers of discrete actions, [rows, 1]. */
  readonly actions: Float32Array;
  /** [rows], scaled and shifted. */
  readonly rewards: Float32Array;
  /** [rows, actionSize], the action that the data took at the next observation; NaN where that is not known. */
  readonly nextActions?: Float32Array;
  /** [rows], 1 where there is no bootstrap, else 0. */
  readonly terminated: Float32Array;
  /** [rows], on the scale of `rewards`; NaN where it is not known. */
  readonly returnsToGo?: Float32Array;
  /** [rows, n], the vector `state`, where observations have one. */
  readonly observations?: Float32Array;
  /** [rows, n] */
  readonly nextObservations?: Float32Array;
  readonly [column: string]: Values | undefined;
}

/** Rows with every column of observations that are a vector. */
export type VectorRows = Required<TransitionRows>;

/** Room for so many rows of every column. */
export function allocateRows(columns: Columns, rows: number): VectorRows {
  return Object.fromEntries(columns.map((column) => [column.name, allocate(column, rows)])) as unknown as VectorRows;
}

/** The rows that one update consumes, filled again before every update, so that sampling allocates nothing. */
export interface Batch {
  readonly size: number;
  readonly columns: Columns;
  readonly rows: VectorRows;
}

/** A batch of `size` rows of zeros. */
export function createBatch(size: number, columns: Columns): Batch {
  return { size, columns, rows: allocateRows(columns, size) };
}

/** What differs between two declarations of columns, in words; undefined where they hold the same numbers. */
export function columnsDiffer(one: Columns, other: Columns): string | undefined {
  if (one === other) return undefined;
  const worded = (columns: Columns) =>
    columns.map((column) => `${column.name} ${column.type} ${widthOf(column)}`).join(", ");
  const [first, second] = [worded(one), worded(other)];
  return first === second ? undefined : `${first} and not ${second}`;
}
