/**
 * Every agent learns: on a task that takes seconds, from timid recordings and some hundred steps of its own, it reaches
 * the stated score for each of three seeds. The mean reward of a step is measured with the deterministic policy.
 */
import { describe, expect, it } from "vitest";
import { type AgentName, agentDefinition, agentNames } from "../agents/registry.js";
import type { TrainSettings } from "./configuration.js";
import { newFolder } from "./tiny-run.fixture.js";
import { tinyTask } from "./tiny-tasks.fixture.js";
import { train } from "./train.js";

const tasks = { continuous: tinyTask("continuous"), discrete: tinyTask("discrete") };

/** The recorded behaviour gets -0.38 and 0.10, doing nothing -0.4 and always the same 0.2. */
const SCORE = { continuous: -0.15, discrete: 0.95 };
/** Who imitates gets -0.24, the behaviour's score without its spread. */
const SCORES: Readonly<Partial<Record<AgentName, number>>> = { bc: -0.28, awac: -0.2 };

const small: TrainSettings = {
  threads: 1,
  batchSize: 64,
  discount: 0.5,
  polyakTau: 0.02,
  actorHidden: [32, 32],
  criticHidden: [32, 32],
  valueHidden: [32, 32],
  nActions: 4,
  criticSteps: 4,
  conservativeWeight: 0.1,
  actorLearningRate: 3e-3,
  criticLearningRate: 3e-3,
  valueLearningRate: 3e-3,
  temperatureLearningRate: 3e-3,
  offlineUpdates: 600,
  onlineSteps: 400,
  evaluateEverySteps: 1000,
  evaluateEveryUpdates: 1000,
};

/** Ten critics with several steps an update need fewer updates, and those are dear; online, bc would imitate itself. */
const others: Readonly<Partial<Record<AgentName, TrainSettings>>> = {
  bc: { onlineSteps: 0 },
  rlpd: { warmupSteps: 50, onlineSteps: 250 },
  wsrl: { warmupSteps: 50, offlineUpdates: 300, onlineSteps: 250 },
};

/** Those of the small settings that the run or the agent has; what is the agent's nature stays as it is. */
function settingsFor(name: AgentName): TrainSettings {
  const { settings } = agentDefinition(name);
  const run = ["threads", "offlineUpdates", "onlineSteps", "evaluateEverySteps", "evaluateEveryUpdates"];
  const known = Object.entries(small).filter(([setting]) => setting in settings.shape || run.includes(setting));
  return { ...Object.fromEntries(known), ...others[name] };
}

describe.each(agentNames)("%s", (name) => {
  const { actions } = agentDefinition(name);
  const score = SCORES[name] ?? SCORE[actions];

  it.each([0, 1, 2])(`gets more than ${score} a step with seed %i`, async (seed) => {
    const { name: task, dataset, horizon } = tasks[actions];
    const settings = { ...settingsFor(name), agent: name, task, seed };
    const { evaluations } = await train(settings, { folder: newFolder(), dataset });
    expect(evaluations[0]!.returnMean / horizon).toBeLessThan(score);
    expect(evaluations.at(-1)!.returnMean / horizon).toBeGreaterThan(score);
  });
});
