/** From recorded choices to a policy that was fine-tuned where it chooses: a run on a gridworld, with its own preset. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { collectGridWorld } from "../environments/gridworld/collect-gridworld.js";
import { UsageError } from "../errors.js";
import type { TrainSettings } from "../settings/configuration.js";
import { lineData, newFolder, registerLine, train } from "./tiny-run.fixture.js";

const task = "gridworld-cliff";
const dataset = await collectGridWorld({ task, seed: 1, steps: 5000 });
const short: TrainSettings = {
  task,
  preset: "laptop",
  offlineUpdates: 1000,
  onlineSteps: 300,
  evaluateEverySteps: 300,
};

describe("a run with discrete actions", () => {
  it("takes the discrete agent by itself, finds the goal, and leaves a policy that does", async () => {
    const folder = newFolder();
    const { evaluations, summary } = await train(short, { folder, dataset });
    expect(summary.status).toBe("completed");
    expect(JSON.parse(readFileSync(join(folder, "config.json"), "utf8"))).toMatchObject({
      settings: { agent: "cal-ql-discrete" },
    });
    expect(evaluations[0]).toMatchObject({ updates: 0, successRate: 0 });
    expect(evaluations.at(-1)!.successRate).toBe(1);
    expect(evaluations.at(-1)!.onlineSteps).toBeGreaterThanOrEqual(300);
    expect(evaluations.at(-1)!.lengthMean).toBeLessThan(18); // 15 is the shortest that keeps off the slippery edge
    const session = await InferenceSession.create(readFileSync(join(folder, "policy.onnx")), { logSeverityLevel: 3 });
    const start = new Float32Array(38);
    start[36] = 1; // the start cell, from which the way is up
    const { actions } = await session.run({ observations: new Tensor("float32", start, [1, 38]) });
    expect([...(actions!.data as Float32Array)]).toEqual([0]);
    await session.release();
  });

  it("may change its algorithm at the switch, to one for discrete actions", async () => {
    const brief = { ...short, offlineUpdates: 5, onlineSteps: 20, agent: "cql-discrete" };
    const { summary } = await train({ ...brief, onlineAgent: "dqn" }, { folder: newFolder(), dataset });
    expect(summary.status).toBe("completed");
    const refused = train({ ...brief, agent: "cal-ql" }, { folder: newFolder(), dataset });
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow("take an agent for discrete actions, such as cal-ql-discrete");
  });

  it("does not begin where actions are vectors", async () => {
    const line = registerLine("line for a discrete agent");
    const refused = train({ task: line, agent: "dqn" }, { folder: newFolder(), dataset: lineData() });
    await expect(refused).rejects.toThrow("The agent dqn chooses among discrete actions, but these are vectors");
  });
});
