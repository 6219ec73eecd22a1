/**
 * Masks in the agents for discrete actions: what is illegal is never chosen, never backed up and in no log-sum-exp, however
 * large its value is.
 */
import { describe, expect, it } from "vitest";
import { createBatch, type TransitionRows, vectorParts } from "../data/columns.js";
import { packEpisode } from "../data/episode.js";
import { legalPart } from "../data/legal-actions.js";
import { Replay } from "../data/replay.js";
import { toTransitions } from "../data/transitions.js";
import { RandomStream } from "../random.js";
import { snapshot, stir } from "./agent.fixture.js";
import { Agent } from "./agent.js";
import { columnsFor } from "./context.js";
import { ACTIONS, discreteBatch, discreteNames, smallDiscrete, withDiscreteAgent } from "./discrete.fixture.js";
import { PolicyFile } from "./policy-file.js";

const masked = (actions = ACTIONS, size = 3) => ({
  observationSize: size + actions,
  observations: { ...vectorParts(size), legal: legalPart(actions) },
  actionSize: 1,
  discreteActions: actions,
});

/** So many masks, in each of which one action at least is legal. */
function randomMasks(random: RandomStream, rows: number): Float32Array {
  const masks = Float32Array.from({ length: rows * ACTIONS }, () => Number(random.uniform() < 0.4));
  for (let row = 0; row < rows; row++) masks[row * ACTIONS + random.integer(ACTIONS)] = 1;
  return masks;
}

/** The same mask in each row. */
const masksOf = (mask: readonly number[], rows: number) =>
  Float32Array.from({ length: rows * mask.length }, (_, i) => mask[i % mask.length]!);

/** Adds numbers to the last layer's biases, one for each action, of every critic. */
function raise(agent: Agent, network: string, by: readonly number[]): void {
  const { definitions } = agent.declared.critics!.parameters;
  const values = agent.state(network);
  const last = definitions.findLast(({ name }) => name.endsWith("bias"))!.name.replace(/.*layer/, "layer");
  let offset = 0;
  for (const { name, initial } of definitions) {
    if (name.endsWith(last)) for (let i = 0; i < initial.length; i++) values[offset + i]! += by[i % by.length]!;
    offset += initial.length;
  }
}

/** Critics whose values are the same in every state. */
function constant(agent: Agent, values: readonly number[]): void {
  for (const network of ["critics", "targetCritics"]) {
    agent.state(network).fill(0);
    raise(agent, network, values);
  }
}

