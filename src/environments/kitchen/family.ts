/**
 * The kitchen tasks as a family.
 */
import type { Family } from "../family.js";
import { type KitchenTaskName, taskElements } from "./elements.js";

export const kitchenFamily: Family = {
  tasks: Object.keys(taskElements),
  async make(task, options) {
    const { makeKitchen } = await import("./kitchen.js");
    return makeKitchen(task as KitchenTaskName, options);
  },
  presets: [],
};
