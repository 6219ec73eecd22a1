/**
 * The kitchen tasks as a family. "paper" has the numbers of the Cal-QL paper's kitchen and of WSRL's runs, for rewards that
 * count what is complete: train on `kitchen-mixed?rewards=satisfied`, so that online rewards are those of the data. "laptop"
 * is the same in small, and not tuned.
 */
import type { Family, PresetValues } from "../family.js";
import { type KitchenTaskName, taskElements } from "./elements.js";
import { kitchenRecipes } from "./recipe.js";

const paper: PresetValues = {
  clipActions: true,
  actorHidden: [512, 512, 512],
  criticHidden: [512, 512, 512],
  valueHidden: [512, 512, 512],
  conservativeWeight: 5,
  importanceSampling: false,
  mixingRatio: 0.25,
  rewardShift: -4,
  offlineUpdates: 250_000,
  onlineSteps: 1_000_000,
};

const laptop: PresetValues = {
  ...paper,
  threads: 1,
  actorHidden: [256, 256],
  criticHidden: [256, 256],
  valueHidden: [256, 256],
  actorLearningRate: 3e-4,
  criticLearningRate: 3e-4,
  nActions: 4,
  offlineUpdates: 20_000,
  onlineSteps: 20_000,
  warmupSteps: 2_000,
  utdRatio: 0.5,
  evaluationEpisodes: 10,
  evaluateEveryUpdates: 5_000,
  evaluateEverySteps: 5_000,
  logEveryUpdates: 200,
};

const tasks = Object.keys(taskElements);

export const kitchenFamily: Family = {
  tasks,
  async make(task, options) {
    const { makeKitchen } = await import("./kitchen.js");
    return makeKitchen(task as KitchenTaskName, options);
  },
  presets: [{ prefix: "kitchen-", paper: { preset: paper }, laptop: { preset: laptop } }],
  data: {
    tasks,
    recipe: (task) => kitchenRecipes[task as KitchenTaskName],
    settings: ["noise", "options", "signal"],
    collect: async (settings) => (await import("./collect-kitchen.js")).collectKitchen(settings),
    player: async (settings) => new (await import("./collect-kitchen.js")).KitchenPlayer(settings),
  },
};
