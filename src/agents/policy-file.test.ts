/** A policy loaded from its bytes acts like the agent that wrote it, and other files are refused by name. */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { lowerToOnnx } from "../tensor/lower.js";
import { encodeOnnxModel } from "../tensor/onnx-model.js";
import { add, input } from "../tensor/operations.js";
import { makeUpdates, sizes, stir, withAgent } from "./agent.fixture.js";
import { PolicyFile } from "./policy-file.js";

function observations(count: number): Float32Array {
  const values = new Float32Array(count * sizes.observationSize);
  new RandomStream(count).fillNormal(values);
  return values;
}

function expectClose(computed: Float32Array, expected: Float32Array): void {
  expect(computed.length).toBe(expected.length);
  computed.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-6);
  });
}

describe("a policy file", () => {
  it.each([
    ["cal-ql", "tanh"],
    ["iql", "clip"],
    ["awac", "clip"],
  ])("of %s acts as the agent does, deterministic and drawn by %s", async (name) => {
    const seed = 7;
    await withAgent(
      name,
      {},
      async (agent) => {
        stir(agent);
        await makeUpdates(agent, 2);
        const policy = await PolicyFile.load(agent.exportPolicy({ task: "somewhere" }), "policy.onnx");
        expect(policy.observationSize).toBe(sizes.observationSize);
        expect(policy.actionSize).toBe(sizes.actionSize);
        expect(policy.metadata).toEqual({ agent: name, task: "somewhere" });
        for (const count of [1, 5]) {
          const batch = observations(count);
          expectClose(await policy.act(batch), await agent.act(batch, { deterministic: true }));
        }
        const noise = new RandomStream(seed, "exploration"); // the agent's own stream
        const batch = observations(3);
        const drawn = await policy.act(batch, { deterministic: false, noise });
        expectClose(drawn, await agent.act(batch, { deterministic: false }));
        expect(Math.max(...drawn.map((a, i) => Math.abs(a - drawn[(i + 1) % drawn.length]!)))).toBeGreaterThan(0.01);
        await policy.release();
      },
      { seed },
    );
  });

  it("keeps what it answered: the next call writes elsewhere", async () => {
    await withAgent("sac", {}, async (agent) => {
      stir(agent);
      const policy = await PolicyFile.load(agent.exportPolicy(), "policy.onnx");
      const first = await policy.act(observations(1));
      const before = first.slice();
      await policy.act(observations(1).map((value) => -value));
      expect(first).toEqual(before);
      await policy.release();
    });
  });

  it("says in a sentence what it cannot do", async () => {
    await withAgent("td3-bc", {}, async (agent) => {
      const policy = await PolicyFile.load(agent.exportPolicy(), "td3.onnx");
      await expect(policy.act(new Float32Array(4))).rejects.toThrow(
        "The policy td3.onnx takes observations that are vectors of 3 numbers; use it for the task it was trained on.",
      );
      await expect(policy.act(observations(1), { deterministic: false, noise: new RandomStream(0) })).rejects.toThrow(
        "The policy td3.onnx has no distribution to draw actions from; act deterministically.",
      );
      expect(() => policy.refuseMisfit("door", 39, 28)).toThrow(
        "The policy td3.onnx turns 3 numbers into 2, but door has observations of 39 and actions of 28",
      );
      expect(() => policy.refuseMisfit("elsewhere", 3, 2)).not.toThrow();
      await policy.release();
    });
  });

  it("is refused where it is no ONNX file, a torn one, or no policy", async () => {
    const noModel = '"p" is not a readable ONNX file; give a policy.onnx that a run has written.';
    await expect(PolicyFile.load(new TextEncoder().encode("hello ".repeat(50)), "p")).rejects.toThrow(noModel);
    await expect(PolicyFile.load(new Uint8Array(0), "p")).rejects.toThrow(noModel);
    await withAgent("sac", {}, async (agent) => {
      const bytes = agent.exportPolicy();
      await expect(PolicyFile.load(bytes.slice(0, bytes.length / 2), "p")).rejects.toThrow(noModel);
    });
    const other = (name: string) =>
      encodeOnnxModel(
        lowerToOnnx({ name: "other", outputs: { [name]: add(input("observations", [1, 3]), 1) }, anyBatch: true }),
      );
    await expect(PolicyFile.load(other("values"), "p")).rejects.toThrow(/^"p" is no policy: /);
    const policy = await PolicyFile.load(other("actions"), "anyone's");
    expect([...(await policy.act(Float32Array.of(1, 2, 3)))]).toEqual([2, 3, 4]);
    expect(policy.metadata).toEqual({});
    await policy.release();
  });
});
