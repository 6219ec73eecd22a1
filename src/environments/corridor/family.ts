/**
 * The corridor with an exit as a family. The paper does not have it: both presets are the same small ones, with the
 * paper's conservative term, and rewards as the task has them.
 */
import type { Family, PresetValues } from "../family.js";

const tasks = ["corridor-exit"];

const preset: PresetValues = {
  threads: 1,
  discount: 0.97,
  conservativeWeight: 5,
  lagrange: false,
  importanceSampling: true,
  nActions: 4,
  batchSize: 128,
  polyakTau: 0.02,
  actorHidden: [64, 64],
  criticHidden: [64, 64],
  valueHidden: [64, 64],
  actorLearningRate: 3e-4,
  criticLearningRate: 1e-3,
  valueLearningRate: 1e-3,
  initialTemperature: 0.3,
  temperatureLearningRate: 1e-3,
  mixingRatio: 0,
  offlineUpdates: 5_000,
  onlineSteps: 2_000,
  evaluateEveryUpdates: 1_000,
  evaluateEverySteps: 100,
  logEveryUpdates: 100,
};

export const corridorFamily: Family = {
  tasks,
  async make(task, options) {
    const { makeCorridor } = await import("./corridor.js");
    return makeCorridor(task, options);
  },
  presets: [{ prefix: "corridor-", paper: { preset }, laptop: { preset } }],
  data: {
    tasks,
    recipe: { noise: 0.05, seed: 0, steps: 4_000 },
    settings: ["noise", "options"],
    collect: async (settings) => (await import("./collect-corridor.js")).collectCorridor(settings),
  },
};
