/** Acting and the exported policy: one policy, whether the agent answers or a bare ONNX Runtime that knows nothing of us. */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { perceptron } from "../networks/perceptron.fixture.js";
import { RandomStream } from "../random.js";
import { readOnnxModel } from "../tensor/onnx-bytes.fixture.js";
import { makeUpdates, sizes, stir, withAgent } from "./agent.fixture.js";

function observations(count: number, seed = count): Float32Array {
  const values = new Float32Array(count * sizes.observationSize);
  new RandomStream(seed).fillNormal(values);
  return values;
}

async function runBare(model: Uint8Array, batch: Float32Array): Promise<Record<string, Float32Array>> {
  const session = await InferenceSession.create(model, { logSeverityLevel: 3 });
  const shape = [batch.length / sizes.observationSize, sizes.observationSize];
  const results = await session.run({ observations: new Tensor("float32", batch, shape) });
  expect(results.actions!.dims).toEqual([shape[0], sizes.actionSize]);
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]));
}

function expectClose(computed: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(computed.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) expect(Math.abs(computed[i]! - expected[i]!)).toBeLessThan(1e-6);
}

describe("the exported policy", () => {
  it("gives the agent's actions for any number of observations, deterministic and sampled", async () => {
    const seed = 11;
    await withAgent(
      "cal-ql",
      {},
      async (agent) => {
        stir(agent);
        await makeUpdates(agent, 3);
        const model = agent.exportPolicy();
        const exploration = new RandomStream(seed, "exploration");
        for (const count of [1, 5, 64]) {
          const batch = observations(count);
          const bare = await runBare(model, batch);
          expectClose(await agent.act(batch, { deterministic: true }), bare.actions!);
          const noise = new Float32Array(count * sizes.actionSize);
          exploration.fillNormal(noise);
          const sampled = noise.map((z, i) => Math.tanh(bare.mean![i]! + Math.exp(bare.logStd![i]!) * z));
          expectClose(await agent.act(batch, { deterministic: false }), sampled);
          expect(Math.max(...bare.actions!.map((a, i) => Math.abs(a - sampled[i]!)))).toBeGreaterThan(0.01);
          expectClose(await agent.act(batch, { deterministic: true }), bare.actions!);
        }
      },
      { seed },
    );
  });

  it("says what it is and carries the network's numbers by name", async () => {
    await withAgent("cql", {}, async (agent) => {
      stir(agent);
      const model = readOnnxModel(agent.exportPolicy({ task: "pointmaze-umaze", seed: "3" }));
      expect(model.metadata).toEqual({ agent: "cql", task: "pointmaze-umaze", seed: "3" });
      expect(model.documentation).toContain("tanh(mean + exp(logStd)*noise)");
      expect(Object.fromEntries(model.values)).toEqual({
        observations: ["batch", 3],
        actions: ["batch", 2],
        mean: ["batch", 2],
        logStd: ["batch", 2],
      });
      const names = [0, 1, 2].flatMap((i) => [`actor/layer${i}/kernel`, `actor/layer${i}/bias`]);
      const flat = names.flatMap((name) => Array.from(model.initializers.get(name)!.values));
      expect(flat).toEqual(Array.from(agent.state("actor").slice(0, flat.length)));
      expect(model.initializers.get("actor/layer0/kernel")!.shape).toEqual([3, 8]);
      expect([...model.initializers.get("actor/logStdOffset")!.values]).toEqual([agent.state("actor").at(-1)]);
    });
  });

  it("is a copy: later updates do not change it", async () => {
    await withAgent("sac", { actorLearningRate: 0.1 }, async (agent) => {
      const batch = observations(2);
      const model = agent.exportPolicy();
      const before = (await agent.act(batch, { deterministic: true })).slice();
      await makeUpdates(agent, 2);
      expectClose((await runBare(model, batch)).actions!, before);
      expect(await agent.act(batch, { deterministic: true })).not.toEqual(before);
    });
  });
});

describe("acting", () => {
  it("computes the perceptron's mean through tanh, row by row, with the weights of the last update", async () => {
    await withAgent("sac", {}, async (agent) => {
      stir(agent);
      for (let update = 0; update < 3; update++) {
        const batch = observations(4, update);
        const rows = [0, 1, 2, 3].map((i) => Array.from(batch.slice(3 * i, 3 * i + 3)));
        const heads = perceptron(agent.state("actor"), [3, 8, 8, 4], rows);
        const expected = heads.flatMap((head) => head.slice(0, 2).map(Math.tanh));
        expectClose(await agent.act(batch, { deterministic: true }), expected);
        await makeUpdates(agent, 1);
      }
    });
  });
});
