/**
 * Flags that say how a dataset is read: the same for every command that takes one.
 */
import type { Command } from "commander";
import { MOST_ACTIONS } from "../data/discrete-actions.js";
import type { ReadOptions } from "../data/formats/format.js";
import { UsageError } from "../errors.js";
import { readYaml } from "../files/read-yaml.js";
import { numberOf } from "./numbers.js";

/** What the parser hands over for them. */
export interface ReadingFlags {
  readonly horizon?: string;
  readonly observationKeys?: string;
  readonly mapping?: string;
  readonly goal?: string;
  readonly trusted?: boolean;
  readonly actionBounds?: string;
  readonly discreteActions?: string;
}

export function addReadingFlags(command: Command): Command {
  return command
    .option("--horizon <steps>", "steps after which the clock ends an episode, for a file without timeouts")
    .option("--observation-keys <a,b,...>", "keys of observations that are dictionaries, in this order (default: all)")
    .option("--mapping <file>", "YAML or JSON file that says which column is what, for application logs")
    .option("--goal <x,y>", "goal from which rewards are computed, for data without rewards")
    .option("--action-bounds <low,high>", "bounds of every action, for datasets that do not state them")
    .option("--discrete-actions <number>", "actions to choose from, for datasets of discrete ones that do not say it")
    .option("--trusted", "read episodes that take far more memory than the size of the file suggests");
}

/** @throws UsageError naming the flag that does not fit */
export function readOptionsOf({
  horizon,
  observationKeys,
  mapping,
  goal,
  trusted,
  actionBounds,
  discreteActions,
}: ReadingFlags): ReadOptions {
  const among = numberOf(discreteActions, "--discrete-actions", { whole: true, least: 1, most: MOST_ACTIONS });
  const steps = numberOf(horizon, "--horizon", { whole: true, least: 1 });
  return {
    ...(steps !== undefined && { horizon: steps }),
    ...(observationKeys !== undefined && { observationKeys: keysOf(observationKeys) }),
    ...(mapping !== undefined && { mapping: readYaml("The mapping", mapping) }),
    ...(goal !== undefined && { goal: pairOf(goal, "--goal", "4,8.5") }),
    ...(actionBounds !== undefined && { actionBounds: pairOf(actionBounds, "--action-bounds", "0,100") }),
    ...(among !== undefined && { discreteActions: among }),
    ...(trusted !== undefined && { trusted }),
  };
}

function keysOf(text: string): string[] {
  const keys = text.split(",").map((key) => key.trim());
  if (keys.every((key) => key !== "")) return keys;
  throw new UsageError(`The flag --observation-keys is "${text}"; give names with commas between them.`);
}

function pairOf(text: string, flag: string, example: string): readonly [number, number] {
  const parts = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [x, y] = parts;
  if (parts.length === 2 && parts.every(Number.isFinite)) return [x!, y!];
  throw new UsageError(
    `The flag ${flag} is "${text}"; give two numbers with a comma between them, such as ${example}.`,
  );
}
