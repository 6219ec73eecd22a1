/** What lines of metrics say of the states where recorded episodes begin, against a computation beside it. */
import { describe, expect, it } from "vitest";
import { Agent } from "../agents/agent.js";
import { vectorParts } from "../data/columns.js";
import { type Dataset, packEpisode, stateOf } from "../data/episode.js";
import { lineData, registerLine, tiny } from "../runs/tiny-run.fixture.js";
import { restoreAgent } from "./snapshot.js";
import { idleValueIn } from "./start-watch.js";
import { trainInMemory } from "./train-in-memory.js";

const task = registerLine("line with beginnings");
const discount = 0.97;

/** Walks of -1 a step; the second leaves for -25. */
const withExit: Dataset = {
  ...lineData(),
  source: "walks with an exit",
  observations: vectorParts(2),
  episodes: [
    [-1, -1, -1, 0],
    [-1, -25],
  ].map((rewards) =>
    packEpisode(
      Array.from({ length: rewards.length + 1 }, (_, t) => Float32Array.of(t / 10, t)),
      rewards.map(() => Float32Array.of(0.5)),
      rewards,
      true,
    ),
  ),
};

/** An offline run: its last line, and the agent at its end. */
async function offline(dataset: Dataset) {
  const settings = { ...tiny, task, discount, onlineSteps: 0, seed: 3 };
  const { metricsLines, newest } = await trainInMemory(settings, { dataset });
  const { task: _, agent, threads, offlineUpdates, onlineSteps, seed, ...others } = settings;
  const { evaluationEpisodes, evaluateEveryUpdates, evaluateEverySteps, logEveryUpdates, ...own } = others;
  const learned = await Agent.create(agent, { observationSize: 2, actionSize: 1, settings: own, threads });
  restoreAgent(learned, newest!.tensors, "newest");
  return { metrics: metricsLines.at(-1)!.metrics, learned };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe.each([
  ["random episodes", lineData()],
  ["episodes with an exit", withExit],
])("of %s", (_, dataset) => {
  it("startReturnMean is the mean discounted sum of rewards", async () => {
    const { metrics, learned } = await offline(dataset);
    const returns = dataset.episodes.map(({ rewards }) =>
      [...rewards].reduceRight((later, reward) => reward + discount * later, 0),
    );
    expect(metrics.startReturnMean).toBeCloseTo(mean(returns), 4);
    await learned.release();
  });

  it("startQMean is the critics' mean over the first observations", async () => {
    const { metrics, learned } = await offline(dataset);
    const firsts = dataset.episodes.flatMap(({ observations }) => [...stateOf(observations).subarray(0, 2)]);
    const values = (await learned.values(Float32Array.from(firsts)))!;
    expect(values).toHaveLength(dataset.episodes.length);
    expect(metrics.startQMean).toBeCloseTo(mean([...values]), 5);
    await learned.release();
  });

  it("idleValue is the lowest reward after which an episode went on, forever", async () => {
    const { metrics, learned } = await offline(dataset);
    const lasting = dataset.episodes.flatMap(({ rewards, terminated }) =>
      [...rewards].filter((_, t) => !terminated[t]),
    );
    const expected = Math.min(...lasting) / (1 - discount);
    expect(metrics.idleValue).toBeCloseTo(expected, 4);
    expect(idleValueIn(dataset.episodes, { returns: { discount } })).toBeCloseTo(expected, 4);
    await learned.release();
  });
});

it("an exit for -25 does not make doing nothing worth -833", () => {
  expect(idleValueIn(withExit.episodes, { returns: { discount } })).toBeCloseTo(-33.33, 2);
  expect(idleValueIn(withExit.episodes, { returns: { discount }, rewardScale: 2, rewardShift: -1 })).toBeCloseTo(
    -100,
    6,
  );
  expect(idleValueIn([], { returns: { discount } })).toBeNaN();
});

it("the verdict at the switch knows whether the policy succeeded there, and which agent it is of", async () => {
  const succeeding = registerLine("line of success", { success: () => true });
  const verdictOn = async (name: string, agent: string) => {
    const { notices } = await trainInMemory({ ...tiny, agent, task: name, onlineSteps: 0 }, { dataset: withExit });
    return notices.find(({ kind }) => kind === "switch")!.notice;
  };
  const [failed, succeeded] = [await verdictOn(task, "cql"), await verdictOn(succeeding, "cql")];
  expect(failed).toContain("The policy succeeded in no episode at the switch");
  expect(succeeded).not.toContain("succeeded in no episode");
  expect(await verdictOn(task, "cal-ql")).not.toContain("What helps: cal-ql");
});
