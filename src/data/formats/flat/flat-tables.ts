/**
 * The arrays of a file of flat rows: which of them says what (row-names.ts), whether their shapes fit together, and that
 * none which has a value a row is passed over in silence.
 */
import { DataError, UsageError } from "../../../errors.js";
import { checkRows, listed, printable, quoted } from "../../containers/refusal.js";
import { counted } from "../../figures.js";
import { DoneMeaning } from "../done-meaning.js";
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
  /** Absent where rewards are made from successes. */
  readonly rewards: FlatArray | undefined;
  readonly nextObservations: FlatArray | undefined;
  /** One number a row each. */
  readonly marks: Readonly<Partial<Record<RowRole, FlatArray>>>;
  /** What `dones` stand for, where nothing else says which rows the task ended. */
  readonly done: DoneMeaning;
}

/** How the arrays are to be understood. */
export type FlatOptions = Pick<
  ReadOptions,
  | "horizon"
  | "fallbackHorizon"
  | "allowNonFinite"
  | "trusted"
  | "ignore"
  | "doneMeans"
  | "discreteActions"
  | "dropFaulty"
  | "successReward"
> & {
  /** Whether the file may close episodes with rows of zeros that hold no step; default: unless actions are choices. */
  readonly closingRows?: boolean;
};

const required = ["observations", "actions", "rewards"] as const;
const marks = ["terminals", "masks", "timeouts", "dones", "ends", "starts", "episodes", "counters", "success"] as const;
/** What tables of episodes are called, such as "traj_lens", "ep_ends" and "lengths". */
const EPISODE_TABLE =
  /(episode|^ep_|traj|seq_|path_|demo_).*(len|start|end|ptr|index|indices|offset)|^(len|length|start|end|offset)s$/i;
/** Rows of an unknown array that are looked at. */
const LOOKED_AT = 100_000;

/** Checks all shapes before the first number is read: a wrong file is refused at once. @throws DataError */
export function flatTables(file: FlatFile, options: FlatOptions): FlatTables {
  const keys = keysByRole(file, options);
  const missing = required.filter(
    (role) => !keys.has(role) && !(role === "rewards" && options.successReward !== undefined),
  );
  if (missing.length === 1 && missing[0] === "rewards" && keys.has("success"))
    throw new DataError(
      `"${file.name}" has no rewards, but ${quoted(keys.get("success")!)} says where the task was solved; make rewards from it with --reward success.`,
    );
  if (missing.length > 0)
    throw new DataError(
      `"${file.name}" lacks ${listed(missing)}; flat rows need ${listed(required)} and marks of where episodes end, ` +
        `such as "terminals" and "timeouts", at the top of the file. There: ${listed(file.names, 12)}.`,
    );
  const array = (role: RowRole) => file.array(keys.get(role)!);
  const observations = array("observations");
  const count = observations.shape[0] ?? 0;
  if (count === 0) throw new DataError(`"${file.name}" has arrays but no rows; record some steps first.`);
  refuseUnknown(file, count, [...(options.ignore ?? []), ...[...keys.values()]]);
  const tellsTask = keys.has("terminals") || keys.has("masks");
  const tables = {
    done: new DoneMeaning(`"${file.name}"`, tellsTask ? undefined : keys.get("dones"), options),
    observations: matrix(file, observations, count),
    actions: actionsOf(file, array("actions"), count, options),
    rewards: keys.has("rewards") ? column(file, array("rewards"), count) : undefined,
    nextObservations: keys.has("nextObservations") ? matrix(file, array("nextObservations"), count) : undefined,
    marks: Object.fromEntries(
      marks.flatMap((role) => (keys.has(role) ? [[role, column(file, array(role), count)]] : [])),
    ),
  };
  const observationSize = columnsOf(tables.observations);
  const nextSize = tables.nextObservations === undefined ? observationSize : columnsOf(tables.nextObservations);
  if (nextSize !== observationSize)
    throw new DataError(
      `"${file.name}": ${quoted(tables.nextObservations!.key)} have ${counted(nextSize, "column")} but observations ${observationSize}; store both alike.`,
    );
  return { count, observationSize, actionSize: columnsOf(tables.actions), ...tables };
}

/** How messages name an array. */
export function placeOf(file: Pick<FlatFile, "name">, { key }: Pick<FlatArray, "key">): string {
  return `"${file.name}": ${quoted(key)}`;
}

