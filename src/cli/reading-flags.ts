/**
 * Flags that say how a dataset is read: the same for every command that takes one.
 */
import { type Command, Option } from "commander";
import { MOST_ACTIONS } from "../data/discrete-actions.js";
import type { ImageSize, ReadOptions, SuccessReward } from "../data/formats/format.js";
import { datasetFormats } from "../data/formats/formats.js";
import { UsageError } from "../errors.js";
import { readYaml } from "../files/read-yaml.js";
import { numberOf } from "./numbers.js";

/** What the parser hands over for them. */
export interface ReadingFlags {
  readonly from?: string;
  readonly ignore?: string;
  readonly doneMeans?: "task" | "clock" | "either";
  readonly dropFaulty?: boolean;
  readonly horizon?: string;
  readonly observationKeys?: string;
  readonly images?: string;
  readonly imageSize?: string;
  readonly mapping?: string;
  readonly goal?: string;
  readonly reward?: string;
  readonly trusted?: boolean;
  readonly actionBounds?: string;
  readonly discreteActions?: string;
}

export function addReadingFlags(command: Command): Command {
  return command
    .option("--from <format>", `the data's format, where their content fits several: ${formatNames()}`)
    .option("--ignore <a,b,...>", "arrays or columns that say nothing about steps and episodes")
    .addOption(
      new Option("--done-means <what>", "what a mark such as done stands for, in data that cannot tell").choices([
        "task",
        "clock",
        "either",
      ]),
    )
    .option("--drop-faulty", "leave faulty episodes out, and count them")
    .option(
      "--horizon <steps>",
      "steps after which the clock ends an episode, for files without timeouts, or with --done-means either",
    )
    .option("--observation-keys <a,b,...>", "keys of observations that are dictionaries, in this order (default: all)")
    .option("--images <a,b,...>", "pictures to take, by name, or none (default: all)")
    .option("--image-size <width>x<height>", "size in pixels to which pictures are brought, such as 48x48")
    .option("--mapping <file>", "YAML or JSON file that says which column is what, for application logs")
    .option("--goal <x,y>", "goal from which rewards are computed, for data without rewards")
    .option(
      "--reward <success>",
      "make rewards: 1 at the last step of episodes that succeeded, as recorded (success), by a column (success:COLUMN) or by their numbers (success:0,3,5)",
    )
    .option("--action-bounds <low,high>", "bounds of every action, for datasets that state none, or wrong ones")
    .option("--discrete-actions <number>", "actions to choose from, for datasets of discrete ones that do not say it")
    .option("--trusted", "read episodes that take far more memory than the size of the file suggests");
}

/** @throws UsageError naming the flag that does not fit */
export function readOptionsOf({
  from,
  ignore,
  doneMeans,
  dropFaulty,
  horizon,
  observationKeys,
  images,
  imageSize,
  mapping,
  goal,
  reward,
  trusted,
  actionBounds,
  discreteActions,
}: ReadingFlags): ReadOptions {
  const among = numberOf(discreteActions, "--discrete-actions", { whole: true, least: 1, most: MOST_ACTIONS });
  const steps = numberOf(horizon, "--horizon", { whole: true, least: 1 });
  return {
    ...(from !== undefined && { from }),
    ...(ignore !== undefined && { ignore: namesOf(ignore, "--ignore") }),
    ...(doneMeans !== undefined && { doneMeans }),
    ...(dropFaulty !== undefined && { dropFaulty }),
    ...(steps !== undefined && { horizon: steps }),
    ...(observationKeys !== undefined && { observationKeys: namesOf(observationKeys, "--observation-keys") }),
    ...(images !== undefined && { images: images === "none" ? [] : namesOf(images, "--images") }),
    ...(imageSize !== undefined && { imageSize: sizeOf(imageSize) }),
    ...(mapping !== undefined && { mapping: readYaml("The mapping", mapping) }),
    ...(goal !== undefined && { goal: pairOf(goal, "--goal", "4,8.5") }),
    ...(reward !== undefined && { successReward: successOf(reward) }),
    ...(actionBounds !== undefined && { actionBounds: pairOf(actionBounds, "--action-bounds", "0,100") }),
    ...(among !== undefined && { discreteActions: among }),
    ...(trusted !== undefined && { trusted }),
  };
}

function formatNames(): string {
  return datasetFormats.map(({ id }) => id).join(", ");
}

function namesOf(text: string, flag: string): string[] {
  const keys = text.split(",").map((key) => key.trim());
  if (keys.every((key) => key !== "")) return keys;
  throw new UsageError(`The flag ${flag} is "${text}"; give names with commas between them.`);
}

/** "48x48": width and height. */
function sizeOf(text: string): ImageSize {
  const [, width, height] = /^([1-9]\d{0,3})x([1-9]\d{0,3})$/i.exec(text.trim()) ?? [];
  if (width !== undefined) return { width: Number(width), height: Number(height) };
  throw new UsageError(`The flag --image-size is "${text}"; give width and height in pixels, such as 48x48.`);
}

/** "success", "success:COLUMN", or "success:0,3,5" with the numbers of episodes. */
function successOf(text: string): SuccessReward {
  const [, , where] = /^success(:(.+))?$/.exec(text) ?? [undefined, undefined, ""];
  if (where === undefined) return "recorded";
  if (/^\d+(\s*,\s*\d+)*$/.test(where)) return { episodes: where.split(",").map(Number) };
  if (where.trim() !== "") return { column: where.trim() };
  throw new UsageError(
    `The flag --reward is "${text}"; give success, success:COLUMN, or success:0,3,5 with the numbers of the episodes that succeeded.`,
  );
}

function pairOf(text: string, flag: string, example: string): readonly [number, number] {
  const parts = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [x, y] = parts;
  if (parts.length === 2 && parts.every(Number.isFinite)) return [x!, y!];
  throw new UsageError(
    `The flag ${flag} is "${text}"; give two numbers with a comma between them, such as ${example}.`,
  );
}
