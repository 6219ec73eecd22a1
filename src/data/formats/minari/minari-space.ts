/**
 * Gymnasium's spaces as Minari writes them down (JSON), and the order in which their values become one row of numbers.
 *
 * The order is that of `gymnasium.spaces.flatten` on a dataset that Minari has loaded: the keys of a Dict sorted by
 * their characters' codes, the parts of a Tuple by index, both from the outside in; a Box row by row (C order),
 * whatever its rank and kind of number; a MultiBinary likewise; a Discrete as `n` numbers of which one is 1 (one-hot),
 * a MultiDiscrete as the one-hots of its entries one after the other.
 */
import { DataError, unknownName } from "../../../errors.js";
import { quoted } from "../../containers/refusal.js";
import type { ActionBounds } from "../../transform.js";
import { looksLikePicture } from "../pictures/picture-form.js";

/** A space; what it holds of other spaces is in the order of flattening. */
export type Space = BoxSpace | ChoiceSpace | GroupSpace | OtherSpace;

/** An array of numbers per row. */
export interface BoxSpace {
  readonly kind: "box";
  readonly shape: readonly number[];
  /** Numbers per row. */
  readonly size: number;
  /** Its bounds, row by row, where they are finite numbers. */
  readonly bounds?: ActionBounds;
  /** Whether each number is a choice between 0 and 1 (MultiBinary). */
  readonly binary?: true;
  /** uint8 in three dimensions, or in two of 32 and more: such observations may be stored as JPEG pictures. */
  readonly image: boolean;
}

/** One whole number per entry of `counts`, from `starts` on. */
export interface ChoiceSpace {
  readonly kind: "choice";
  readonly counts: readonly number[];
  readonly starts: readonly number[];
}

/** A Dict or a Tuple. */
export interface GroupSpace {
  readonly kind: "dict" | "tuple";
  readonly parts: readonly (readonly [name: string, space: Space])[];
}

/** What does not hold numbers, such as Text; refused only where it is to be read. */
export interface OtherSpace {
  readonly kind: "other";
  readonly type: string;
}

/** An array that is stored under its own path, e.g. ["goal", "0"]; of a space that is not a group, the path is empty. */
export interface Leaf {
  readonly path: readonly string[];
  readonly space: BoxSpace | ChoiceSpace;
}

const deepest = 6;
const mostParts = 1_000;
const mostNumbers = 2 ** 24;
/** An observation of more choices than this is not a one-hot vector that a network could use. */
const mostChoices = 4_096;
/** Names go into messages and into paths of HDF5, where "/" and "." have a meaning. */
const fitName = /^(?!\.{1,2}$)[^\p{C}/]{1,100}$/u;

/**
 * A space from its JSON, already parsed.
 * @param where the file and the place in it, for messages
 * @throws DataError where it is not a space that Minari writes
 */
export function parseSpace(json: unknown, where: string): Space {
  return parse(json, where, { parts: 0 }, 0);
}

function parse(json: unknown, where: string, seen: { parts: number }, depth: number): Space {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new DataError(`${where} is no space: an object with a "type" is expected; ${repair}.`);
  if (depth > deepest || ++seen.parts > mostParts)
    throw new DataError(`${where} has more than ${mostParts} parts or is nested deeper than ${deepest}; ${repair}.`);
  const fields = new Map(Object.entries(json));
  const inner = (part: unknown) => parse(part, where, seen, depth + 1);
  const type = fields.get("type");
  if (type === "Dict" || type === "Tuple") return groupIn(type, fields.get("subspaces"), where, inner);
  if (type === "Box") {
    const box = boxOf(fields.get("shape"), fields.get("dtype") === "uint8", where);
    const bounds = boundsOf(fields.get("low"), fields.get("high"), box.size);
    return bounds ? { ...box, bounds } : box;
  }
  if (type === "MultiBinary") return { ...boxOf([fields.get("n")].flat(), false, where), binary: true };
  if (type === "Discrete") return choiceOf([fields.get("n")], [fields.get("start") ?? 0], where);
  if (type === "MultiDiscrete") {
    const counts = [fields.get("nvec")].flat(deepest);
    return choiceOf(counts, [fields.get("start") ?? counts.map(() => 0)].flat(deepest), where);
  }
  return { kind: "other", type: typeof type === "string" && fitName.test(type) ? type : "unknown" };
}

/** Bounds as lists of any depth, or one number for all; none where they are not finite (JSON has them as null or words). */
function boundsOf(low: unknown, high: unknown, size: number): ActionBounds | undefined {
  const flat = (bound: unknown): Float32Array | undefined => {
    const values = [bound].flat(Number.POSITIVE_INFINITY) as unknown[];
    const all = values.length === 1 ? new Array<unknown>(size).fill(values[0]) : values;
    const fits = all.length === size && all.every((value) => typeof value === "number" && Number.isFinite(value));
    return fits ? Float32Array.from(all as number[]) : undefined;
  };
  const [from, to] = [flat(low), flat(high)];
  return from && to ? { low: from, high: to } : undefined;
}

