/**
 * Learned values against exact ones, in gridworlds seen one-hot: DQN finds those of value iteration, and after narrow
 * data discrete CQL falls below the values of the policy that collected where discrete Cal-QL does not.
 */

import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { createBatch, transitionColumns, vectorParts } from "../data/columns.js";
import { Replay } from "../data/replay.js";
import { toTransitions } from "../data/transitions.js";
import { collectGridWorld, gridBehaviour, gridModelOf } from "../environments/gridworld/collect-gridworld.js";
import type { GridModel } from "../environments/gridworld/gridworld-dynamics.js";
import { optimalValues, policyValues } from "../environments/gridworld/gridworld-values.js";
import { RandomStream } from "../random.js";
import type { Agent, AgentBatch } from "./agent.js";
import { ACTIONS, withDiscreteAgent } from "./discrete.fixture.js";
import type { AgentSettings } from "./registry.js";

const scale = { discount: 0.97, rewardScale: 10, rewardShift: -5 };

/** Every state but the goal, in which nothing is chosen. */
function livingStates({ states, layout }: GridModel): number[] {
  return Array.from({ length: states }, (_, state) => state).filter((state) => state !== layout.goal);
}

function oneHot(states: readonly number[], size: number): Float32Array {
  const rows = new Float32Array(states.length * size);
  states.forEach((state, i) => {
    rows[i * size + state] = 1;
  });
  return rows;
}

/** Every action in every state with all that may follow, each as often in ten as it is likely. */
function wholeTable(model: GridModel): AgentBatch {
  const rows = livingStates(model).flatMap((state) =>
    model.outcomes[state]!.flatMap((outcomes, action) =>
      outcomes.flatMap((outcome) => {
        const copies = outcomes.length === 1 ? 1 : Math.round(10 * outcome.probability);
        return Array.from({ length: copies }, () => ({ state, action, outcome }));
      }),
    ),
  );
  return {
    observations: oneHot(
      rows.map(({ state }) => state),
      model.states,
    ),
    nextObservations: oneHot(
      rows.map(({ outcome }) => outcome.state),
      model.states,
    ),
    actions: Float32Array.from(rows, ({ action }) => action),
    rewards: Float32Array.from(rows, ({ outcome }) => scale.rewardScale * outcome.reward + scale.rewardShift),
    terminated: Float32Array.from(rows, ({ outcome }) => Number(outcome.terminated)),
    returnsToGo: new Float32Array(rows.length),
  };
}

/** The exported policy's values [state][action] and choices [state]. */
async function learned(agent: Agent, { states }: GridModel) {
  const session = await InferenceSession.create(agent.exportPolicy(), { logSeverityLevel: 3 });
  const all = Array.from({ length: states }, (_, state) => state);
  const observations = new Tensor("float32", oneHot(all, states), [states, states]);
  const { values, actions } = await session.run({ observations });
  await session.release();
  expect([values!.dims, actions!.dims]).toEqual([
    [states, ACTIONS],
    [states, 1],
  ]);
  const rowOf = (state: number) => [...(values!.data as Float32Array).slice(state * ACTIONS, (state + 1) * ACTIONS)];
  return { values: all.map(rowOf), actions: [...(actions!.data as Float32Array)] };
}

function withGridAgent<T>(name: string, model: GridModel, settings: AgentSettings, use: (agent: Agent) => Promise<T>) {
  const sizes = { observationSize: model.states, actionSize: 1, discreteActions: ACTIONS };
  return withDiscreteAgent(name, { discount: scale.discount, ...settings }, use, sizes);
}

describe("DQN on a whole table", () => {
  it.each([
    ["gridworld-four-rooms", 0],
    ["gridworld-cliff", 0.1],
  ])("finds the values of value iteration: %s, slip %d", async (task, slip) => {
    const model = gridModelOf(task, slip);
    const batch = wholeTable(model);
    const exact = optimalValues(model, scale);
    const settings = { batchSize: batch.rewards.length, criticHidden: [64], criticLearningRate: 3e-3, polyakTau: 0.05 };
    await withGridAgent("dqn", model, settings, async (agent) => {
      for (let update = 0; update < 4000; update++) await agent.update(batch);
      const { values, actions } = await learned(agent, model);
      const living = livingStates(model);
      const exactOf = (state: number, action: number) => exact.actionValues[state * ACTIONS + action]!;
      const span = 5 - Math.min(...exact.values);
      expect(span).toBeGreaterThan(60);
      for (const state of living) {
        values[state]!.forEach((value, action) => {
          expect(Math.abs(value - exactOf(state, action))).toBeLessThan(0.005 * span);
        });
        expect(exactOf(state, actions[state]!)).toBeGreaterThan(exact.values[state]! - 0.01 * span);
      }
    });
  });
});

describe("conservative values after data of one policy that knows the way", async () => {
  const task = "gridworld-four-rooms";
  const model = gridModelOf(task);
  const data = await collectGridWorld({ task, noise: 0, seed: 0, steps: 20_000 });
  const behaviour = policyValues(model, gridBehaviour(model, 0), scale);

  /** How far the best action of each state, and every action, stands above V^mu of the state. */
  async function marginsOf(name: string) {
    const settings = { batchSize: 256, criticHidden: [64, 64], criticLearningRate: 1e-3, polyakTau: 0.02 };
    return withGridAgent(name, model, { ...settings, conservativeWeight: 5 }, async (agent) => {
      const replay = new Replay({ observations: vectorParts(model.states), actionSize: 1, requiresReturnToGo: true });
      const returns = { discount: scale.discount };
      replay.append(toTransitions(data.episodes, { ...scale, discreteActions: ACTIONS, returns }));
      const batch = createBatch(256, transitionColumns(vectorParts(model.states), 1));
      const random = new RandomStream(0, "sampling");
      for (let update = 0; update < 3000; update++) {
        replay.sampleInto(batch, 0, 256, random);
        await agent.update(batch.rows);
      }
      const { values } = await learned(agent, model);
      const margins = livingStates(model).map((state) => values[state]!.map((q) => q - behaviour.values[state]!));
      return { best: margins.map((row) => Math.max(...row)), all: margins.flat() };
    });
  }

  const shortfall = (margins: readonly number[]) =>
    margins.reduce((total, margin) => total + Math.max(-margin, 0), 0) / margins.length;

  it("fall below the policy's own with CQL, and not with Cal-QL", async () => {
    const [cql, calQl] = [await marginsOf("cql-discrete"), await marginsOf("cal-ql-discrete")];
    expect(cql.best.filter((margin) => margin < 0).length).toBeGreaterThan(20); // of 103 states
    expect(Math.min(...calQl.best)).toBeGreaterThan(0);
    // Actions that the data never took: CQL lowers them without end, Cal-QL to about the lowest return of the state.
    expect(shortfall(cql.all)).toBeGreaterThan(6);
    expect(shortfall(calQl.all)).toBeLessThan(3);
  });
});
