/**
 * The ant's tasks as a family: the mazes, whose "paper" preset is the Cal-QL paper's (appendix D), and the open plane on
 * which it learns to walk.
 */
import { UsageError } from "../../errors.js";
import type { Family, PresetValues, TaskCollection, WalkingPolicy } from "../family.js";
import { mazeAgents, mazeAgentsLaptop, sparseGoal, sparseGoalLaptop } from "../maze-presets.js";
import { type AntMazeName, antMazeCollectedTasks, antMazes } from "./tasks.js";

/**
 * Not a task of the paper: an ant learns to walk, from nothing. In its own frame (ant-frame.ts) that takes 200,000
 * steps; two updates for every four of them are enough.
 */
const antDirection: PresetValues = {
  agent: "sac",
  threads: 1,
  actorLearningRate: 3e-4,
  criticLearningRate: 3e-4,
  temperatureLearningRate: 3e-4,
  offlineUpdates: 0,
  mixingRatio: 0,
  onlineSteps: 200_000,
  utdRatio: 0.5,
  warmupSteps: 3_000,
  warmupActions: "random",
  evaluationEpisodes: 10,
  evaluateEverySteps: 20_000,
};

export const antFamily: Family = {
  tasks: [...[...antMazes.keys()].map((name) => `antmaze-${name}`), "ant-direction"],
  async make(task, options) {
    if (task === "ant-direction") return (await import("./ant-direction.js")).makeAntDirection(options);
    const { makeAntMaze } = await import("./antmaze.js");
    return makeAntMaze(task.slice("antmaze-".length) as AntMazeName, options);
  },
  presets: [
    {
      prefix: "antmaze-",
      paper: { preset: sparseGoal, agents: mazeAgents },
      laptop: { preset: sparseGoalLaptop, agents: mazeAgentsLaptop },
    },
    { prefix: "ant-direction", paper: { preset: antDirection }, laptop: { preset: antDirection } },
  ],
  data: {
    tasks: antMazeCollectedTasks,
    // A tenth of the size of D4RL's own, in a minute.
    recipe: { seed: 0, steps: 100_000 },
    settings: ["starts", "goals", "goalShare", "noise", "policy", "signal"],
    async collect(settings) {
      const policy = requirePolicy(settings);
      return (await import("./collect-antmaze.js")).collectAntMaze({ ...settings, policy });
    },
  },
};

function requirePolicy({ task, policy }: TaskCollection): WalkingPolicy {
  if (policy) return policy;
  throw new UsageError(`The data of ${task} need an ant that can walk; give a walking policy.`);
}
