/** What an update draws by itself: random actions over the whole box, standard-normal noise, fresh in every update. */
import { describe, expect, it } from "vitest";
import { stackedNumbers } from "../networks/perceptron.fixture.js";
import { RandomStream } from "../random.js";
import { filled, randomBatch, sizes, withAgent } from "./agent.fixture.js";
import type { Agent } from "./agent.js";
import { fillNoise } from "./noise.js";

const STATES = 512;
const STEEPNESS = 20;
const settings = { batchSize: STATES, nActions: 10, criticHidden: [1], importanceSampling: false };
const batch = filled(randomBatch(new RandomStream(1), STATES), { actions: 0 });

/** A policy that always acts 0, and critics Q(s, a) = 20·max(0, sign·a_i). */
function prepare(agent: Agent, dimension: number, sign: number): void {
  agent.state("actor").fill(0);
  agent.state("actor")[agent.state("actor").length - 1] = -20; // log-std
  const critic = new Float32Array(sizes.observationSize + sizes.actionSize + 3); // kernel, bias, kernel, bias
  critic[sizes.observationSize + dimension] = sign;
  critic[critic.length - 2] = STEEPNESS;
  const layers = [sizes.observationSize + sizes.actionSize, 1, 1];
  agent.state("critics").set(stackedNumbers([critic, critic], layers));
}

describe("an update's own noise", () => {
  it("has random actions on both sides of zero, up to the box's edges, in every dimension", async () => {
    await withAgent("cql", settings, async (agent) => {
      for (const dimension of [0, 1]) {
        for (const sign of [-1, 1]) {
          prepare(agent, dimension, sign);
          await agent.update(batch);
          // The best of 10 uniform actions is 9/11 of the way to the edge on average, and its value rules the gap.
          const gap = agent.metrics.conservativeGap1!;
          expect(gap).toBeGreaterThan(0.75 * STEEPNESS);
          expect(gap).toBeLessThan(0.9 * STEEPNESS);
        }
      }
    });
  });

  it("is standard normal for the policy, and other noise in the next update", async () => {
    await withAgent("cql", settings, async (agent) => {
      const seen = new Set<number>();
      for (let i = 0; i < 4; i++) {
        prepare(agent, 0, 1);
        await agent.update(batch);
        // log pi of an action at 0 with log-std -20: the mean of -z^2/2 over the draws is -1/2 a dimension.
        const halfSquares = agent.metrics.logPiMean! / sizes.actionSize - 20 + 0.5 * Math.log(2 * Math.PI);
        expect(Math.abs(halfSquares + 0.5)).toBeLessThan(5 * Math.sqrt(0.5 / (STATES * sizes.actionSize)));
        seen.add(agent.metrics.logPiMean!).add(agent.metrics.conservativeGap1!);
      }
      expect(seen.size).toBe(8);
    });
  });
});

describe("a selection", () => {
  it("has one 1 in each row, in different columns, and every pair equally often", () => {
    const random = new RandomStream(6);
    const rows = new Float32Array(2 * 4);
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 6000; draw++) {
      fillNoise.selection(random, rows, 4);
      const [first, second] = [rows.subarray(0, 4), rows.subarray(4)];
      expect([...rows].filter((x) => x === 1).length + [...rows].filter((x) => x === 0).length).toBe(8);
      const pair = [first.indexOf(1), second.indexOf(1)];
      expect(new Set(pair).size).toBe(2);
      counts.set(pair.sort().join(), (counts.get(pair.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(1000));
  });
});
