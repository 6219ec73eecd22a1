/**
 * Every setting of the algorithms changes what it should, by the amount it should: all metrics of an update equal those
 * of a plain double-precision computation, for each setting in turn, and the named metrics differ from the default's.
 */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { makeUpdates, randomBatch, sizes, smallSettings, snapshot, stir, withAgent } from "./agent.fixture.js";
import type { Agent } from "./agent.js";
import type { CalQlSettings } from "./cal-ql.js";
import { referenceMetrics } from "./reference-losses.fixture.js";
import type { AgentSettings } from "./registry.js";

type AgentName = "sac" | "cql" | "cal-ql";

/** Relative, or absolute below 1: float32 through two hidden layers. */
const TOLERANCE = 1e-5;

function noiseFor(settings: CalQlSettings, random: RandomStream): Record<string, Float32Array> {
  const { maxTargetBackup, targetCriticCount, criticCount } = settings;
  const { batchSize, nActions } = smallSettings;
  const one = batchSize * sizes.actionSize;
  const normal = (length: number) => {
    const values = new Float32Array(length);
    random.fillNormal(values);
    return values;
  };
  const randomActions = new Float32Array(one * nActions);
  random.fillUniform(randomActions, -1, 1);
  return {
    actor: normal(one),
    nextActions: normal(one * nActions),
    currentActions: normal(one * nActions),
    randomActions,
    targetNext: normal(maxTargetBackup ? one * nActions : one),
    ...(targetCriticCount === null ? {} : { targetCritics: firstOf(targetCriticCount, criticCount) }),
  };
}

/** The selection of the first `chosen` of `count` critics. */
function firstOf(chosen: number, count: number): Float32Array {
  return Float32Array.from({ length: chosen * count }, (_, i) => (Math.floor(i / count) === i % count ? 1 : 0));
}

/** The metrics of one update from stirred networks, and what the reference says they are. */
async function firstUpdate(algorithm: AgentName, settings: AgentSettings) {
  return withAgent(algorithm, settings, async (agent) => {
    stir(agent);
    if (agent.stateNames.includes("logAlpha")) agent.state("logAlpha").fill(-0.7);
    const resolved = agent.settings as unknown as CalQlSettings;
    const random = new RandomStream(3, "settings");
    const [batch, noise] = [randomBatch(random), noiseFor(resolved, random)];
    const given = { algorithm, settings: resolved, states: snapshot(agent), batch, noise };
    return { computed: { ...(await agent.update(batch, noise)) }, expected: referenceMetrics(given) };
  });
}

const variants: readonly (readonly [AgentName, AgentSettings, changed: readonly string[]])[] = [
  ["sac", {}, []],
  ["sac", { maxTargetBackup: true }, ["targetQMean", "critic1Loss"]],
  ["sac", { backupEntropy: true }, ["targetQMean", "critic2Loss"]],
  ["sac", { maxTargetBackup: true, backupEntropy: true }, ["targetQMean"]],
  ["sac", { discount: 0.5 }, ["bellmanLoss1"]],
  ["sac", { targetEntropy: 1.5 }, ["temperatureLoss"]],
  ["sac", { temperatureTuning: false, initialTemperature: 0.3 }, ["temperature", "actorLoss"]],
  ["sac", { logStdRange: [-1.2, -0.9] }, ["logPiMean", "actorLoss"]],
  ["sac", { criticCount: 3 }, ["targetQMean", "policyQMean"]],
  ["sac", { criticCount: 1 }, ["targetQMean", "policyQMean"]],
  ["sac", { criticLayerNorm: true }, ["q1Mean", "policyQMean"]],
  ["sac", { criticCount: 4, targetCriticCount: 2 }, ["targetQMean"]],
  ["sac", { criticCount: 3, policyObjective: "mean" }, ["actorLoss", "policyQMean"]],
  ["cql", { criticCount: 5, targetCriticCount: 1, criticLayerNorm: true, lagrange: true }, ["conservativeGap"]],
  ["cal-ql", { criticCount: 4, targetCriticCount: 2, policyObjective: "mean" }, ["conservativeGap1"]],
  ["cql", {}, []],
  ["cql", { conservativeWeight: 0.5 }, ["conservativeLoss1", "critic1Loss"]],
  ["cql", { lagrange: true }, ["conservativeLoss1"]],
  ["cql", { lagrange: true, targetActionGap: 3, initialLogAlphaPrime: -1 }, ["conservativeLoss2"]],
  ["cql", { lagrange: true, initialLogAlphaPrime: 20 }, ["conservativeLoss1"]],
  ["cql", { importanceSampling: false }, ["conservativeGap1"]],
  ["cql", { importanceSampling: false, conservativeTemperature: 0.5 }, ["conservativeGap1"]],
  ["cql", { conservativeTemperature: 3 }, ["conservativeGap2"]],
  ["cql", { gapClip: [null, 2] }, ["conservativeGap1"]],
  ["cql", { gapClip: [5, 6] }, ["conservativeGap1", "critic1Loss"]],
  ["cql", { maxTargetBackup: false }, ["targetQMean"]],
  ["cql", { criticCount: 3, lagrange: true }, ["conservativeGap"]],
  ["cal-ql", {}, []],
  ["cal-ql", { lagrange: true, importanceSampling: false }, ["conservativeGap1"]],
  ["cal-ql", { calibrationSource: "network" }, ["conservativeGap2", "conservativeLoss2"]],
  ["cal-ql", { referenceScale: 2, referenceShift: 0.5 }, ["conservativeGap1", "boundRate1Next"]],
  ["cal-ql", { calibrationSource: "network", referenceShift: 1 }, ["conservativeGap2"]],
  ["cal-ql", { nActions: 3, gapClip: [-1, 2.5], conservativeTemperature: 2 }, ["conservativeGap1"]],
];

