/** Values of the policy's own actions: by every agent with critics, and as large as the critics say. */
import { expect, it } from "vitest";
import { perceptron, unstackedNumbers } from "../networks/perceptron.fixture.js";
import { RandomStream } from "../random.js";
import { randomBatch, sizes, withAgent } from "./agent.fixture.js";

const rows = 4;
const observations = randomBatch(new RandomStream(3), rows).observations as Float32Array;

it.each(["sac", "cql", "cal-ql", "iql", "awac", "td3-bc", "rlpd"])("%s: the smallest of the critics' values", (name) =>
  withAgent(name, {}, async (agent) => {
    const actions = (await agent.act(observations, { deterministic: true })).slice();
    const {
      criticHidden,
      criticCount: count,
      criticLayerNorm: layerNorm,
    } = agent.settings as {
      criticHidden: number[];
      criticCount: number;
      criticLayerNorm: boolean;
    };
    const layers = [sizes.observationSize + sizes.actionSize, ...criticHidden, 1];
    const expected = Array.from({ length: rows }, (_, i) => {
      const input = [
        ...observations.subarray(i * sizes.observationSize, (i + 1) * sizes.observationSize),
        ...actions.subarray(i * sizes.actionSize, (i + 1) * sizes.actionSize),
      ];
      const each = Array.from({ length: count }, (_, k) => {
        const own = unstackedNumbers(agent.state("critics"), layers, { count, k }, { layerNorm });
        return perceptron(own, layers, [input], { layerNorm })[0]![0]!;
      });
      return Math.min(...each);
    });
    const values = (await agent.values(observations))!;
    for (const [i, value] of expected.entries()) expect(values[i]!).toBeCloseTo(value, 5);
    // Another number of states, and the same again.
    expect((await agent.values(observations.subarray(0, sizes.observationSize)))![0]).toBeCloseTo(expected[0]!, 5);
  }),
);

it("none of behaviour cloning, which has no critics", () =>
  withAgent("bc", {}, async (agent) => {
    expect(await agent.values(observations)).toBeUndefined();
  }));
