/**
 * The arrays of a file of flat rows: which of them says what (row-names.ts), whether their shapes fit together, and that
 * none which has a value a row is passed over in silence.
 */
import { DataError, UsageError } from "../../../errors.js";
import { checkRows, listed, printable, quoted } from "../../containers/refusal.js";
import type { ReadOptions } from "../format.js";
import { columnsOf, type FlatArray, type FlatFile } from "./flat-file.js";
import { type RowRole, rowRole } from "./row-names.js";

/** The arrays of a file, checked. */
export interface FlatTables {
  /** The number of rows. */
  readonly count: number;
  readonly observationSize: number;
  readonly actionSize: number;
  readonly observations: FlatArray;
  readonly actions: FlatArray;
  readonly rewards: FlatArray;
  readonly nextObservations: FlatArray | undefined;
  /** One number a row each. */
  readonly marks: Readonly<Partial<Record<RowRole, FlatArray>>>;
}

/** How the arrays are to be understood. */
export type FlatOptions = Pick<
  ReadOptions,
  "horizon" | "allowNonFinite" | "trusted" | "ignore" | "doneMeans" | "discreteActions"
>;

const required = ["observations", "actions", "rewards"] as const;
const marks = ["terminals", "masks", "timeouts", "dones", "ends", "starts", "episodes", "counters"] as const;

/** Checks all shapes before the first number is read: a wrong file is refused at once. @throws DataError */
export function flatTables(file: FlatFile, options: FlatOptions): FlatTables {
  const keys = keysByRole(file, options.ignore ?? []);
  const missing = required.filter((role) => !keys.has(role));
  if (missing.length > 0)
    throw new DataError(
      `"${file.name}" lacks ${listed(missing)}; flat rows need ${listed(required)} and marks of where episodes end, ` +
        `such as "terminals" and "timeouts", at the top of the file. There: ${listed(file.names, 12)}.`,
    );
  const array = (role: RowRole) => file.array(keys.get(role)!);
  const observations = array("observations");
  const count = observations.shape[0] ?? 0;
  if (count === 0) throw new DataError(`"${file.name}" has arrays but no rows; record some steps first.`);
  refuseUnknown(file, count, options.ignore ?? []);
  const tables = {
    observations: matrix(file, observations, count),
    actions: actionsOf(file, array("actions"), count, options),
    rewards: column(file, array("rewards"), count),
    nextObservations: keys.has("nextObservations") ? matrix(file, array("nextObservations"), count) : undefined,
    marks: Object.fromEntries(
      marks.flatMap((role) => (keys.has(role) ? [[role, column(file, array(role), count)]] : [])),
    ),
  };
  const observationSize = columnsOf(tables.observations);
  const nextSize = tables.nextObservations === undefined ? observationSize : columnsOf(tables.nextObservations);
  if (nextSize !== observationSize)
    throw new DataError(
      `"${file.name}": ${quoted(tables.nextObservations!.key)} have ${nextSize} columns but observations ${observationSize}; store both alike.`,
    );
  return { count, observationSize, actionSize: columnsOf(tables.actions), ...tables };
}

/** How messages name an array. */
export function placeOf(file: Pick<FlatFile, "name">, { key }: Pick<FlatArray, "key">): string {
  return `"${file.name}": ${quoted(key)}`;
}

/** @throws DataError where two arrays say the same, UsageError for a name to ignore that is not there */
function keysByRole({ name, shapes }: FlatFile, ignore: readonly string[]): ReadonlyMap<RowRole, string> {
  const absent = ignore.find((key) => !shapes.has(key));
  if (absent !== undefined)
    throw new UsageError(`"${name}" has no array ${quoted(absent)} to ignore; there: ${listed(shapes.keys(), 12)}.`);
  const keys = new Map<RowRole, string>();
  for (const key of shapes.keys()) {
    const role = roleOf(key, shapes.get(key)!);
    if (role === undefined || role === "harmless" || ignore.includes(key)) continue;
    const other = keys.get(role);
    // Of several counters one is enough.
    if (role === "counters" && other !== undefined) continue;
    if (other !== undefined)
      throw new DataError(
        `"${name}" has ${quoted(other)} and ${quoted(key)}, which say the same; leave one of them aside with --ignore ${key}.`,
      );
    keys.set(role, key);
  }
  return keys;
}

/** Kitchen data number their demonstrations in a dataset "infos"; in most files it is a group of extras. */
function roleOf(key: string, shape: readonly number[]): RowRole | undefined {
  return key === "infos" && shape.length > 0 ? "episodes" : rowRole(key);
}

/** An array with a value a row whose meaning is not known may be the mark of an end. */
function refuseUnknown({ name, shapes }: FlatFile, count: number, ignore: readonly string[]): void {
  const unknown = [...shapes].filter(
    ([key, shape]) => shape[0] === count && roleOf(key, shape) === undefined && !ignore.includes(key),
  );
  refuseEpisodeTables(name, shapes, count, ignore);
  if (unknown.length === 0) return;
  const keys = unknown.map(([key]) => key);
  throw new DataError(
    `"${name}" has a value a row in ${listed(keys)}, and nothing here knows what that says; rename it to a known name if it marks where episodes end, or leave it aside with --ignore ${printable(keys.slice(0, 8).join(","))}.`,
  );
}

/** Tables with a value an episode tell where episodes end in a way of their own. */
function refuseEpisodeTables(name: string, shapes: FlatFile["shapes"], count: number, ignore: readonly string[]): void {
  const found = [...shapes.keys()].find(
    (key) =>
      /(episode|traj).*(length|start|end|ptr|index|indices|offset)/i.test(key) &&
      rowRole(key) === undefined &&
      shapes.get(key)!.length > 0 &&
      shapes.get(key)![0] !== count &&
      !ignore.includes(key),
  );
  if (found === undefined) return;
  throw new DataError(
    `"${name}" tells in ${quoted(found)} where episodes lie, in a table of its own, which is not read; store the number of each row's episode as "episode_id", or, where the rows are marked as well, leave it aside with --ignore ${printable(found)}.`,
  );
}

function actionsOf(file: FlatFile, array: FlatArray, count: number, { discreteActions }: FlatOptions): FlatArray {
  const { shape, integers } = array;
  const single = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  if (!single) return matrix(file, array, count);
  checkRows(placeOf(file, array), shape[0], count);
  if (discreteActions !== undefined || (shape.length === 2 && !integers)) return array;
  throw new DataError(
    `${placeOf(file, array)} has ${integers ? "one whole number" : "one number"} a row: if these are choices, say among how many with --discrete-actions N; if they are vectors of one number, store them as float32 of shape [rows, 1].`,
  );
}

function matrix(file: FlatFile, array: FlatArray, count: number): FlatArray {
  const { shape } = array;
  if (shape.length !== 2 || shape[1] === 0) throw shapeError(file, array, "[rows, columns]");
  checkRows(placeOf(file, array), shape[0], count);
  return array;
}

/** One number a row; a column [rows, 1] counts as such. */
function column(file: FlatFile, array: FlatArray, count: number): FlatArray {
  const { shape } = array;
  if (shape.length > 2 || (shape.length === 2 && shape[1] !== 1)) throw shapeError(file, array, "[rows] or [rows, 1]");
  checkRows(placeOf(file, array), shape[0], count);
  return array;
}

function shapeError(file: FlatFile, array: FlatArray, expected: string): DataError {
  return new DataError(
    `${placeOf(file, array)} has the shape [${array.shape.join(", ")}] where ${expected} is expected; reshape it.`,
  );
}
