/**
 * The columns of a transition, declared once: what a file stores, a replay keeps, a checkpoint saves and an update's
 * graph reads are these columns under these names, with these element types. Observations are named parts: a vector is
 * the part `state`, a picture the part `image`, whose bytes stay bytes until the graph casts them.
 */

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

/** The numbers of one row. */
export function widthOf({ shape }: Part): number {
  return shape.reduce((product, length) => product * length, 1);
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

/** Room for so many rows of a column, all zeros. */
export function allocate(part: Part, rows: number): Values {
  return new arrays[part.type](rows * widthOf(part));
}
