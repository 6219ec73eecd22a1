/**
 * Which tasks can collect data of their own, and how: the one entry point when only a task's name is known.
 */
import type { Dataset } from "../data/episode.js";
import { nearestNames, suggestion, UsageError } from "../errors.js";
import { families } from "./families.js";
import type { DataRecipe, OwnData, TaskCollection } from "./family.js";
import type { EpisodePlayer } from "./numbered-episodes.js";
import { splitTask } from "./task-name.js";

export type { TaskCollection } from "./family.js";

/** Settings that every collection has. */
const amount: readonly string[] = ["task", "episodes", "steps", "seed", "onProgress"];

/** The tasks that `collectTask` knows. */
export const collectedTasks: readonly string[] = families.flatMap(({ data }) => data?.tasks ?? []);

function dataOf(task: string): OwnData | undefined {
  const { name } = splitTask(task);
  return families.find(({ data }) => data?.tasks.includes(name))?.data;
}

/** Whether `collectTask` knows the task. */
export function collectsOwnData(task: string): boolean {
  return dataOf(task) !== undefined;
}

/** The recipe of a task's own data; undefined where it collects none. */
export function ownDataOf(task: string): DataRecipe | undefined {
  const recipe = dataOf(task)?.recipe;
  return typeof recipe === "function" ? recipe(splitTask(task).name) : recipe;
}

/** How a file of the task's own data ends: D4RL's layout, or ours where they hold pictures. */
export function ownDataEnding(task: string): ".hdf5" | ".calql" {
  return dataOf(task)?.pictures?.includes(splitTask(task).name) ? ".calql" : ".hdf5";
}

/** Whether a task's data need a walking policy. */
export function needsWalkingPolicy(task: string): boolean {
  return dataOf(task)?.settings.includes("policy") ?? false;
}

/** Whether the collection of a task's data can be ended early. */
export function endsInOrder(task: string): boolean {
  return dataOf(task)?.settings.includes("signal") ?? false;
}

/** Whether threads can share the episodes of a task's data. */
export function hasEpisodePlayers(task: string): boolean {
  return dataOf(task)?.player !== undefined;
}

/** What plays single episodes of a task's data, as `collectTask` with these settings would. */
export function episodePlayer(settings: TaskCollection): Promise<EpisodePlayer> {
  return dataOf(settings.task)!.player!(settings);
}

/**
 * Collects a task's data; the same settings give the same data to the bit.
 * @throws UsageError when the task collects none, or a setting is missing, not its own or out of its range
 */
export async function collectTask(settings: TaskCollection): Promise<Dataset> {
  const data = dataOf(settings.task);
  if (!data)
    throw new UsageError(
      `The task ${settings.task} has no data of its own; train on recorded data (--dataset FILE), or collect the data of one of these: ${nearestNames(settings.task, collectedTasks)}.${suggestion(splitTask(settings.task).name, collectedTasks)}`,
    );
  const { name: task, options } = splitTask(settings.task);
  const asked = Object.keys(options).length > 0 ? { ...settings, task, options } : settings;
  const known = [...amount, ...data.settings, ...(data.player ? ["startPlayers"] : [])];
  if ("options" in asked && !known.includes("options"))
    throw new UsageError(`Data of ${task} are not collected under options; name recorded data with --dataset FILE.`);
  const foreign = Object.keys(asked).find((name) => !known.includes(name));
  if (foreign !== undefined)
    throw new UsageError(`The setting ${foreign} means nothing to the data of ${settings.task}; leave it out.`);
  return data.collect(asked);
}