/** @throws DataError where two arrays say the same, UsageError for a name to ignore that is not there */
function keysByRole(
  { name, shapes }: FlatFile,
  { ignore = [], successReward }: FlatOptions,
): ReadonlyMap<RowRole, string> {
  const absent = ignore.find((key) => !shapes.has(key));
  if (absent !== undefined)
    throw new UsageError(`"${name}" has no array ${quoted(absent)} to ignore; there: ${listed(shapes.keys(), 12)}.`);
  const keys = new Map<RowRole, string>();
  for (const key of shapes.keys()) {
    const role = roleOf(key, shapes.get(key)!);
    if (role === undefined || role === "harmless" || ignore.includes(key)) continue;
    if (role === "success" && typeof successReward === "object") continue;
    const other = keys.get(role);
    // Of several counters one is enough.
    if (role === "counters" && other !== undefined) continue;
    if (other !== undefined)
      throw new DataError(
        `"${name}" has ${quoted(other)} and ${quoted(key)}, which say the same; leave one of them aside with --ignore ${key}.`,
      );
    keys.set(role, key);
  }
  if (successReward === undefined) return keys;
  if (keys.has("rewards"))
    throw new UsageError(
      `"${name}" stores rewards, beside which none are made from successes; leave that out, or read it with --ignore ${printable(keys.get("rewards")!)}.`,
    );
  const column = typeof successReward === "object" && "column" in successReward ? successReward.column : undefined;
  if (column !== undefined && !shapes.has(column))
    throw new UsageError(`"${name}" has no array ${quoted(column)} of successes; there: ${listed(shapes.keys(), 12)}.`);
  if (successReward === "recorded" && !keys.has("success"))
    throw new UsageError(
      `"${name}" does not record which episodes succeeded; give an array that marks them, --reward success:KEY, or their numbers, --reward success:0,3.`,
    );
  return column === undefined ? keys : keys.set("success", column);
}

/** Kitchen data number their demonstrations in a dataset "infos"; in most files it is a group of extras. */
function roleOf(key: string, shape: readonly number[]): RowRole | undefined {
  return key === "infos" && shape.length > 0 ? "episodes" : rowRole(key);
}

/**
 * An array with a value a row whose meaning is not known may be the mark of an end.
 * @param known keys whose meaning is known, or which are left aside
 */
function refuseUnknown(file: FlatFile, count: number, known: readonly string[]): void {
  const { name, shapes } = file;
  const unknown = [...shapes].filter(
    ([key, shape]) => shape[0] === count && roleOf(key, shape) === undefined && !known.includes(key),
  );
  refuseEpisodeTables(name, shapes, count, known);
  if (unknown.length === 0) return;
  const keys = unknown.map(([key]) => key);
  const aside = `leave it aside with --ignore ${printable(keys.slice(0, 8).join(","))}`;
  for (const [key, shape] of unknown) {
    const hint = shape.length === 1 || (shape.length === 2 && shape[1] === 1) ? hintAt(file, key, count) : undefined;
    if (hint !== undefined) throw new DataError(`"${name}": ${quoted(key)} ${hint}, or ${aside}.`);
  }
  throw new DataError(
    `"${name}" has a value a row in ${listed(keys)}, and nothing here knows what that says; rename it to a known name if it marks where episodes end, or ${aside}.`,
  );
}

/** Tables with a value an episode tell where episodes end in a way of their own. */
function refuseEpisodeTables(name: string, shapes: FlatFile["shapes"], count: number, ignore: readonly string[]): void {
  const found = [...shapes.keys()].find(
    (key) =>
      EPISODE_TABLE.test(key) &&
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

/** What an unknown array looks like by its numbers; undefined where they look like nothing of ours. */
function hintAt(file: FlatFile, key: string, count: number): string | undefined {
  const values = numbersOf(file, key, Math.min(count, LOOKED_AT));
  if (values === undefined) return undefined;
  if (values.every((value) => value === 0 || value === 1))
    return "is 0 or 1 in each row, like a mark; if it marks ends, rename it to terminals (the task ended), timeouts (the clock did), dones (either of them) or episode_ends (the last row of an episode)";
  if (!values.every(Number.isInteger)) return undefined;
  const runs = values.filter((value, row) => row === 0 || value !== values[row - 1]);
  if (new Set(runs).size < runs.length || 2 * runs.length > values.length) return undefined;
  return "holds whole numbers in runs that never return, like the number of an episode; if it is that, rename it to episode_id";
}

/** The first numbers of an array; undefined where it holds none. */
function numbersOf(file: FlatFile, key: string, rows: number): Float32Array | undefined {
  try {
    return file.array(key).read(0, rows);
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
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
    `${placeOf(file, array)} has the shape [${array.shape.join(", ")}] where ${expected} is expected; ${shapeAdvice(array.shape, expected)}.`,
  );
}

/** What to do is not the same for a row of many axes and for a second axis that counts something. */
function shapeAdvice(shape: readonly number[], expected: string): string {
  if (expected !== "[rows, columns]") {
    if (shape.length < 2) return "store an array";
    return "store one number a row (environments side by side need their axis in all arrays, observations [rows, environments, columns])";
  }
  if (shape.length < 3) return "store a row of columns a step";
  if (shape.length >= 4)
    return "if each row is a picture, store it as uint8 [height, width, channels], 0 to 255; if the second axis counts environments or steps, all arrays must have it";
  const columns = shape.slice(1).reduce((product, size) => product * size, 1);
  return `if each row is one observation, such as a picture, flatten each row: [${shape[0]}, ${columns}]; if the second axis counts environments or steps, all arrays must have it`;
}
