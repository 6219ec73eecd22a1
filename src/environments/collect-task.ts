/**
 * Which tasks can collect data of their own, and how: the one door for whoever knows a task only by its name.
 */
import type { Dataset } from "../data/episode.js";
import { UsageError, unknownName } from "../errors.js";
import { antMazeCollectedTasks, collectAntMaze, type WalkingPolicy } from "./ant/collect-antmaze.js";
import type { CollectionAmount } from "./collect.js";
import { collectGridWorld } from "./gridworld/collect-gridworld.js";
import { gridNames } from "./gridworld/gridworld-layouts.js";
import { collectPointMaze } from "./pointmaze/collect-pointmaze.js";
import { pointMazeTasks } from "./pointmaze/pointmaze.js";

/** What to collect; a setting that means nothing to the task is refused. */
export interface TaskCollection extends CollectionAmount {
  readonly task: string;
  readonly starts?: "fixed" | "diverse";
  readonly goals?: "fixed" | "diverse";
  readonly goalShare?: number;
  readonly noise?: number;
  /** Who walks, in an ant maze. */
  readonly policy?: WalkingPolicy;
  /** Ends the collection of an ant maze early, with the walks that are complete. */
  readonly signal?: AbortSignal;
}

interface Family {
  readonly tasks: readonly string[];
  readonly settings: readonly (keyof TaskCollection)[];
  readonly collect: (settings: TaskCollection) => Dataset | Promise<Dataset>;
}

const amount = ["task", "episodes", "steps", "seed", "onProgress"] as const;

const families: readonly Family[] = [
  {
    tasks: pointMazeTasks,
    settings: [...amount, "starts", "goals", "goalShare", "noise"],
    collect: collectPointMaze,
  },
  {
    tasks: antMazeCollectedTasks,
    settings: [...amount, "starts", "goals", "goalShare", "noise", "policy", "signal"],
    collect: (settings) => collectAntMaze({ ...settings, policy: requirePolicy(settings) }),
  },
  {
    tasks: gridNames.map((grid) => `gridworld-${grid}`),
    settings: [...amount, "starts", "noise"],
    collect: collectGridWorld,
  },
];

/** The tasks that `collectTask` knows. */
export const collectedTasks: readonly string[] = families.flatMap(({ tasks }) => tasks);

/** Whether a task's data need a walking policy. */
export function needsWalkingPolicy(task: string): boolean {
  return antMazeCollectedTasks.includes(task);
}

/**
 * Collects a task's data; the same settings give the same data to the bit.
 * @throws UsageError when the task collects none, or a setting is missing, not its own or out of its range
 */
export async function collectTask(settings: TaskCollection): Promise<Dataset> {
  const family = families.find(({ tasks }) => tasks.includes(settings.task));
  if (!family) throw unknownName("task with data of its own", settings.task, collectedTasks);
  const foreign = Object.keys(settings).find((name) => !(family.settings as readonly string[]).includes(name));
  if (foreign !== undefined)
    throw new UsageError(`The setting ${foreign} means nothing to the data of ${settings.task}; leave it out.`);
  return family.collect(settings);
}

function requirePolicy({ task, policy }: TaskCollection): WalkingPolicy {
  if (policy) return policy;
  throw new UsageError(`The data of ${task} need an ant that can walk; give a walking policy.`);
}
