/**
 * All metrics of an update of the agents for discrete actions, for each setting in turn, equal those of a computation in
 * double precision, one state at a time, written from the formulas with none of the tensor language.
 */

import { describe, expect, it } from "vitest";
import type { VectorRows } from "../data/columns.js";
import { perceptron, unstackedNumbers } from "../networks/perceptron.fixture.js";
import { RandomStream } from "../random.js";
import { filled, snapshot, stir } from "./agent.fixture.js";

import type { CalQlDiscreteSettings } from "./cal-ql-discrete.js";
import { ACTIONS, type DiscreteName, discreteBatch, discreteSizes, withDiscreteAgent } from "./discrete.fixture.js";
import type { AgentSettings } from "./registry.js";

/** Relative, or absolute below 1: float32 through two hidden layers. */
const TOLERANCE = 1e-5;

interface Given {
  readonly name: DiscreteName;
  readonly settings: CalQlDiscreteSettings;
  readonly states: Readonly<Record<string, Float32Array>>;
  readonly batch: VectorRows;
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const mean = (values: readonly number[]) => values.reduce((total, x) => total + x, 0) / values.length;
const best = (values: readonly number[]) => values.indexOf(Math.max(...values));

/** [critic][state][action] */
function valuesOf({ settings, states }: Given, name: string, observations: Float32Array): number[][][] {
  const { observationSize } = discreteSizes;
  const layers = [observationSize, ...settings.criticHidden, ACTIONS];
  const rows = range(settings.batchSize).map((i) => [...observations.slice(i * observationSize).slice(0, 3)]);
  const [count, layerNorm] = [settings.criticCount, settings.criticLayerNorm];
  return range(count).map((k) => {
    const own = unstackedNumbers(states[name]!, layers, { count, k }, { layerNorm });
    return perceptron(own, layers, rows, { layerNorm });
  });
}

/** The means of the critics: [state][action]. */
function meansOf(values: readonly number[][][]): number[][] {
  return values[0]!.map((row, i) => row.map((_, a) => mean(values.map((critic) => critic[i]![a]!))));
}

function referenceOf({ settings, states, batch }: Given): number[] {
  const returns = [...batch.returnsToGo];
  if (settings.calibrationSource !== "network") return returns;
  const rows = range(settings.batchSize).map((i) => [...batch.observations.slice(3 * i, 3 * i + 3)]);
  return perceptron(states.value!, [3, ...settings.criticHidden, 1], rows).map(([value]) => value!);
}

/** The conservative gap and the share of bounded values below the reference, over a critic's values [state][action]. */
function conservative({ name, settings, batch }: Given, values: readonly number[][], references: readonly number[]) {
  const { conservativeTemperature: temperature, gapClip } = settings;
  const gaps = values.map((row, i) => {
    const data = batch.actions[i]!;
    const entered = row.map((q, a) => (name === "cal-ql-discrete" && a !== data ? Math.max(q, references[i]!) : q));
    const soft = temperature * Math.log(entered.reduce((total, x) => total + Math.exp(x / temperature), 0));
    return Math.min(Math.max(soft - row[data]!, gapClip[0] ?? -Infinity), gapClip[1] ?? Infinity);
  });
  const others = values.flatMap((row, i) =>
    row.flatMap((q, a) => (a === batch.actions[i] ? [] : [q < references[i]!])),
  );
  return { gap: mean(gaps), boundRate: mean(others.map(Number)) };
}

function referenceMetrics(given: Given): Record<string, number> {
  const { name, settings, batch, states } = given;
  const values = valuesOf(given, "critics", batch.observations);
  const greedy = meansOf(values).map((row) => Math.max(...row));
  const nextActions = meansOf(valuesOf(given, "critics", batch.nextObservations)).map(best);
  const nextValues = valuesOf(given, "targetCritics", batch.nextObservations);
  const backups = nextActions.map((a, i) => Math.min(...nextValues.map((critic) => critic[i]![a]!)));
  const targets = backups.map((v, i) => batch.rewards[i]! + (1 - batch.terminated[i]!) * settings.discount * v);
  const metrics: Record<string, number> = {
    targetQMean: mean(backups),
    policyQMean: mean(greedy),
    returnToGoMean: mean([...batch.returnsToGo]),
    shareBelowReturn: mean(greedy.map((q, i) => Number(q < batch.returnsToGo[i]!))),
  };
  const references = referenceOf(given);
  const fitted = settings.calibrationSource === "network";
  if (fitted) metrics.valueLoss = mean(references.map((v, i) => (v - batch.returnsToGo[i]!) ** 2));
  const alphaPrime = settings.lagrange ? Math.exp(states.logAlphaPrime![0]!) : 1;
  values.forEach((critic, k) => {
    const data = critic.map((row, i) => row[batch.actions[i]!]!);
    metrics[`q${k + 1}Mean`] = mean(data);
    metrics[`bellmanLoss${k + 1}`] = mean(data.map((q, i) => (q - targets[i]!) ** 2));
    metrics[`critic${k + 1}Loss`] = metrics[`bellmanLoss${k + 1}`]!;
    if (name === "dqn") return;
    const { gap, boundRate } = conservative(given, critic, references);
    const loss = settings.conservativeWeight * alphaPrime * (gap - (settings.lagrange ? settings.targetActionGap : 0));
    Object.assign(metrics, { [`conservativeGap${k + 1}`]: gap, [`boundRate${k + 1}`]: boundRate });
    metrics[`conservativeLoss${k + 1}`] = loss;
    metrics[`critic${k + 1}Loss`]! += loss;
  });
  const average = (pattern: string) =>
    mean(range(settings.criticCount).map((k) => metrics[pattern.replace("#", `${k + 1}`)]!));
  Object.assign(metrics, { criticLoss: average("critic#Loss"), bellmanLoss: average("bellmanLoss#") });
  metrics.dataQMean = average("q#Mean");
  if (name === "dqn") return metrics;
  metrics.actionGap = actionGap(given, values);
  for (const each of ["conservativeGap", "conservativeLoss", "boundRate"]) metrics[each] = average(`${each}#`);
  return settings.lagrange ? { ...metrics, alphaPrime, alphaPrimeLoss: -metrics.conservativeLoss! } : metrics;
}

/** How much the smallest value of the data's action exceeds that of the best by the mean of the critics. */
function actionGap({ batch }: Given, values: readonly number[][][]): number {
  const smallest = (i: number, a: number) => Math.min(...values.map((critic) => critic[i]![a]!));
  return mean(meansOf(values).map((row, i) => smallest(i, batch.actions[i]!) - smallest(i, best(row))));
}

/** The metrics of one update from stirred networks, and what the reference says they are. */
async function firstUpdate(name: DiscreteName, settings: AgentSettings) {
  return withDiscreteAgent(name, settings, async (agent) => {
    stir(agent);
    const batch = discreteBatch(new RandomStream(3, "losses"));
    const resolved = agent.settings as unknown as CalQlDiscreteSettings;
    const given = { name, settings: resolved, states: snapshot(agent), batch };
    return { computed: { ...(await agent.update(batch)) }, expected: referenceMetrics(given) };
  });
}

const variants: readonly (readonly [DiscreteName, AgentSettings, changed: readonly string[]])[] = [
  ["dqn", {}, []],
  ["dqn", { discount: 0.5 }, ["bellmanLoss1"]],
  ["dqn", { criticCount: 3 }, ["targetQMean", "policyQMean"]],
  ["dqn", { criticCount: 1 }, ["targetQMean", "policyQMean"]],
  ["dqn", { criticLayerNorm: true }, ["q1Mean"]],
  ["cql-discrete", {}, []],
  ["cql-discrete", { conservativeWeight: 0.5 }, ["conservativeLoss1", "critic1Loss"]],
  ["cql-discrete", { conservativeTemperature: 3 }, ["conservativeGap1"]],
  ["cql-discrete", { lagrange: true }, ["conservativeLoss1"]],
  ["cql-discrete", { lagrange: true, targetActionGap: 3, initialLogAlphaPrime: -1 }, ["conservativeLoss2"]],
  ["cql-discrete", { gapClip: [null, 1] }, ["conservativeGap1"]],
  ["cql-discrete", { criticCount: 1 }, ["actionGap"]],
  ["cal-ql-discrete", {}, []],
  ["cal-ql-discrete", { conservativeTemperature: 0.5, gapClip: [0.5, 2] }, ["conservativeGap1"]],
  ["cal-ql-discrete", { calibrationSource: "network" }, ["conservativeGap1", "boundRate1"]],
  ["cal-ql-discrete", { lagrange: true, criticCount: 3 }, ["conservativeGap"]],
];

describe("the metrics of an update with discrete actions", () => {
  it.each(variants)("of %s with %j are those of the formulas", async (name, settings, changed) => {
    const { computed, expected } = await firstUpdate(name, settings);
    const reported = Object.keys(computed).filter((metric) => !metric.endsWith("GradientNorm"));
    expect(reported.sort()).toEqual(Object.keys(expected).sort());
    for (const [metric, value] of Object.entries(expected)) {
      const deviation = Math.abs(computed[metric]! - value) / Math.max(1, Math.abs(value));
      expect(deviation, `${metric} is ${computed[metric]}, by the formula ${value}`).toBeLessThan(TOLERANCE);
    }
    if (changed.length === 0) return;
    const { expected: usual } = await firstUpdate(name, {});
    for (const metric of changed) expect(Math.abs(expected[metric]! - usual[metric]!), metric).toBeGreaterThan(0.005);
  });

  it("differ between the three by the conservative term and by the bound alone", async () => {
    const [dqn, cql, calQl] = await Promise.all(
      (["dqn", "cql-discrete", "cal-ql-discrete"] as const).map(async (name) => (await firstUpdate(name, {})).computed),
    );
    expect(cql!.bellmanLoss).toBe(dqn!.bellmanLoss);
    expect(calQl!.bellmanLoss).toBe(dqn!.bellmanLoss);
    expect(calQl!.boundRate).toBe(cql!.boundRate);
    expect(calQl!.boundRate).toBeGreaterThan(0.2);
    expect(calQl!.conservativeGap).toBeGreaterThan(cql!.conservativeGap! + 0.05);
  });
});

describe("the action gap with discrete actions", () => {
  /** Of critics that give every state these values, after one update on a batch in which the data took one action. */
  async function gapOf(name: DiscreteName, critics: readonly (readonly number[])[], action: number) {
    return withDiscreteAgent(name, { criticCount: critics.length }, async (agent) => {
      const numbers = agent.state("critics");
      numbers.fill(0);
      numbers.set(critics.flat(), numbers.length - critics.length * ACTIONS); // the last layer's biases
      const { actionGap } = await agent.update(filled(discreteBatch(new RandomStream(3, "gap")), { actions: action }));
      return actionGap;
    });
  }

  it.each([
    ["is 0 where the data took the best action", 0, 0],
    ["is what the best action is worth above the data's", 1, -2],
    ["is so for the worst action as well", 3, -5],
  ])("of one critic %s", async (_, action, gap) => {
    for (const name of ["cql-discrete", "cal-ql-discrete"] as const)
      expect(await gapOf(name, [[3, 1, 2, -2]], action)).toBeCloseTo(gap, 5);
  });

  it("of two critics is above 0 where the smaller value of the best action by their mean is below that of the data's", async () => {
    // Means 3 and 2: the first action is the best; smaller values 0 and 1.5.
    const critics = [
      [0, 1.5, -1, -1],
      [6, 2.5, -1, -1],
    ];
    expect(await gapOf("cql-discrete", critics, 1)).toBeCloseTo(1.5, 5);
    expect(await gapOf("cql-discrete", critics, 2)).toBeCloseTo(-1, 5);
  });

  it("is none of DQN, which pushes no action down", async () => {
    expect(await gapOf("dqn", [[3, 1, 2, -2]], 1)).toBeUndefined();
  });
});
