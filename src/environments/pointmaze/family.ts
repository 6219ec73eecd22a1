/**
 * The point mazes as a family. The paper does not have them: "paper" is its AntMaze settings, "laptop" a difference to
 * them for minutes instead of days.
 */
import type { Family } from "../family.js";
import { mazeAgents, mazeAgentsLaptop, sparseGoal, sparseGoalLaptop } from "../maze-presets.js";
import { type PointMazeName, pointMazeTasks } from "./tasks.js";

/** Smaller still than an ant maze's; one thread is faster than two for layers of 64. */
const laptop = {
  ...sparseGoalLaptop,
  threads: 1,
  discount: 0.97,
  conservativeWeight: 10,
  actorHidden: [64, 64],
  criticHidden: [64, 64],
  valueHidden: [64, 64],
  offlineUpdates: 8_000,
  onlineSteps: 8_000,
  evaluateEveryUpdates: 1_000,
  evaluateEverySteps: 500,
  logEveryUpdates: 100,
};

export const pointMazeFamily: Family = {
  tasks: pointMazeTasks,
  async make(task, options) {
    const { makePointMaze } = await import("./pointmaze.js");
    return makePointMaze(task.slice("pointmaze-".length) as PointMazeName, options);
  },
  presets: [
    {
      prefix: "pointmaze-",
      paper: { preset: sparseGoal, agents: mazeAgents },
      laptop: { preset: laptop, agents: mazeAgentsLaptop },
    },
  ],
  data: {
    tasks: pointMazeTasks,
    // Starts everywhere; seven of ten episodes seek the task's goal.
    recipe: { goalShare: 0.7, noise: 0.7, seed: 0, steps: 50_000 },
    settings: ["starts", "goals", "goalShare", "noise", "options"],
    collect: async (settings) => (await import("./collect-pointmaze.js")).collectPointMaze(settings),
  },
};