describe.each(discreteNames)("%s with masks", (name) => {
  it.each([0, 0.5, 1])("chooses legal actions alone, epsilon %d", async (explorationEpsilon) => {
    await withDiscreteAgent(
      name,
      { explorationEpsilon },
      async (agent) => {
        stir(agent);
        raise(agent, "critics", [0, 0, 0, 50]);
        const random = new RandomStream(3, "test");
        const rows = 600;
        const state = new Float32Array(3 * rows);
        random.fillNormal(state);
        const legal = randomMasks(random, rows);
        const counts = new Float64Array(ACTIONS);
        for (const deterministic of [true, false]) {
          const actions = await agent.act({ state, legal }, { deterministic });
          const wrong = actions.filter((action, row) => legal[row * ACTIONS + action] !== 1);
          expect([...wrong]).toEqual([]);
          for (const action of actions) if (!deterministic) counts[action]!++;
        }
        // Illegal in some states, the last action is the best in all: a greedy choice without the mask would go there.
        const allowed = legal.filter((flag, i) => i % ACTIONS === 3 && flag === 1).length;
        expect(allowed).toBeLessThan(rows);
        if (explorationEpsilon === 0) expect(counts[3]).toBe(allowed);
        if (explorationEpsilon === 1)
          for (const count of counts)
            expect(Math.abs(count - rows / ACTIONS)).toBeLessThan(5 * Math.sqrt(rows / ACTIONS));
      },
      masked(),
    );
  });

  it("learns the same whatever an illegal action is worth, and leaves that as it is", async () => {
    const mask = [1, 1, 1, 0];
    const learned = async (worth: number) =>
      withDiscreteAgent(
        name,
        {},
        async (agent) => {
          stir(agent);
          for (const network of ["critics", "targetCritics"]) raise(agent, network, [0, 0, 0, worth]);
          const before = snapshot(agent);
          const random = new RandomStream(4, "test");
          const { batchSize } = smallDiscrete;
          const metrics: Record<string, number>[] = [];
          for (let update = 0; update < 3; update++) {
            const batch: TransitionRows = {
              ...discreteBatch(random, batchSize, 3),
              "observations/legal": masksOf(mask, batchSize),
              "nextObservations/legal": masksOf(mask, batchSize),
            };
            metrics.push({ ...(await agent.update(batch)) });
          }
          return { metrics, before, after: snapshot(agent) };
        },
        masked(),
      );
    const [low, high] = [await learned(-30), await learned(30)];
    expect(high.metrics).toEqual(low.metrics);
    const moved = ({ before, after }: typeof low) => after.critics!.map((value, i) => value - before.critics![i]!);
    const [movedLow, movedHigh] = [moved(low), moved(high)];
    expect(movedHigh).toEqual(movedLow);
    expect(movedLow.some((change) => change !== 0)).toBe(true);
    expect(low.before.critics).not.toEqual(high.before.critics);
  });
});

it("backs up and sums over what is legal: by hand", async () => {
  const settings = { batchSize: 1, criticHidden: [4], criticCount: 2, discount: 0.5, conservativeWeight: 1 };
  const agent = await Agent.create("cql-discrete", { ...masked(), settings });
  constant(agent, [1, 2, 3, 4]);
  const { targetQMean, bellmanLoss, conservativeGap, boundRate } = await agent.update({
    observations: new Float32Array(3),
    "observations/legal": Float32Array.of(1, 1, 0, 0),
    actions: Float32Array.of(0),
    rewards: Float32Array.of(10),
    nextObservations: new Float32Array(3),
    "nextObservations/legal": Float32Array.of(1, 0, 1, 0),
    terminated: Float32Array.of(0),
    returnsToGo: Float32Array.of(2.5),
  });
  expect(targetQMean).toBeCloseTo(3, 5);
  expect(bellmanLoss).toBeCloseTo((1 - (10 + 0.5 * 3)) ** 2, 3);
  expect(conservativeGap).toBeCloseTo(Math.log(Math.E + Math.E ** 2) - 1, 5);
  // Of the two legal actions only the second has a bound, and its value, 2, is below it.
  expect(boundRate).toBe(1);
  await agent.release();
});

/**
 * A row of four cells: back, on, or jump, which is legal in the first cell alone and ends there with 1; on from the last
 * cell ends with 0.5. From every cell the best is to walk back and jump.
 */
const grid = { cells: 4, discount: 0.9 };
const legalIn = (cell: number) => Float32Array.of(1, 1, cell === 0 ? 1 : 0);
const place = (cell: number) => Float32Array.of(cell / grid.cells);

function walk(random: RandomStream, withMask: boolean) {
  let cell = random.integer(grid.cells);
  const seen = () => (withMask ? { state: place(cell), legal: legalIn(cell) } : place(cell));
  const observations = [seen()];
  const [actions, rewards]: [Float32Array[], number[]] = [[], []];
  for (;;) {
    const action = random.integer(cell === 0 ? 3 : 2);
    actions.push(Float32Array.of(action));
    const done = action === 2 || (action === 1 && cell === grid.cells - 1);
    rewards.push(action === 2 ? 1 : done ? 0.5 : 0);
    if (!done) cell = Math.max(0, cell + (action === 1 ? 1 : -1));
    observations.push(seen());
    if (done) return packEpisode(observations, actions, rewards, true);
    if (rewards.length === 20) return packEpisode(observations, actions, rewards, false);
  }
}

