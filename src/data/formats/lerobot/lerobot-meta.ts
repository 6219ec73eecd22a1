/**
 * meta/info.json of a LeRobot dataset, checked: which version it is, and which features are numbers that can be
 * learned from.
 */
import { z } from "zod";
import { DataError, unknownName } from "../../../errors.js";
import { requirement, shown } from "../../../requirement.js";
import { type DataFiles, readWhole } from "../../containers/files.js";
import { listed, printable, quoted } from "../../containers/refusal.js";
import { isActionCount } from "../../discrete-actions.js";
import { counted } from "../../figures.js";
import { type EndMark, endMarkMeanings, endMarkOf, type MarkColumns, refuseMasks } from "../end-marks.js";
import type { ReadOptions } from "../format.js";
import type { PictureForm } from "../pictures/picture-form.js";
import { chosenObservations } from "./lerobot-observations.js";

export const infoPath = "meta/info.json";

export const REWARD = "next.reward";
const SUCCESS = "next.success";
/** LeRobot's own columns of every frame. */
const COUNTERS = ["episode_index", "frame_index", "index", "task_index", "timestamp"];
const LARGEST_INFO = 2 ** 22;
const WIDEST_FEATURE = 2 ** 16;

/** Where the frames of a version stand; the numbers give their order. */
const dataPaths = {
  "v2.0": /^data\/chunk-(\d+)\/episode_(\d+)\.parquet$/,
  "v2.1": /^data\/chunk-(\d+)\/episode_(\d+)\.parquet$/,
  "v3.0": /^data\/chunk-(\d+)\/file-(\d+)\.parquet$/,
} as const;

const count = z.int().min(0);
const schema = z.object({
  codebase_version: z.enum(["v2.0", "v2.1", "v3.0"]),
  total_episodes: count,
  total_frames: count,
  features: z.record(z.string(), z.unknown()),
  calql: z.object({ discrete_actions: z.number() }).optional(),
});
const featureSchema = z.object({ dtype: z.string(), shape: z.array(count).max(8), names: z.unknown().optional() });

/** A feature that is read: its column, and how many numbers a frame has of it. */
export interface Feature {
  readonly name: string;
  readonly width: number;
  /** What each of its numbers is. */
  readonly names: readonly string[];
}

/** A feature whose frames are PNG or JPEG files in the table. */
export interface PictureFeature {
  readonly name: string;
  /** The column of their bytes. */
  readonly column: string;
  /** Of its part of observations. */
  readonly part: string;
  readonly form: PictureForm;
}

export interface LeRobotInfo {
  readonly episodes: number;
  readonly frames: number;
  /** observation.state first, then the others by name, or those that were asked for. */
  readonly observations: readonly Feature[];
  /** Those that are pictures, by name or as asked for. */
  readonly pictures: readonly PictureFeature[];
  /** Videos beside them, which are not read. */
  readonly videos: readonly string[];
  readonly action: Feature;
  /** Undefined where rewards are made from successes and none are stored, or those are ignored. */
  readonly reward: string | undefined;
  /** The columns that mark ends: next.done, or others whose name says it. */
  readonly marks: MarkColumns;
  /** Where a frame says that the episode succeeded. */
  readonly success: string | undefined;
  /** Features of one value that nothing uses and that may be flags. */
  readonly unused: readonly string[];
  readonly discreteActions: number | undefined;
  /** The files with the frames, in their order. */
  readonly paths: readonly string[];
}

/** @throws DataError naming what is wrong or missing in the description */
export function readInfo(files: DataFiles, options: ReadOptions): LeRobotInfo {
  const where = `"${files.name}": "${infoPath}"`;
  const info = parsed(files, where);
  const features = new Map(Object.entries(info.features).map(([name, value]) => [name, featureOf(name, value, where)]));
  const action = features.get("action");
  if (action === undefined || !action.numeric)
    throw new DataError(`${where} has no feature "action" of numbers; there: ${listed(features.keys())}.`);
  const made = options.successReward !== undefined;
  if (!made && !features.has(REWARD))
    throw new DataError(
      `${where} has no feature "${REWARD}", and without rewards there is nothing to improve; have them made with ${rewardSteps(features)}: 1 at the last step of each episode that succeeded, 0 elsewhere.`,
    );
  const marks = markColumns(features, options.ignore ?? [], where);
  const success = successColumn(features, options, where);
  const used = new Set([...Object.values(marks), success, REWARD, ...COUNTERS, ...(options.ignore ?? [])]);
  return {
    episodes: info.total_episodes,
    frames: info.total_frames,
    ...chosenObservations(features, where, files, options),
    action,
    reward: made && (!features.has(REWARD) || options.ignore?.includes(REWARD)) ? undefined : REWARD,
    marks,
    success,
    unused: [...features.values()].flatMap(({ name, numeric, width }) =>
      numeric && width === 1 && !used.has(name) && !/^(observation|action)(\.|$)/.test(name) ? [name] : [],
    ),
    discreteActions: countActions(info.calql?.discrete_actions, action, where),
    paths: dataFiles(files, dataPaths[info.codebase_version]),
  };
}

