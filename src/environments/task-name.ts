/**
 * A task's name may carry options of its environment, as an address carries a query:
 * "corridor-exit?exitReward=-40&extraActions=6". Whatever names a task (a setting, a flag, a comparison, a run's record)
 * thereby says all of it, and another choice of options is another task.
 */
import { UsageError } from "../errors.js";
import type { EnvironmentOptions } from "./environment.js";

export interface TaskName {
  /** Under which the environment is registered. */
  readonly name: string;
  readonly options: EnvironmentOptions;
}

/** @throws UsageError for an option without a value, named twice, or joined to another by a comma */
export function splitTask(task: string): TaskName {
  const at = task.indexOf("?");
  if (at === -1) return { name: task, options: {} };
  const options = new Map<string, unknown>();
  for (const part of task.slice(at + 1).split("&")) {
    const [, option, value] = /^([^=]+)=(.+)$/.exec(part) ?? [];
    if (option === undefined || value === undefined)
      throw new UsageError(`The task ${task} holds "${part}", which is no option; write it as name?option=value.`);
    if (/[,;?][^=]+=/.test(value))
      throw new UsageError(`The task ${task} holds "${part}"; join options with &: name?option=value&option=value.`);
    if (options.has(option)) throw new UsageError(`The task ${task} names ${option} twice; name it once.`);
    options.set(option, readValue(value));
  }
  // Unlike an assignment, this makes an entry even of "__proto__", which is then refused as any other unknown option.
  return { name: task.slice(0, at), options: Object.fromEntries(options) };
}

/** The task as the name of a folder or file, on any system. */
export function taskSlug(task: string): string {
  return task.replaceAll(/[?&]/g, ",");
}

/** Numbers as people write them; Number() would take "0x10", "" and "Infinity" for some as well. */
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function readValue(text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  return decimal.test(text) ? Number(text) : text;
}
