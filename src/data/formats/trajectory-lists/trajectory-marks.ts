/**
 * Where a pickled trajectory says that the task or the clock ended it. Writers have many names for these marks, so every
 * key with a value a step is one of them, known to mean something else, or refused by its name: a mark that is
 * overlooked would join two episodes.
 */

import { DataError, UsageError } from "../../../errors.js";
import { NumpyArray, type PickleDictionary, type PickleValue } from "../../containers/numpy/pickle-values.js";
import { checkRows, flagsOf, quoted } from "../../containers/refusal.js";
import { type TrajectoryPlace, textOf } from "./trajectory-place.js";

/** [rows] each. */
export interface EndMarks {
  /** 1 where the task ended; a step that only the clock ended keeps its bootstrap. */
  readonly terminals: Uint8Array;
  /** 1 where the clock ended an episode; absent in a whole recording without such marks. */
  readonly timeouts: Uint8Array | undefined;
}

/** What a mark stands for; of `mask` it is the 0 that marks, as in IQL's and SERL's data. */
type Meaning = "task" | "clock" | "done" | "mask";

const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ...["terminals", "terminal", "terminated", "terminations"].map((key) => [key, "task"] as const),
  ...["timeouts", "timeout", "truncated", "truncations"].map((key) => [key, "clock"] as const),
  ...["dones", "done", "dones_float"].map((key) => [key, "done"] as const),
  ["masks", "mask"],
]);

/** Keys with a value a step that say nothing about where an episode ends. */
const HARMLESS = new Set([
  ...["observations", "next_observations", "actions", "rewards"],
  ...["agent_infos", "env_infos", "infos", "info", "success", "successes", "goal_achieved"],
  ...["returns", "returns_to_go", "rtg", "mc_returns", "values", "advantages", "log_probs", "timesteps"],
]);
const HARMLESS_BEGINNING = /^(infos\/|metadata\/|init_)/;

/** @throws DataError for a key with a value a step of which is not known whether it marks an end */
export function refuseUnknownKeys(place: TrajectoryPlace, entries: PickleDictionary, count: number): void {
  for (const [key, value] of entries) {
    const name = String(key);
    if (MEANINGS.has(name) || HARMLESS.has(name) || HARMLESS_BEGINNING.test(name)) continue;
    if (place.options.ignore?.includes(name) || rowsOf(value) !== count) continue;
    throw new DataError(
      `${textOf(place, name)} has a value for every step, and it is not known here whether it marks where an episode ends; if it does not, leave it aside with --ignore ${quoted(name)}.`,
    );
  }
}

/**
 * @param column the numbers of a key, one a step
 * @throws DataError for marks that are neither 0 nor 1; UsageError where the data cannot tell what `done` stands for
 */
export function endMarks(
  place: TrajectoryPlace,
  entries: PickleDictionary,
  count: number,
  column: (key: string, value: PickleValue) => Float32Array,
): EndMarks {
  const found: Partial<Record<Meaning, Uint8Array>> = {};
  for (const [key, meaning] of MEANINGS) {
    const value = entries.get(key);
    if (value === undefined || value === null || place.options.ignore?.includes(key)) continue;
    const flags = perStep(place, key, value, count, column);
    if (meaning === "mask") invertMask(place, key, flags);
    const kind = meaning === "mask" ? "task" : meaning;
    found[kind] = found[kind] ? either(found[kind], flags) : flags;
  }
  const { task, clock, done } = found;
  const ends = done === undefined ? { task, clock } : withDone(place, done, task, clock);
  const limits = timeLimits(entries.get("env_infos"), count);
  const terminals = ends.task ?? new Uint8Array(count);
  const timeouts = limits ? either(limits, ends.clock ?? new Uint8Array(count)) : ends.clock;
  // Gym's time limit sets "done" as well; env_infos tell it apart.
  if (limits) for (let i = 0; i < count; i++) terminals[i] = limits[i] === 1 ? 0 : terminals[i]!;
  return { terminals, timeouts: timeouts ?? (place.flat ? undefined : new Uint8Array(count)) };
}