export interface KnownFeature extends Feature {
  /** Pictures and texts are not. */
  readonly numeric: boolean;
  readonly isFlag: boolean;
  readonly dtype: string;
  readonly shape: readonly number[];
}

function parsed(files: DataFiles, where: string): z.infer<typeof schema> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(readWhole(files, infoPath, LARGEST_INFO)));
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${where} is no complete JSON; copy it again.`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const key = String(issue.path[0] ?? "it");
  const given = Object(value)[key] as unknown;
  const found = given === undefined ? "missing" : printable(shown(given));
  throw new DataError(`${where}: ${key} is ${found}; ${printable(requirement(issue, given)).slice(0, 300)}.`);
}

function featureOf(name: string, value: unknown, where: string): KnownFeature {
  const result = featureSchema.safeParse(value);
  if (!result.success)
    throw new DataError(`${where}: the feature ${quoted(name)} has no dtype and shape; record the dataset again.`);
  const { dtype, shape, names } = result.data;
  const width = shape.reduce((product, size) => product * size, 1);
  const numeric = /^(float|int|uint)\d+$|^bool$/.test(dtype);
  if (numeric && !(width >= 1 && width <= WIDEST_FEATURE))
    throw new DataError(
      `${where}: the feature ${quoted(name)} has ${counted(width, "number")}; 1 to ${WIDEST_FEATURE} are read.`,
    );
  const told = numeric ? namesIn(names, name, width) : [];
  return { name, width, names: told, numeric, isFlag: dtype === "bool", dtype, shape };
}

/** As LeRobot writes them: a list, or lists by a word such as "motors"; where there are none, the feature's own name. */
function namesIn(told: unknown, feature: string, width: number): string[] {
  const lists = typeof told === "object" && told !== null ? Object.values(told).flat() : [];
  const names: unknown[] = Array.isArray(told) ? told : lists;
  const own = printable(feature.replace(/^observation\./, "").slice(0, 60));
  return Array.from({ length: width }, (_, i) => {
    const name = names.length === width ? names[i] : undefined;
    if (typeof name === "string" && name !== "") return printable(name.slice(0, 60));
    return width === 1 ? own : `${own}[${i}]`;
  });
}

/** The column of each meaning. @throws DataError for two of one */
function markColumns(
  features: ReadonlyMap<string, KnownFeature>,
  ignore: readonly string[],
  where: string,
): MarkColumns {
  for (const name of ignore)
    if (!features.has(name)) throw unknownName("feature to ignore", name, [...features.keys()].slice(0, 30));
  const names = [...features.keys()].filter((name) => !ignore.includes(name));
  refuseMasks(names, where);
  const column = (mark: EndMark) => {
    const [first, second] = names.filter((name) => endMarkOf(name) === mark);
    if (second === undefined) return first;
    throw new DataError(
      `${where} has ${quoted(first!)} and ${quoted(second)}, which both say ${endMarkMeanings[mark]}; leave the one that is wrong aside with --ignore NAME.`,
    );
  };
  return { terminated: column("terminated"), truncated: column("truncated"), done: column("done") };
}

function successColumn(
  features: ReadonlyMap<string, KnownFeature>,
  { successReward }: ReadOptions,
  where: string,
): string | undefined {
  if (typeof successReward === "object" && "column" in successReward) {
    if (features.get(successReward.column)?.width === 1) return successReward.column;
    throw unknownName("feature of one number", successReward.column, [...features.keys()].slice(0, 30));
  }
  if (features.has(SUCCESS)) return SUCCESS;
  if (successReward !== "recorded") return undefined;
  throw new DataError(`${where} has no feature "${SUCCESS}"; give ${rewardSteps(features)}.`);
}

/** The ways to say which episodes succeeded that work for a dataset. */
function rewardSteps(features: ReadonlyMap<string, KnownFeature>): string {
  const flags = [...features.values()].filter(({ name, width, isFlag }) => isFlag && width === 1 && !endMarkOf(name));
  const columns = flags.filter(({ name }) => name !== SUCCESS).map(({ name }) => printable(name));
  const ways = [
    ...(features.has(SUCCESS) ? [`--reward success (from "${SUCCESS}")`] : []),
    ...columns.slice(0, 3).map((name) => `--reward success:${name}`),
    "--reward success:0,3,5 with the numbers of the episodes that succeeded",
  ];
  return ways.length === 1 ? ways[0]! : `${ways.slice(0, -1).join(", ")} or ${ways.at(-1)}`;
}

function countActions(count: number | undefined, action: Feature, where: string): number | undefined {
  if (count === undefined || (isActionCount(count) && action.width === 1)) return count;
  throw new DataError(
    `${where} declares ${count} discrete actions of ${action.width} numbers; a choice is one number.`,
  );
}

/** By the numbers in their names: "file-1000" comes after "file-999". */
function dataFiles(files: DataFiles, pattern: RegExp): string[] {
  const found = files.paths.map((path) => pattern.exec(path)).filter((match) => match !== null);
  const order = found.sort((a, b) => Number(a[1]) - Number(b[1]) || Number(a[2]) - Number(b[2]));
  if (order.length > 0) return order.map(([path]) => path);
  throw new DataError(
    `"${files.name}" has no Parquet files below "data/"; copy the dataset again, with all its files.`,
  );
}