describe("the metrics of an update", () => {
  it.each(variants)("of %s with %j are those of the formulas", async (algorithm, settings, changed) => {
    const { computed, expected } = await firstUpdate(algorithm, settings);
    const reported = Object.keys(computed).filter((name) => !name.endsWith("GradientNorm"));
    expect(reported.sort()).toEqual(Object.keys(expected).sort());
    for (const [name, value] of Object.entries(expected)) {
      const deviation = Math.abs(computed[name]! - value) / Math.max(1, Math.abs(value));
      expect(deviation, `${name} is ${computed[name]}, by the formula ${value}`).toBeLessThan(TOLERANCE);
    }
    if (changed.length === 0) return;
    const { expected: usual } = await firstUpdate(algorithm, {});
    for (const name of changed) expect(Math.abs(expected[name]! - usual[name]!), name).toBeGreaterThan(0.005);
  });
});

describe("learned multipliers", () => {
  const afterOneUpdate = (
    settings: AgentSettings,
    read: (agent: Agent) => number | undefined,
    name: AgentName = "cql",
  ) =>
    withAgent(name, settings, async (agent) => {
      stir(agent);
      await makeUpdates(agent, 1);
      return read(agent);
    });

  it("move one learning rate towards their target in the first update", async () => {
    const logAlpha = (agent: Agent) => agent.state("logAlpha")[0];
    const wanting = (targetEntropy: number) =>
      afterOneUpdate({ targetEntropy, temperatureLearningRate: 0.02 }, logAlpha, "sac");
    expect(await wanting(100)).toBeCloseTo(0.02, 5); // more entropy is wanted: a higher temperature
    expect(await wanting(-100)).toBeCloseTo(-0.02, 5);
    const logAlphaPrime = (agent: Agent) => agent.state("logAlphaPrime")[0];
    const aiming = (targetActionGap: number) =>
      afterOneUpdate({ lagrange: true, targetActionGap, lagrangeLearningRate: 0.02 }, logAlphaPrime);
    expect(await aiming(-100)).toBeCloseTo(1.02, 5); // the gap is too large: more weight
    expect(await aiming(100)).toBeCloseTo(0.98, 5);
  });

  it("are not there when they are off, and the temperature stays what it was", async () => {
    await withAgent("cql", { temperatureTuning: false, initialTemperature: 0.25 }, async (agent) => {
      expect(agent.stateNames).toEqual([
        "updates",
        ...["actor", "critics"].flatMap((name) => [
          name,
          `${name}/firstMoment`,
          `${name}/secondMoment`,
          `${name}/steps`,
        ]),
        "targetCritics",
      ]);
      await makeUpdates(agent, 5);
      expect(agent.metrics.temperature).toBeCloseTo(0.25, 6);
    });
  });
});

describe("learning rates and the targets' pace", () => {
  it("bound the first step of each network: Adam moves every number by its rate", async () => {
    const settings = { actorLearningRate: 0.01, criticLearningRate: 0.03, polyakTau: 0.1 };
    await withAgent("cal-ql", settings, async (agent) => {
      stir(agent);
      const before = snapshot(agent);
      await makeUpdates(agent, 1);
      const largestStep = (name: string) =>
        agent.state(name).reduce((largest, x, i) => Math.max(largest, Math.abs(x - before[name]![i]!)), 0);
      expect(largestStep("actor")).toBeCloseTo(0.01, 5);
      expect(largestStep("critics")).toBeCloseTo(0.03, 5);
      const [targets, critics] = [agent.state("targetCritics"), agent.state("critics")];
      targets.forEach((value, i) => {
        expect(value).toBeCloseTo(0.9 * before.targetCritics![i]! + 0.1 * critics[i]!, 6);
      });
    });
  });

  it("start the targets as copies of the critics", async () => {
    await withAgent("sac", {}, async (agent) => {
      expect(agent.state("targetCritics")).toEqual(agent.state("critics"));
    });
  });
});

describe("a fitted reference value", () => {
  it("comes to the returns of a batch that is repeated", async () => {
    const settings: AgentSettings = { calibrationSource: "network", criticLearningRate: 0.01 };
    await withAgent("cal-ql", settings, async (agent) => {
      const batch = randomBatch(new RandomStream(8));
      const first = (await agent.update(batch)).valueLoss!;
      for (let i = 0; i < 300; i++) await agent.update(batch);
      expect(first).toBeGreaterThan(0.3);
      expect(agent.metrics.valueLoss).toBeLessThan(0.02);
    });
  });
});
