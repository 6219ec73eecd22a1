/**
 * Every agent and every method learns: on a task that takes seconds, from timid recordings and some hundred steps of its
 * own, it reaches the stated score for each of three seeds. Who begins from scratch begins from scratch here as well.
 * The mean reward of a step is measured with the deterministic policy.
 */
import { describe, expect, it } from "vitest";
import { agentDefinition, builtInAgents } from "../agents/registry.js";
import type { TrainSettings } from "../settings/configuration.js";
import { methods, withMethod } from "../settings/methods.js";
import { newFolder, train } from "./tiny-run.fixture.js";
import { tinyTask } from "./tiny-tasks.fixture.js";

const tasks = { continuous: tinyTask("continuous"), discrete: tinyTask("discrete") };
const names = [...new Set([...builtInAgents, ...Object.keys(methods)])];

/** The recorded behaviour gets -0.38 and 0.10, doing nothing -0.4 and always the same 0.2. */
const SCORE = { continuous: -0.15, discrete: 0.95 };
/** Who imitates gets -0.24, the behaviour's score without its spread. */
const SCORES: Readonly<Record<string, number>> = { bc: -0.28, awac: -0.2 };

/** Small networks that learn fast; the run's length. */
const small: TrainSettings = {
  batchSize: 64,
  discount: 0.5,
  polyakTau: 0.02,
  actorHidden: [32, 32],
  criticHidden: [32, 32],
  valueHidden: [32, 32],
  nActions: 4,
  conservativeWeight: 0.1,
  actorLearningRate: 3e-3,
  criticLearningRate: 3e-3,
  valueLearningRate: 3e-3,
  temperatureLearningRate: 3e-3,
};
const run: TrainSettings = {
  threads: 1,
  offlineUpdates: 600,
  onlineSteps: 500,
  evaluateEverySteps: 1000,
  evaluateEveryUpdates: 1000,
};
/** Several critic steps on ten critics need fewer updates, and those are dear; rewards here are below 1. */
const others: Readonly<Record<string, TrainSettings>> = {
  rlpd: { onlineSteps: 250 },
  wsrl: { offlineUpdates: 300, onlineSteps: 250 },
  awac: { advantageTemperature: 0.3 },
};

/** The settings that the name's agents have; what makes a method this method stays as it is. */
function settingsFor(name: string): TrainSettings {
  const { agent = name, onlineAgent } = withMethod({ agent: name });
  const shapes = [agent, onlineAgent ?? agent].map((one) => agentDefinition(one).settings.shape);
  const known = Object.entries(small).filter(([setting]) => shapes.some((shape) => setting in shape));
  const own = Object.keys(methods[name]?.settings ?? {});
  const common = Object.entries({ ...run, ...others[name], ...Object.fromEntries(known) });
  return Object.fromEntries(common.filter(([setting]) => !own.includes(setting)));
}

describe.each(names)("%s", (name) => {
  const { actions } = agentDefinition(withMethod({ agent: name }).agent ?? name);
  const score = SCORES[name] ?? SCORE[actions];

  it.each([0, 1, 2])(`gets more than ${score} a step with seed %i`, async (seed) => {
    const { name: task, dataset, horizon } = tasks[actions];
    const settings = { ...settingsFor(name), agent: name, task, seed };
    const { evaluations } = await train(settings, { folder: newFolder(), dataset });
    expect(evaluations[0]!.returnMean / horizon).toBeLessThan(score);
    expect(evaluations.at(-1)!.returnMean / horizon).toBeGreaterThan(score);
  });
});
