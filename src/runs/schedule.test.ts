/**
 * How much is done and when it is measured: updates per step, evaluations, metrics, the mixture of a batch, and whole
 * trajectories with their returns-to-go. On a line, whose episodes have 10 steps, every number is known beforehand.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { Replay } from "../data/replay.js";
import type { Transitions } from "../data/transitions.js";
import type { TrainSettings } from "../settings/configuration.js";
import { readRun } from "./read.js";
import { newFolder, registerLine, tiny, train, trainTiny } from "./tiny-run.fixture.js";

const task = registerLine("scheduled-line");
const ending = registerLine("ending-line", { endsAt: 4 });
afterEach(() => {
  vi.restoreAllMocks();
});

describe("updates", () => {
  it.each([
    [0, 0],
    [0.1, 3],
    [0.25, 7],
    [0.5, 15],
    [1, 30],
    [2, 60],
  ])("at a ratio of %d are %d for 30 steps, of which 25 were asked", async (utdRatio, online) => {
    const { summary } = await trainTiny(task, { utdRatio, onlineSteps: 25 });
    expect(summary).toMatchObject({ updates: 10 + online, onlineSteps: 30, onlineEpisodes: 3 });
  });

  it("can all be online", async () => {
    const { summary, evaluations } = await trainTiny(task, { offlineUpdates: 0 });
    expect(summary).toMatchObject({ status: "completed", updates: 20, onlineSteps: 20 });
    expect(evaluations.map(({ updates, phase }) => [updates, phase])).toEqual([
      [0, "offline"],
      [20, "online"],
    ]);
  });

  it("can all be offline", async () => {
    const { summary, evaluations } = await trainTiny(task, { onlineSteps: 0 });
    expect(summary).toMatchObject({ status: "completed", updates: 10, onlineSteps: 0, onlineEpisodes: 0 });
    expect(evaluations.map(({ updates }) => updates)).toEqual([0, 10]);
  });

  it("can be none", async () => {
    const { summary, evaluations, folder } = await trainTiny(task, { offlineUpdates: 0, onlineSteps: 0 });
    expect(summary).toMatchObject({ status: "completed", updates: 0 });
    expect(evaluations).toHaveLength(1);
    expect(readRun(folder).metrics).toEqual([]);
  });
});

describe("SAC from scratch", () => {
  it("needs no recorded data", async () => {
    const { offlineUpdates: _, ...rest } = { ...tiny };
    const settings = { ...rest, agent: "sac", task, onlineSteps: 20 };
    const { summary, folder } = await train(settings, { folder: newFolder() });
    expect(summary).toMatchObject({ status: "completed", updates: 20, onlineSteps: 20 });
    expect(readRun(folder).config.dataset).toMatchObject({ source: "none", episodes: 0, steps: 0 });
    await expect(train({ ...settings, offlineUpdates: 5 }, { folder: newFolder() })).rejects.toThrow(
      "has no data of its own to collect",
    );
  });
});

describe("a warm-up", () => {
  const warm = { offlineUpdates: 0, onlineSteps: 50, evaluateEverySteps: 10, evaluationEpisodes: 1 };

  it("makes no updates, and the steps in it are never made up for", async () => {
    const { summary, evaluations } = await trainTiny(task, { ...warm, warmupSteps: 20, utdRatio: 0.5 });
    expect(evaluations.map(({ updates, onlineSteps }) => [updates, onlineSteps])).toEqual([
      [0, 0],
      [0, 10],
      [0, 20],
      [5, 30],
      [10, 40],
      [15, 50],
    ]);
    expect(summary.updates).toBe(15);
  });

  it("acts with the policy as it is, or evenly over all actions", async () => {
    const actionsOf = async (settings: TrainSettings) => {
      const seen: number[] = [];
      const append = vi.spyOn(Replay.prototype, "append");
      await trainTiny(task, { ...warm, seed: 3, ...settings });
      for (const [transitions] of append.mock.calls.slice(1)) seen.push(...transitions.rows.actions);
      append.mockRestore();
      return seen;
    };
    const random = await actionsOf({ warmupSteps: 50, warmupActions: "random" });
    expect(random).toHaveLength(50);
    const mean = random.reduce((total, x) => total + x, 0) / 50;
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(1 / 3 / 50));
    expect(random.filter((x) => Math.abs(x) > 0.5).length).toBeGreaterThan(12);
    const policy = await actionsOf({ warmupSteps: 50, warmupActions: "policy" });
    expect(policy.slice(0, 10)).toEqual((await actionsOf({ warmupSteps: 0 })).slice(0, 10));
    expect(policy.slice(0, 10)).not.toEqual(random.slice(0, 10));
    const afterwards = await actionsOf({ warmupSteps: 20, warmupActions: "random" });
    expect(afterwards.slice(0, 20)).toEqual(random.slice(0, 20));
    expect(afterwards.slice(20, 30)).not.toEqual(random.slice(20, 30));
  });
});

describe("evaluations", () => {
  const places = async (settings: TrainSettings) =>
    (await trainTiny(task, settings)).evaluations.map(({ updates, onlineSteps }) => [updates, onlineSteps]);

  it("stand at the beginning, on the schedule, at the switch and at the end, each once", async () => {
    const often = { offlineUpdates: 25, evaluateEveryUpdates: 10, onlineSteps: 50, evaluateEverySteps: 15 };
    expect(await places(often)).toEqual([
      [0, 0],
      [10, 0],
      [20, 0],
      [25, 0],
      [45, 20], // the first trajectory's end beyond 15
      [55, 30],
      [75, 50],
    ]);
    expect(
      await places({ offlineUpdates: 20, evaluateEveryUpdates: 10, onlineSteps: 20, evaluateEverySteps: 10 }),
    ).toEqual([
      [0, 0],
      [10, 0],
      [20, 0],
      [30, 10],
      [40, 20],
    ]);
  });

  it("play as many episodes as asked and sum the environment's own rewards", async () => {
    const { evaluations } = await trainTiny(task, { evaluationEpisodes: 3, rewardScale: 10, rewardShift: 7 });
    for (const evaluation of evaluations)
      expect(evaluation).toMatchObject({ episodes: 3, returnMean: -55, returnStandardDeviation: 0, lengthMean: 10 });
  });
});

describe("metrics", () => {
  it("are written every so many updates and at the end of a phase", async () => {
    const { folder } = await trainTiny(task, { offlineUpdates: 25, onlineSteps: 20, logEveryUpdates: 10 });
    expect(readRun(folder).metrics.map(({ phase, updates }) => `${phase} ${updates}`)).toEqual([
      "offline 10",
      "offline 20",
      "offline 25",
      "online 30",
      "online 40",
      "online 45",
    ]);
  });
});

describe("progress", () => {
  it("is told at every update, in updates offline and in steps online", async () => {
    const told: string[] = [];
    const onProgress = ({ phase, done, total }: { phase: string; done: number; total: number }) =>
      told.push(`${phase} ${done}/${total}`);
    await trainTiny(task, { offlineUpdates: 2, onlineSteps: 15, utdRatio: 0.5 }, { onProgress });
    expect(told.slice(0, 4)).toEqual(["offline 1/2", "offline 2/2", "online 2/15", "online 4/15"]);
    expect(told).toHaveLength(2 + 10);
    expect(told.at(-1)).toBe("online 15/15");
  });
});

describe("a batch", () => {
  /** Rows out of 8 that came from the recorded data, for every update of the online phase. */
  async function offlineRows(mixingRatio: number): Promise<number[]> {
    const sample = vi.spyOn(Replay.prototype, "sampleInto");
    await trainTiny(task, { mixingRatio, offlineUpdates: 3 });
    const calls = sample.mock.calls.map(([, from, to], i) => ({ replay: sample.mock.contexts[i], rows: to - from }));
    const recorded = calls[0]!.replay;
    const rows = calls.filter(({ replay }) => replay === recorded).map((call) => call.rows);
    expect(rows.slice(0, 3)).toEqual([8, 8, 8]);
    return rows.slice(3);
  }

  it.each([
    [0, 0],
    [0.5, 4],
    [0.7, 5],
    [1, 8],
  ])("online with a share of %d holds %d recorded rows", async (share, rows) => {
    expect(await offlineRows(share)).toEqual(new Array(20).fill(rows));
  });

  it("with a negative share holds them by the sizes: 100 recorded steps and 10, then 20 fresh ones", async () => {
    const [first, second] = [Math.floor((8 * 100) / 110), Math.floor((8 * 100) / 120)];
    expect(await offlineRows(-1)).toEqual([...new Array(10).fill(first), ...new Array(10).fill(second)]);
  });

  it("cannot have a share above 1", async () => {
    await expect(trainTiny(task, { mixingRatio: 1.5 })).rejects.toThrow(
      "The setting mixingRatio of the run is 1.5; it must be at most 1.",
    );
  });
});

