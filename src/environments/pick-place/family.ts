/**
 * Pick and place as a family, from a state and from pictures. "paper" has COG's numbers (Singh et al. 2020, with which the
 * Cal-QL paper trained its pictures); "laptop" is sized for two cores (docs/results.md).
 */
import type { Family, PresetValues } from "../family.js";

const tasks = ["pick-place", "pick-place-image"];

const paper: PresetValues = {
  discount: 0.99,
  actorHidden: [256, 256, 256],
  criticHidden: [1024, 512, 256],
  actorLearningRate: 1e-4,
  criticLearningRate: 3e-4,
  batchSize: 256,
  conservativeWeight: 0.5,
  importanceSampling: true,
  mixingRatio: 0.5,
  offlineUpdates: 200_000,
  onlineSteps: 200_000,
};

const laptop: PresetValues = {
  ...paper,
  threads: 1,
  normaliseObservations: true, // a hand's width is a few hundredths of a metre
  discount: 0.97,
  actorHidden: [128, 128],
  criticHidden: [128, 128],
  valueHidden: [128, 128],
  actorLearningRate: 1e-3, // with less the rare moments at which the hand closes are not learned in so few updates
  criticLearningRate: 1e-3,
  valueLearningRate: 1e-3,
  polyakTau: 0.01,
  nActions: 4,
  batchSize: 128,
  conservativeWeight: 0.2, // with 1 the policy hardly leaves the data's actions, and never places
  failureReward: -1,
  offlineUpdates: 12_000,
  onlineSteps: 6_000,
  warmupSteps: 800,
  evaluateEveryUpdates: 3_000,
  evaluateEverySteps: 1_000,
  logEveryUpdates: 200,
  replayMemory: 1024, // 2,000 episodes of pictures are about 400 MiB, and what is collected comes to them
};

export const pickPlaceFamily: Family = {
  tasks,
  async make(task, options) {
    const { makePickPlace } = await import("./pick-place.js");
    const state = makePickPlace(task, options);
    if (task === "pick-place") return state;
    const { PickPlaceImageEnvironment } = await import("./pick-place-image.js");
    return new PickPlaceImageEnvironment(task, state);
  },
  presets: [{ prefix: "pick-place", paper: { preset: paper }, laptop: { preset: laptop } }],
  data: {
    tasks,
    pictures: ["pick-place-image"],
    recipe: { noise: 0.1, seed: 0, episodes: 2_000 },
    settings: ["noise", "options"],
    collect: async (settings) => (await import("./collect-pick-place.js")).collectPickPlace(settings),
  },
};
