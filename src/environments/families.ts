/**
 * The built-in families: a new one is a folder and one line here. Their order is that of `environmentNames`.
 */
import { adroitFamily } from "./adroit/family.js";
import { antFamily } from "./ant/family.js";
import { corridorFamily } from "./corridor/family.js";
import type { Family, TaskPresets } from "./family.js";
import { gridWorldFamily } from "./gridworld/family.js";
import { kitchenFamily } from "./kitchen/family.js";
import { pickPlaceFamily } from "./pick-place/family.js";
import { pointMazeFamily } from "./pointmaze/family.js";
import { splitTask } from "./task-name.js";

export const families: readonly Family[] = [
  pointMazeFamily,
  antFamily,
  adroitFamily,
  gridWorldFamily,
  corridorFamily,
  pickPlaceFamily,
  kitchenFamily,
];

/** The family of a built-in task, whatever its options. */
export function familyOf(task: string): Family | undefined {
  const { name } = splitTask(task);
  return families.find(({ tasks }) => tasks.includes(name));
}

/** The presets of a task; undefined where it is of no family, whatever its name begins with, or the family has none for it. */
export function presetsOf(task: string): TaskPresets | undefined {
  const { name } = splitTask(task);
  return familyOf(task)?.presets.find(({ prefix }) => name.startsWith(prefix));
}