describe("online trajectories", () => {
  async function appended(name: string, settings: TrainSettings): Promise<Transitions["rows"][]> {
    const append = vi.spyOn(Replay.prototype, "append");
    await trainTiny(name, settings);
    return append.mock.calls.map(([transitions]) => transitions.rows).slice(1); // the first holds the recorded data
  }
  const transform = { discount: 0.9, rewardScale: 2, rewardShift: 1 };

  it.each(["cal-ql", "cql"])(
    "of %s enter the replay whole, with returns-to-go on the scaled rewards",
    async (agent) => {
      const [first, second, ...more] = await appended(task, { agent, ...transform });
      expect(more).toEqual([]);
      const rewards = Array.from({ length: 10 }, (_, i) => 2 * -(i + 1) + 1);
      const returns = rewards.map((_, i) => rewards.slice(i).reduce((sum, reward, k) => sum + reward * 0.9 ** k, 0));
      for (const episode of [first!, second!]) {
        expect([...episode.rewards]).toEqual(rewards);
        expect([...episode.terminated]).toEqual(new Array(10).fill(0)); // the clock is no end
        episode.returnsToGo!.forEach((value, i) => {
          expect(value).toBeCloseTo(returns[i]!, 3);
        });
      }
    },
  );

  it("keep their bootstrap at the clock and lose it where the task ends", async () => {
    const [episode] = await appended(ending, transform);
    expect([...episode!.terminated]).toEqual([0, 0, 0, 1]);
  });

  it("that fail in every step of a sparse task are worth failing forever", async () => {
    const constant = registerLine("failing-line", { reward: () => 0 });
    const sparse = { discount: 0.99, rewardScale: 10, rewardShift: -5, failureReward: 0 };
    const [episode] = await appended(constant, sparse);
    for (const value of episode!.returnsToGo!) expect(value).toBeCloseTo(-500, 3);
  });
});
