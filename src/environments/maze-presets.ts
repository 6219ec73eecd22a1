/**
 * What training in a task with a sparse reward at a goal starts from: the Cal-QL paper's settings for AntMaze (appendix
 * D). The families that share them add their differences.
 */
import type { PresetValues } from "./family.js";

export const sparseGoal: PresetValues = {
  actorHidden: [256, 256],
  criticHidden: [256, 256, 256, 256],
  conservativeWeight: 5,
  lagrange: true,
  targetActionGap: 0.8,
  importanceSampling: true,
  rewardScale: 10,
  rewardShift: -5,
  failureReward: 0,
  offlineUpdates: 1_000_000,
  onlineSteps: 1_000_000,
  mixingRatio: 0.5,
};

/**
 * Chosen by trial on antmaze-umaze and pointmaze-umaze: with the paper's rates a critic needs far more updates than a
 * laptop makes in minutes to come down to the scale of the returns (-5 / (1 - .99)).
 */
export const sparseGoalLaptop: PresetValues = {
  ...sparseGoal,
  polyakTau: 0.02,
  lagrange: false,
  actorHidden: [128, 128],
  criticHidden: [128, 128],
  nActions: 4,
  actorLearningRate: 1e-3,
  criticLearningRate: 1e-3,
  valueHidden: [128, 128],
  valueLearningRate: 1e-3,
  offlineUpdates: 40_000,
  onlineSteps: 40_000,
  evaluateEveryUpdates: 10_000,
  evaluateEverySteps: 5_000,
  logEveryUpdates: 200,
};

/**
 * What the mazes' presets say differently for some agents: numbers of their papers for AntMaze, on rewards that are ten
 * times those of theirs (10·r - 5 where IQL has r - 1). Networks are the same for all, so that they can be compared.
 */
export const mazeAgents: Readonly<Record<string, PresetValues>> = {
  iql: { expectile: 0.9, advantageTemperature: 1 },
  awac: { advantageTemperature: 1 },
  rlpd: { targetCriticCount: 1, backupEntropy: false },
};

/** With 20 critic steps an update, a target that moves fast has arrived before the policy has learned. */
export const mazeAgentsLaptop = { ...mazeAgents, rlpd: { ...mazeAgents.rlpd, polyakTau: 0.005 } };