/** A mask of 0 in many steps of one trajectory is of another kind: it tells padding from steps. */
function invertMask(place: TrajectoryPlace, key: string, flags: Uint8Array): void {
  for (let i = 0; i < flags.length; i++) flags[i] = 1 - flags[i]!;
  const zeros = flags.reduce((sum, flag) => sum + flag, 0);
  if (zeros > 1 && !place.flat)
    throw new DataError(
      `${textOf(place, key)} is 0 in ${zeros} steps, as masks of padding are; cut each trajectory to its own length.`,
    );
}

/** A mark for every step; a single one is that of the last step, as mjrl writes `terminated`. */
function perStep(
  place: TrajectoryPlace,
  key: string,
  value: PickleValue,
  count: number,
  column: (key: string, value: PickleValue) => Float32Array,
): Uint8Array {
  const alone = typeof value === "boolean" || typeof value === "number";
  const marks = flagsOf(alone ? Float32Array.of(Number(value)) : column(key, value), textOf(place, key));
  if (!alone) checkRows(textOf(place, key), marks.length, count);
  if (!alone || count === 0) return marks;
  const flags = new Uint8Array(count);
  flags[count - 1] = marks[0]!;
  return flags;
}

/** What `done` adds: the ends that the other marks leave open. */
function withDone(
  place: TrajectoryPlace,
  done: Uint8Array,
  task: Uint8Array | undefined,
  clock: Uint8Array | undefined,
): { task: Uint8Array | undefined; clock: Uint8Array | undefined } {
  const rest = (marks: Uint8Array) => done.map((flag, i) => (marks[i] === 1 ? 0 : flag));
  if (task) return { task, clock: clock ? either(clock, rest(task)) : rest(task) };
  if (clock) return { task: rest(clock), clock };
  if (!done.includes(1)) return { task, clock };
  const { doneMeans, horizon } = place.options;
  if (doneMeans === "task") return { task: done, clock };
  if (doneMeans === "clock") return { task, clock: done };
  if (doneMeans === "either" && horizon !== undefined) {
    const limits = atHorizon(done, horizon);
    return { task: rest(limits), clock: limits };
  }
  throw new UsageError(
    doneMeans === "either"
      ? `"${place.name}" ends episodes with "done"; give the horizon at which the clock does so, with --horizon STEPS.`
      : `"${place.name}" ends episodes with "done" alone, which does not tell the task's end from the clock's; say what it stands for with --done-means task, --done-means clock, or --done-means either and a --horizon.`,
  );
}

/** The marks of episodes that are as long as the horizon. */
function atHorizon(done: Uint8Array, horizon: number): Uint8Array {
  let start = 0;
  return done.map((flag, row) => {
    if (flag === 0) return 0;
    const steps = row + 1 - start;
    start = row + 1;
    return steps === horizon ? 1 : 0;
  });
}

/** `TimeLimit.truncated` of Gym, in one dictionary a step or in one of lists; undefined where it is nowhere set. */
function timeLimits(infos: PickleValue | undefined, count: number): Uint8Array | undefined {
  const rows = infos instanceof NumpyArray ? infos.data : infos;
  const whole = rows instanceof Map ? rows.get("TimeLimit.truncated") : undefined;
  const limits = new Uint8Array(count);
  for (let step = 0; step < count; step++) {
    const info = Array.isArray(rows) ? rows[step] : undefined;
    const limit = info instanceof Map ? info.get("TimeLimit.truncated") : Array.isArray(whole) ? whole[step] : false;
    if (limit === true) limits[step] = 1;
  }
  return limits.includes(1) ? limits : undefined;
}

function either(one: Uint8Array, other: Uint8Array): Uint8Array {
  return one.map((flag, i) => flag | other[i]!);
}

function rowsOf(value: PickleValue): number | undefined {
  if (Array.isArray(value)) return value.length;
  return value instanceof NumpyArray ? value.shape[0] : undefined;
}
