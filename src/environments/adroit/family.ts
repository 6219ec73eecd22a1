/**
 * The tasks of the Adroit hand as a family. "paper" is the Cal-QL paper's table for the binary tasks (appendix D);
 * "laptop" is chosen by trial on door-binary, see docs/results.md.
 */
import type { AdroitTaskName } from "../../data/adroit-success.js";
import type { Family, PresetValues } from "../family.js";

const adroitBinary: PresetValues = {
  // The environment clips actions itself, and people's demonstrations go beyond its bounds.
  clipActions: true,
  actorHidden: [512, 512],
  criticHidden: [512, 512, 512],
  conservativeWeight: 1,
  importanceSampling: true,
  rewardScale: 10,
  rewardShift: 5,
  failureReward: -1,
  offlineUpdates: 20_000,
  onlineSteps: 1_000_000,
  mixingRatio: 0.5,
};

/**
 * Rewards stay -1 and 0, which makes the conservative term weigh more, and it gets five times the weight: demonstrations
 * are a thin line through 28 dimensions of action. The warm-up fills the online replay with many trajectories before the
 * first online update; half of each batch from one or two of them unlearned everything within 4,000 steps.
 */
const adroitBinaryLaptop: PresetValues = {
  ...adroitBinary,
  threads: 1,
  actorHidden: [256, 256],
  criticHidden: [256, 256],
  actorLearningRate: 3e-4,
  criticLearningRate: 3e-4,
  nActions: 4,
  conservativeWeight: 5,
  rewardScale: 1,
  rewardShift: 0,
  offlineUpdates: 8_000,
  onlineSteps: 20_000,
  warmupSteps: 3_000,
  utdRatio: 0.5,
  evaluateEveryUpdates: 2_000,
  evaluateEverySteps: 2_000,
  logEveryUpdates: 200,
};

/** Numbers of their papers for Adroit; the first for rewards that are ten times those of theirs. */
const agents: Readonly<Record<string, PresetValues>> = {
  iql: { expectile: 0.8, advantageTemperature: 0.3 },
  awac: { advantageTemperature: 1 },
  rlpd: { backupEntropy: false },
};
const agentsLaptop: Readonly<Record<string, PresetValues>> = {
  iql: { expectile: 0.8, advantageTemperature: 3 },
  awac: { advantageTemperature: 0.1 },
  rlpd: { backupEntropy: false },
};

const scales = {
  paper: { preset: adroitBinary, agents },
  laptop: { preset: adroitBinaryLaptop, agents: agentsLaptop },
};

/** The paper trains the pen, whose episodes are half as long, for a fifth of the steps. */
const penScales = { ...scales, paper: { preset: { ...adroitBinary, onlineSteps: 200_000 }, agents } };

/** The tasks, by the names of their dense forms. */
export const adroitTaskNames = ["pen", "door", "relocate"] as const satisfies readonly AdroitTaskName[];

export const adroitFamily: Family = {
  tasks: adroitTaskNames.flatMap((name) => [`${name}-binary`, name]),
  async make(task, options) {
    const { makeAdroit } = await import("./adroit.js");
    const name = task.replace(/-binary$/, "") as AdroitTaskName;
    return makeAdroit(name, name === task ? "dense" : "binary", options);
  },
  presets: [
    { prefix: "pen-binary", ...penScales },
    { prefix: "door-binary", ...scales },
    { prefix: "relocate-binary", ...scales },
  ],
};
