/** The benchmark counts the arithmetic of an update; the tests count it again from the sizes of the layers. */
import { describe, expect, it } from "vitest";
import { Agent } from "../../src/agents/agent.js";
import { benchCases, runBench } from "./bench.js";

const BATCH = 256;
const N = 10;
const OBSERVATION = 29;
const ACTION = 8;

/** The weights of layers of these sizes, from the one with index `first` on. */
const weights = (sizes: readonly number[], first = 0) =>
  sizes.slice(first + 1).reduce((total, size, i) => total + sizes[first + i]! * size, 0);
const biases = (sizes: readonly number[]) => sizes.slice(1).reduce((total, size) => total + size, 0);

/** A product of r rows with w weights is 2·r·w operations. */
const forward = (rows: number, sizes: readonly number[]) => 2 * rows * weights(sizes);
/** Back to kernels (one product), to biases (a row of ones times the rows), and to the inputs of all layers but the first. */
const learn = (rows: number, sizes: readonly number[]) =>
  2 * rows * (weights(sizes) + biases(sizes) + weights(sizes, 1));
/** Back through a fixed network to its inputs. */
const passThrough = forward;

function updateOperations(critic: readonly number[], targetRows: number, criticRows: number): number {
  const actor = [OBSERVATION, 256, 256, 2 * ACTION];
  const policies = 2 * forward(BATCH, actor) + learn(BATCH, actor); // at s and at s'
  const targets = 2 * forward(targetRows, critic);
  const critics = 2 * (forward(criticRows, critic) + learn(criticRows, critic));
  const policyValues = 2 * (forward(BATCH, critic) + passThrough(BATCH, critic));
  return policies + targets + critics + policyValues;
}

async function counted(name: string): Promise<number> {
  const { agent: agentName, settings, observationSize, actionSize } = benchCases.find((c) => c.name === name)!;
  expect([observationSize, actionSize]).toEqual([OBSERVATION, ACTION]);
  const agent = await Agent.create(agentName, { observationSize, actionSize, settings, threads: 1 });
  const { denseOperations } = agent.effort;
  await agent.release();
  return denseOperations;
}

describe("the dense arithmetic of an update", () => {
  it("of the AntMaze size: N target actions and 3N + 1 actions a state", async () => {
    const critic = [OBSERVATION + ACTION, 256, 256, 256, 256, 1];
    expect(await counted("antmaze")).toBe(updateOperations(critic, BATCH * N, BATCH * (3 * N + 1)));
  });

  it("of the small SAC update: one action everywhere", async () => {
    const critic = [OBSERVATION + ACTION, 256, 256, 1];
    expect(await counted("sac")).toBe(updateOperations(critic, BATCH, BATCH));
  });
});

describe("runBench", () => {
  it("reports figures that fit together", async () => {
    const settings = { batchSize: 16, actorHidden: [8], criticHidden: [8] };
    const tiny = { name: "tiny", agent: "sac", observationSize: 3, actionSize: 2, settings } as const;
    const result = await runBench(tiny, { threads: 1, updates: 5, residentBytes: () => process.memoryUsage.rss() });
    expect(result.name).toBe("tiny");
    expect(result.msPerUpdate).toBeGreaterThan(0);
    expect(result.fractionOfGemm).toBeCloseTo(result.gflops / result.gemmGflops, 12);
    expect(result.shareOutside).toBeGreaterThan(0);
    expect(result.shareOutside).toBeLessThan(1);
    expect(Number.isFinite(result.memoryGrowthMiB)).toBe(true);
    expect((await runBench(tiny, { threads: 1, updates: 1 })).memoryGrowthMiB).toBeNull();
  });
});
