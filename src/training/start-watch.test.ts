/** What lines of metrics say of the states where recorded episodes begin, against a computation beside it. */
import { describe, expect, it } from "vitest";
import { Agent } from "../agents/agent.js";
import { vectorParts } from "../data/columns.js";
import { type Dataset, packEpisode, stateOf } from "../data/episode.js";
import type { EpisodeBlocks } from "../data/episode-source.js";
import { lineData, registerLine, tiny } from "../runs/tiny-run.fixture.js";
import { dataInMemory, dataOpened, type LearningData } from "./learning-data.js";
import { restoreAgent } from "./snapshot.js";
import { idleValueIn, recordedReturn, StartWatch, spreadOver } from "./start-watch.js";
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

/** Those that the task itself ended: in both data there are some. */
const wholeIn = ({ episodes }: Dataset) => episodes.filter(({ terminated }) => terminated.at(-1) === 1);

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe.each([
  ["random episodes", lineData()],
  ["episodes with an exit", withExit],
])("of %s", (_, dataset) => {
  it("startReturnMean is the mean discounted sum of rewards", async () => {
    const { metrics, learned } = await offline(dataset);
    const returns = wholeIn(dataset).map(({ rewards }) =>
      [...rewards].reduceRight((later, reward) => reward + discount * later, 0),
    );
    expect(metrics.startReturnMean).toBeCloseTo(mean(returns), 4);
    await learned.release();
  });

  it("startQMean is the critics' mean over the first observations", async () => {
    const { metrics, learned } = await offline(dataset);
    const firsts = wholeIn(dataset).flatMap(({ observations }) => [...stateOf(observations).subarray(0, 2)]);
    const values = (await learned.values(Float32Array.from(firsts)))!;
    expect(values).toHaveLength(wholeIn(dataset).length);
    expect(metrics.startQMean).toBeCloseTo(mean([...values]), 5);
    await learned.release();
  });

  it("idleValue is the reward below which 5 % of those lie that ended no episode, forever", async () => {
    const { metrics, learned } = await offline(dataset);
    const lasting = dataset.episodes.flatMap(({ rewards, terminated }) =>
      [...rewards].filter((_, t) => !terminated[t]),
    );
    // The lowest that has at least 5 % of the others below it.
    const ascending = lasting.toSorted((a, b) => a - b);
    const low = ascending.find((_, below) => below + 1 > 0.05 * lasting.length)!;
    const expected = low / (1 - discount);
    expect(metrics.idleValue).toBeCloseTo(expected, 4);
    expect(idleValueIn(dataset.episodes, { returns: { discount } })).toBeCloseTo(expected, 4);
    await learned.release();
  });
});

