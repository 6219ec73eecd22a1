/**
 * The gridworlds as a family. The paper has no discrete actions: "paper" is its AntMaze settings with the agent for a
 * choice among a few.
 */
import type { Family, PresetValues } from "../family.js";
import { sparseGoal } from "../maze-presets.js";
import { type GridName, gridTasks } from "./gridworld-layouts.js";

const paper: PresetValues = { ...sparseGoal, agent: "cal-ql-discrete" };

/** Chosen by trial on both gridworlds: within the offline updates, in seconds, every episode finds the goal. */
const laptop: PresetValues = {
  ...paper,
  threads: 1,
  discount: 0.97,
  lagrange: false,
  criticHidden: [64, 64],
  criticLearningRate: 1e-3,
  polyakTau: 0.02,
  offlineUpdates: 2_000,
  onlineSteps: 4_000,
  evaluateEveryUpdates: 250,
  evaluateEverySteps: 500,
  logEveryUpdates: 100,
};

export const gridWorldFamily: Family = {
  tasks: gridTasks,
  async make(task, options) {
    const { makeGridWorld } = await import("./gridworld.js");
    return makeGridWorld(task.slice("gridworld-".length) as GridName, options);
  },
  presets: [{ prefix: "gridworld-", paper: { preset: paper }, laptop: { preset: laptop } }],
  data: {
    tasks: gridTasks,
    // Starts everywhere; every other step is drawn at random.
    recipe: { noise: 0.5, seed: 0, steps: 20_000 },
    settings: ["starts", "noise"],
    collect: async (settings) => (await import("./collect-gridworld.js")).collectGridWorld(settings),
  },
};
