/**
 * The limits that the file of discrete Cal-QL states: a reference of minus infinity is discrete CQL to the bit, one that
 * wins everywhere leaves only the data's action a gradient, and weight 0 or a single action is DQN.
 */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { evaluate } from "../tensor/evaluate.fixture.js";
import { gradients } from "../tensor/gradients.js";
import { state } from "../tensor/operations.js";
import { filled, snapshot, stir } from "./agent.fixture.js";
import { calQlDiscreteLosses, calQlDiscreteSettings } from "./cal-ql-discrete.js";
import { agentContext } from "./context.js";
import { ACTIONS, discreteBatch, discreteSizes, smallDiscrete, withDiscreteAgent } from "./discrete.fixture.js";
import { declareQModel } from "./q-learning.js";
import type { AgentSettings } from "./registry.js";

const BATCH = smallDiscrete.batchSize;

/** The critics and their targets after a few updates from stirred networks. */
function statesAfter(name: string, settings: AgentSettings, returnToGo?: number, discreteActions = ACTIONS) {
  const learn = withDiscreteAgent(
    name,
    settings,
    async (agent) => {
      stir(agent);
      const random = new RandomStream(5, "batches");
      for (let update = 0; update < 6; update++) {
        const batch = discreteBatch(random, BATCH, discreteActions);
        await agent.update(returnToGo === undefined ? batch : filled(batch, { returnsToGo: returnToGo }));
      }
      return { states: snapshot(agent), metrics: { ...agent.metrics } };
    },
    { discreteActions },
  );
  return learn;
}

function expectSameBits(a: Record<string, Float32Array>, b: Record<string, Float32Array>): void {
  expect(Object.keys(a)).toEqual(Object.keys(b));
  for (const [name, values] of Object.entries(a)) {
    expect(new Uint32Array(values.buffer), name).toEqual(new Uint32Array(b[name]!.buffer));
  }
}

describe("discrete Cal-QL with a reference that never wins", () => {
  it.each([
    {},
    { lagrange: true },
    { conservativeTemperature: 2, gapClip: [null, 3] },
    { criticCount: 3, criticLayerNorm: true },
  ] as AgentSettings[])("is discrete CQL to the bit: %j", async (settings) => {
    const cql = await statesAfter("cql-discrete", settings);
    for (const returnToGo of [-Infinity, -1e30, -1e4]) {
      const { states, metrics } = await statesAfter("cal-ql-discrete", settings, returnToGo);
      expect(metrics.boundRate).toBe(0);
      expectSameBits(states, cql.states);
    }
    const calibrated = await statesAfter("cal-ql-discrete", settings);
    expect(calibrated.metrics.boundRate).toBeGreaterThan(0.1);
    expect(calibrated.states.critics).not.toEqual(cql.states.critics);
  });
});

describe("discrete Cal-QL without anything to be conservative about", () => {
  it("is DQN to the bit at weight 0", async () => {
    const dqn = await statesAfter("dqn", {});
    const { states } = await statesAfter("cal-ql-discrete", { conservativeWeight: 0 });
    expectSameBits(states, dqn.states);
  });

  it("is DQN, but for rounding, with a single action, whatever the reference", async () => {
    const dqn = await statesAfter("dqn", {}, undefined, 1);
    for (const returnToGo of [-100, 100]) {
      const { states, metrics } = await statesAfter("cal-ql-discrete", {}, returnToGo, 1);
      expect(metrics.conservativeGap).toBe(0);
      for (const [i, value] of states.critics!.entries()) expect(value).toBeCloseTo(dqn.states.critics![i]!, 5);
    }
  });
});

const values = new Float32Array(BATCH * ACTIONS);
new RandomStream(3).fillNormal(values);
const batch = discreteBatch(new RandomStream(2));

/** Gradients [state][action] of a critic that is a table of values, with a weight that makes the term's mean a sum. */
async function tableGradients(returnsToGo: Float32Array) {
  const settings = { ...smallDiscrete, criticCount: 1, conservativeWeight: BATCH, discount: 0 };
  const model = declareQModel(agentContext(calQlDiscreteSettings.parse(settings), discreteSizes, 0));
  const table = state("table", [1, BATCH, ACTIONS]);
  const critics = { ...model.critics, forward: () => table };
  const { objectives } = calQlDiscreteLosses({ ...model, critics });
  const initial = { targetCritics: model.targetCritics.parameters.initial };
  const given = { ...batch, returnsToGo, ...initial, table: values } as Record<string, Float32Array>;
  const { gradient } = await evaluate({ gradient: gradients(objectives[0]!.loss, [table])[0]! }, given);
  return Array.from({ length: BATCH }, (_, i) => Array.from(gradient.slice(i * ACTIONS, (i + 1) * ACTIONS)));
}

/** 2·(Q(s, a) - r)/batch: what Bellman's error adds to the gradient of the data's action at discount 0. */
const bellman = (i: number) => (2 * (values[i * ACTIONS + batch.actions[i]!]! - batch.rewards[i]!)) / BATCH;

describe("the gradient with respect to the values of actions", () => {
  it("reaches only the data's action, with the full weight, where the reference wins", async () => {
    for (const reference of [100, 1e6]) {
      const rows = await tableGradients(new Float32Array(BATCH).fill(reference));
      rows.forEach((row, i) => {
        row.forEach((gradient, a) => {
          if (a === batch.actions[i]) expect(gradient).toBeCloseTo(bellman(i) - 1, 5);
          else expect(gradient).toBe(0);
        });
      });
    }
  });

  it("is zero for each other action below its own state's reference and for no other", async () => {
    const returnsToGo = Float32Array.from({ length: BATCH }, (_, i) => -1.5 + 0.6 * i);
    let [wins, losses] = [0, 0];
    (await tableGradients(returnsToGo)).forEach((row, i) => {
      row.forEach((gradient, a) => {
        if (a === batch.actions[i]) return;
        const below = values[i * ACTIONS + a]! < returnsToGo[i]!;
        if (below) wins++;
        else losses++;
        expect(gradient === 0).toBe(below);
        expect(gradient).toBeGreaterThanOrEqual(0);
      });
    });
    expect(Math.min(wins, losses)).toBeGreaterThan(4);
  });

  it("is the cross-entropy's under softmax of the bounded values: of the data's action never a push down", async () => {
    const reference = 0.2;
    (await tableGradients(new Float32Array(BATCH).fill(reference))).forEach((row, i) => {
      const data = batch.actions[i]!;
      const own = Array.from(values.slice(i * ACTIONS, (i + 1) * ACTIONS));
      const weights = own.map((q, a) => Math.exp(a === data ? q : Math.max(q, reference)));
      const total = weights.reduce((sum, x) => sum + x, 0);
      row.forEach((gradient, a) => {
        const share = weights[a]! / total;
        const expected = a === data ? share - 1 + bellman(i) : own[a]! > reference ? share : 0;
        expect(gradient).toBeCloseTo(expected, 5);
      });
      expect(row[data]! - bellman(i)).toBeLessThan(0);
    });
  });
});