describe("episodes that the clock cut off", () => {
  /** Of -1 a step, so long, with or without an end of the task's own. */
  const walk = (length: number, terminated: boolean) =>
    packEpisode(
      Array.from({ length: length + 1 }, (_, t) => Float32Array.of(terminated ? 1 : 0, t)),
      Array.from({ length }, () => Float32Array.of(0.5)),
      Array.from({ length }, () => -1),
      terminated,
    );
  const measured = async (episodes: Dataset["episodes"], rule: object = {}) => {
    const data = dataInMemory({ ...withExit, episodes });
    const agent = { values: async (rows: Float32Array) => rows.filter((_, i) => i % 2 === 0) } as unknown as Agent;
    return StartWatch.of(data, { returns: { discount, ...rule } })!.measure(agent);
  };
  const worth = (steps: number) => -(1 - discount ** steps) / (1 - discount);

  it("are left out of Q and G where others ended, and their share is told", async () => {
    const mixed = await measured([walk(10, true), walk(20, false), walk(30, true), walk(20, false)]);
    expect(mixed).toMatchObject({ startQMean: 1, startWholeShare: 0.5 });
    expect(mixed.startReturnMean).toBeCloseTo((worth(10) + worth(30)) / 2, 4);
    expect(await measured([walk(10, true)])).not.toHaveProperty("startWholeShare");
    const cut = await measured([walk(20, false), walk(20, false)]);
    expect(cut).toMatchObject({ startQMean: 0, startWholeShare: 0 });
    expect(cut.startReturnMean).toBeCloseTo(worth(20), 4);
  });

  it("count as whole where they fail forever, or are so long that nothing more counts", async () => {
    const failing = await measured([walk(20, false)], { sparseFailureReward: -1 });
    expect(failing).not.toHaveProperty("startWholeShare");
    expect(failing.startReturnMean).toBeCloseTo(-1 / (1 - discount), 3);
    expect(await measured([walk(152, false)])).not.toHaveProperty("startWholeShare"); // 0.97^152 < 0.01 < 0.97^151
    expect(await measured([walk(151, false)])).toMatchObject({ startWholeShare: 0 });
  });

  it("have no worth of doing nothing with a discount of 1", async () => {
    expect(await measured([walk(3, true)], { discount: 1 })).toEqual({ startQMean: 1, startReturnMean: -3 });
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

it("one penalty in a hundred steps is not what doing nothing costs", () => {
  const walk = (rewards: readonly number[]) =>
    packEpisode(
      Array.from({ length: rewards.length + 1 }, () => Float32Array.of(0)),
      rewards.map(() => Float32Array.of(0)),
      rewards,
      false,
    );
  const idle = (...rewards: number[]) => idleValueIn([walk(rewards)], { returns: { discount: 0.5 } });
  expect(idle(-100, ...Array(99).fill(-1))).toBe(-2);
  expect(idle(...Array(6).fill(-100), ...Array(94).fill(-1))).toBe(-200);
  // Half of the steps rest at the goal: the most common reward is the goal's, and doing nothing leads there from nowhere.
  expect(idle(...Array(40).fill(-1), ...Array(60).fill(0))).toBe(-2);
});

describe("episodes that are looked at", () => {
  /** Episodes of one step whose reward is their number: the latter half is from another source. */
  const numbered = (count: number): Dataset => ({
    ...lineData(),
    episodes: Array.from({ length: count }, (_, i) =>
      packEpisode([Float32Array.of(i, 0), Float32Array.of(0, 0)], [Float32Array.of(0)], [i], true),
    ),
  });
  const firstsOf = (data: Pick<LearningData, "spread">) => spreadOver(data).map(({ rewards }) => rewards[0]!);

  it("are 64, spread evenly over all of them", async () => {
    const evenly = Array.from({ length: 64 }, (_, i) => 10 * i);
    expect(firstsOf(dataInMemory(numbered(640)))).toEqual(evenly);
    const { metrics, learned } = await offline(numbered(640));
    expect(metrics.startReturnMean).toBeCloseTo(mean(evenly), 3);
    await learned.release();
    expect(recordedReturn(dataInMemory(numbered(640)))).toBeCloseTo(mean(evenly), 9);
    expect(recordedReturn(dataInMemory(withExit))).toBeCloseTo((-3 - 26) / 2, 12);
    expect(firstsOf(dataInMemory(numbered(5)))).toEqual([0, 1, 2, 3, 4]);
    expect(firstsOf(dataInMemory(numbered(65))).at(-1)).toBe(63);
  });

  it.each([
    [4, 100, Array.from({ length: 64 }, (_, i) => 100 * Math.floor(i / 16) + Math.floor((100 * (i % 16)) / 16))],
    [128, 10, Array.from({ length: 64 }, (_, i) => 20 * i)],
    [3, 2, [0, 1, 2, 3, 4, 5]],
  ])(
    "of %d blocks of %d episodes on disk are as many from each, and no more blocks are read",
    async (count, size, expected) => {
      const { episodes } = numbered(count * size);
      let read = 0;
      const blocks: EpisodeBlocks = {
        ...{ episodes: episodes.length, steps: 2 ** 30, count, identity: "numbered" },
        read: (block) => {
          read++;
          return episodes.slice(block * size, (block + 1) * size);
        },
      };
      const { episodes: _, notes: __, ...header } = numbered(0);
      const opened = { ...header, steps: 2 ** 30, blocks, episodes: () => fail(), close: () => {} };
      expect(firstsOf(await dataOpened(opened, 1))).toEqual(expected);
      expect(read).toBe(Math.min(64, count));
    },
  );
});

function fail(): never {
  throw new Error("nobody is to read all of it");
}

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