const repair = "copy the dataset again, or repair the space";

function groupIn(
  type: "Dict" | "Tuple",
  subspaces: unknown,
  where: string,
  inner: (part: unknown) => Space,
): GroupSpace {
  if (typeof subspaces !== "object" || subspaces === null || Array.isArray(subspaces) !== (type === "Tuple"))
    throw new DataError(`${where} has a ${type} without "subspaces"; ${repair}.`);
  const parts = Object.entries(subspaces).map(([name, part]) => [name, inner(part)] as const);
  return groupOf(type === "Dict" ? "dict" : "tuple", parts, where);
}

/**
 * A Dict, whose parts are put in order here, or a Tuple, whose parts are in order.
 * @throws DataError for a name that cannot be one
 */
export function groupOf(
  kind: GroupSpace["kind"],
  parts: readonly (readonly [string, Space])[],
  where: string,
): GroupSpace {
  if (parts.length === 0) throw new DataError(`${where} has a ${kind} without parts; ${repair}.`);
  for (const [name] of parts) checkKey(name, where);
  return { kind, parts: kind === "tuple" ? parts : parts.toSorted(([a], [b]) => (a < b ? -1 : 1)) };
}

/** @throws DataError for a name that cannot be a key in a file */
export function checkKey(name: string, where: string): void {
  if (!fitName.test(name))
    throw new DataError(`${where} has the key ${quoted(name)}, which cannot be a key of a Dict in a file; ${repair}.`);
}

/** An array of a shape per row. @throws DataError where the shape is none */
export function boxOf(shape: unknown, bytes: boolean, where: string): BoxSpace {
  const size = isCounts(shape) ? shape.reduce((product, length) => product * length, 1) : 0;
  if (!isCounts(shape) || !(size >= 1 && size <= mostNumbers))
    throw new DataError(`${where} has a space whose shape is not of 1 to ${mostNumbers} numbers; ${repair}.`);
  return { kind: "box", shape, size, image: bytes && looksLikePicture(shape) };
}

function choiceOf(counts: readonly unknown[], starts: readonly unknown[], where: string): ChoiceSpace {
  if (!isCounts(counts) || counts.length === 0 || !counts.every((count) => count >= 1 && count <= mostNumbers))
    throw new DataError(
      `${where} has a Discrete space without a number of choices from 1 to ${mostNumbers}; ${repair}.`,
    );
  const fits = (start: unknown): start is number => Number.isInteger(start) && Math.abs(start as number) <= mostNumbers;
  if (starts.length !== counts.length || !starts.every(fits))
    throw new DataError(`${where} has a Discrete space that begins at no whole number; ${repair}.`);
  return { kind: "choice", counts, starts };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= 100 && value.every((entry) => Number.isInteger(entry) && entry >= 0);
}

/**
 * The part of a Dict that the user asked for, in the order asked for.
 * @param name the dataset, for messages
 * @throws DataError where the space is not a Dict; UsageError for a key that it lacks
 */
export function selectKeys(space: Space, keys: readonly string[], name: string): Space {
  if (space.kind !== "dict")
    throw new DataError(`"${name}" has observations that are no dictionary; leave the observation keys out.`);
  if (keys.length === 0) throw new DataError(`"${name}": no observation key was given; name one, or leave them out.`);
  const parts = keys.map((key) => {
    const part = space.parts.find(([known]) => known === key);
    if (part) return part;
    const known = space.parts.map(([known]) => known);
    throw unknownName(`observation key of "${name}"`, key, known);
  });
  return { kind: "dict", parts };
}

/**
 * The arrays that a space is stored as, in the order of flattening.
 * @param where the file and the column ("observations"), for messages
 * @throws DataError where a part of it has no numbers
 */
export function leavesOf(space: Space, where: string, path: readonly string[] = []): Leaf[] {
  if (space.kind === "box") return [{ path, space }];
  if (space.kind === "choice") {
    const most = Math.max(...space.counts);
    if (most <= mostChoices) return [{ path, space }];
    throw new DataError(
      `${placed(where, path)} choose among ${most}, which would be as many numbers, more than the ${mostChoices} of a one-hot vector here; leave the key out with the observation keys.`,
    );
  }
  if (space.kind === "other")
    throw new DataError(
      `${placed(where, path)} are of the space ${space.type}, which is not made of numbers; leave the key out with the observation keys.`,
    );
  return space.parts.flatMap(([name, part]) => leavesOf(part, where, [...path, name]));
}

/** How many numbers a row of this array is once flattened. */
export function widthOf({ space }: Leaf): number {
  return space.kind === "box" ? space.size : space.counts.reduce((sum, count) => sum + count, 0);
}

/** How many numbers a row of this array is as stored. */
export function storedWidthOf({ space }: Leaf): number {
  return space.kind === "box" ? space.size : space.counts.length;
}

/** Whether a row of this array is a picture. */
export function isPicture({ space }: Leaf): boolean {
  return space.kind === "box" && space.image;
}

function placed(where: string, path: readonly string[]): string {
  return path.length === 0 ? where : `${where}/${path.join("/")}`;
}
