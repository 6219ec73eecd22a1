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

/** @throws UsageError for an option without a value, or named twice */
export function splitTask(task: string): TaskName {
  const at = task.indexOf("?");
  if (at === -1) return { name: task, options: {} };
  const options: Record<string, unknown> = {};
  for (const part of task.slice(at + 1).split("&")) {
    const [, option, value] = /^([^=]+)=(.+)$/.exec(part) ?? [];
    if (option === undefined || value === undefined)
      throw new UsageError(`The task ${task} holds "${part}", which is no option; write it as name?option=value.`);
    if (Object.hasOwn(options, option)) throw new UsageError(`The task ${task} names ${option} twice; name it once.`);
    options[option] = readValue(value);
  }
  return { name: task.slice(0, at), options };
}

/** The task as the name of a folder or file, on any system. */
export function taskSlug(task: string): string {
  return task.replaceAll(/[?&]/g, ",");
}

function readValue(text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}