/** The choices in every cell, and what the critics say that they are worth, after learning from random walks. */
async function afterLearning(name: string, withMask: boolean) {
  const random = new RandomStream(9, "test");
  const sizes = withMask ? masked(3, 1) : { observationSize: 1, actionSize: 1, discreteActions: 3 };
  const settings = {
    batchSize: 64,
    criticHidden: [32, 32],
    criticLearningRate: 3e-3,
    polyakTau: 0.05,
    discount: grid.discount,
  };
  // Little enough that walks by chance are not imitated.
  const weak = name === "dqn" ? {} : { conservativeWeight: 0.1 };
  const agent = await Agent.create(name, { ...sizes, settings: { ...settings, ...weak }, seed: 1 });
  const observations = "observations" in sizes ? sizes.observations : vectorParts(1);
  const replay = new Replay({ observations, actionSize: 1, requiresReturnToGo: true });
  const episodes = Array.from({ length: 200 }, () => walk(random, withMask));
  replay.append(toTransitions(episodes, { discreteActions: 3, returns: { discount: grid.discount } }));
  const batch = createBatch(64, columnsFor(sizes));
  for (let update = 0; update < 600; update++) {
    replay.sampleInto(batch, 0, 64, random);
    await agent.update(batch.rows);
  }
  const state = Float32Array.from({ length: grid.cells }, (_, cell) => cell / grid.cells);
  const legal = Float32Array.from({ length: 3 * grid.cells }, (_, i) => legalIn(Math.floor(i / 3))[i % 3]!);
  const all = withMask ? { state, legal } : state;
  const choices = [...(await agent.act(all, { deterministic: true }))];
  const values = [...(await agent.values(all))!];
  const file = await PolicyFile.load(agent.exportPolicy(), "grid.onnx");
  const exported = [...(await file.act(all))];
  if (withMask)
    await expect(file.act({ state: place(0), legal: new Float32Array(3) })).rejects.toThrow(
      "The mask of observation 0 has no legal action; give 1 for each legal action, at least one, and 0 for the others.",
    );
  await file.release();
  await agent.release();
  return { choices, values, exported };
}

describe("a gridworld in which the best-looking action is illegal in most cells", () => {
  it("without masks the greedy choice goes there", async () => {
    const { choices } = await afterLearning("dqn", false);
    expect(choices.slice(1)).toContain(2);
  }, 60_000);

  it.each(["dqn", "cal-ql-discrete"])(
    "with masks %s walks back and jumps, in the exported file too",
    async (name) => {
      const { choices, exported, values } = await afterLearning(name, true);
      expect(choices).toEqual([2, 0, 0, 0]);
      expect(exported).toEqual(choices);
      if (name === "dqn")
        for (const [cell, value] of values.entries())
          expect(Math.abs(value - grid.discount ** cell)).toBeLessThan(0.05);
    },
    60_000,
  );
});

describe("masks that say nothing to go by", () => {
  it("are refused where somebody is to act", async () => {
    const agent = await Agent.create("dqn", { ...masked(), settings: smallDiscrete });
    const act = (legal: Float32Array) => agent.act({ state: new Float32Array(3), legal }, { deterministic: true });
    await expect(act(new Float32Array(ACTIONS))).rejects.toThrow("The mask of observation 0 has no legal action;");
    await expect(act(Float32Array.of(1, 0, 0.5, 0))).rejects.toThrow("The mask of observation 0 says 0.5 of action 2,");
    await agent.release();
  });

  it("are refused where they have not one number for each action", async () => {
    const sizes = { ...masked(), observations: { ...vectorParts(3), legal: legalPart(3) } };
    await expect(Agent.create("dqn", { ...sizes, settings: smallDiscrete })).rejects.toThrow(
      'The observations\' part "legal" is float32 [3], and as the mask of 4 actions it must be float32 [4];',
    );
  });
});
