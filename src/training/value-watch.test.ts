/** Impossible values are reported, once a run and direction; possible ones are not. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { collectTask } from "../environments/collect-task.js";
import { renderReport } from "../report/render.js";
import { readRun } from "../runs/read.js";
import { lineData, newFolder, noticesIn, registerLine, tiny, train, trainTiny } from "../runs/tiny-run.fixture.js";
import { tinyTask } from "../runs/tiny-tasks.fixture.js";
import { resume } from "../runs/train.js";
import { resolveConfiguration, type TrainSettings } from "../settings/configuration.js";
import type { Phase } from "../settings/settings.js";
import type { MetricsLine } from "./record.js";
import type { MixedReplay } from "./replay.js";
import { RewardRange } from "./reward-range.js";
import { ValueWatch, valueWatchFor } from "./value-watch.js";

const line = (metrics: MetricsLine["metrics"], updates = 10): MetricsLine => {
  return { phase: "offline", updates, onlineSteps: 0, seconds: 0, metrics };
};

function watching(rewards: readonly number[], discount = 0.99, backupEntropy = false): ValueWatch {
  const seen = new RewardRange();
  seen.see(rewards);
  return new ValueWatch({
    discount,
    backupEntropy: () => backupEntropy,
    rewards: seen,
    conservative: true,
    helps: ["wider data"],
    told: [],
  });
}

describe("the values that rewards allow", () => {
  it.each([
    [[0, 1], 0.99, 0, 100],
    [[-1, 0], 0.99, -100, 0],
    [[-5, 5], 0.98, -250, 250],
    [[-1], 0.9, -10, -1],
    [[2, 3], 0.5, 2, 6],
    [[-3, 4], 0, -3, 4],
  ])("with rewards %j and discount %d are %d to %d", (rewards, discount, low, high) => {
    const range = watching(rewards, discount).range()!;
    expect(range[0]).toBeCloseTo(low, 9);
    expect(range[1]).toBeCloseTo(high, 9);
  });

  it("have no bound without a discount, and none are known without rewards", () => {
    expect(watching([0, 1], 1).range()).toBeUndefined();
    expect(watching([]).range()).toBeUndefined();
  });
});

describe("values beyond them", () => {
  it("are reported with the metric, the range and likely causes, once a direction", () => {
    const watch = watching([0, 1]);
    expect(watch.look(line({ dataQMean: 109, policyQMean: -9, targetQMean: 0 }))).toBeUndefined();
    expect(watch.look(line({ dataQMean: 50, targetQMean: 111 }, 300))).toEqual({
      kind: "values-too-high",
      notice: expect.stringMatching(
        /^The critics' values have left what the rewards allow: targetQMean = 111 after update 300, where rewards from 0 to 1 with discount 0\.99 are worth 0 to 100\. Likely causes: overestimation .*\.$/,
      ),
    });
    expect(watch.look(line({ targetQMean: 1e6 }))).toBeUndefined();
    expect(watch.look(line({ policyQMean: -12 }))).toMatchObject({ kind: "values-too-low" });
    expect(watch.look(line({ policyQMean: -1e6 }))).toBeUndefined();
  });

  it("that lie too low have the causes and remedies that the verdict at the switch names", () => {
    const rewards = new RewardRange();
    rewards.see([-1]);
    const replay = { offline: {}, online: {} } as unknown as MixedReplay;
    const said = (settings: TrainSettings) => {
      const configuration = resolveConfiguration({ task: "corridor-exit", ...settings });
      return valueWatchFor(configuration, { replay, state: { rewards } }, []).look(line({ policyQMean: -50 }))!.notice;
    };
    expect(said({ agent: "cql", maxTargetBackup: false })).toMatch(
      /Likely causes: the backup of actions that a conservative term holds below the data's \(the actionGap\), once a step and however small its weight, or a criticLearningRate that is too high\. What helps: cal-ql, a mixingRatio of 0\.5, maxTargetBackup, fewer offline updates, wider data\.$/,
    );
    expect(said({ agent: "cal-ql", maxTargetBackup: true, mixingRatio: 0.5 })).toMatch(
      / What helps: fewer offline updates, wider data\.$/,
    );
    expect(said({ agent: "cal-ql", maxTargetBackup: true, mixingRatio: 0.5, offlineUpdates: 0 })).toMatch(
      / What helps: wider data\.$/,
    );
  });

  it.each(["sac", "iql", "td3-bc", "rlpd"])("speak of no conservative term to %s, which has none", (agent) => {
    const rewards = new RewardRange();
    rewards.see([-1]);
    const replay = { offline: {}, online: {} } as unknown as MixedReplay;
    const configuration = resolveConfiguration({ task: "corridor-exit", agent });
    const watch = valueWatchFor(configuration, { replay, state: { rewards } }, []);
    expect(watch.look(line({ policyQMean: -50 }))!.notice).toMatch(
      / are worth -33\.33 to -1\. Likely causes: a criticLearningRate that is too high\.$/,
    );
    expect(watch.look(line({ policyQMean: 50 }))!.notice).toMatch(/ do not show \(too few critics\), /);
  });

  it("are let pass by a tenth, or by one where rewards are next to nothing", () => {
    expect(watching([-1, 0]).look(line({ dataQMean: 9.9 }))).toBeUndefined();
    expect(watching([-1, 0]).look(line({ dataQMean: 10.1 }))).toMatchObject({ kind: "values-too-high" });
    expect(watching([0]).look(line({ dataQMean: 0.9 }))).toBeUndefined();
    expect(watching([0]).look(line({ dataQMean: -1.1 }))).toMatchObject({ kind: "values-too-low" });
  });

  it("may hold the entropy where it is backed up", () => {
    const metrics = { targetQMean: 500, temperature: 0.5, logPiMean: -8 };
    expect(watching([0, 1], 0.99, true).look(line(metrics))).toBeUndefined();
    expect(watching([0, 1], 0.99, false).look(line(metrics))).toMatchObject({ kind: "values-too-high" });
    expect(watching([0, 1], 0.99, true).look(line({ ...metrics, targetQMean: 511 }))).toMatchObject({
      kind: "values-too-high",
    });
  });
});

it("an entropy below 0, of a policy that is narrow, may lie in the values as well", () => {
  const metrics = { targetQMean: -300, temperature: 0.5, logPiMean: 8 };
  expect(watching([0, 1], 0.99, true).look(line(metrics))).toBeUndefined();
  expect(watching([0, 1], 0.99, true).look(line({ ...metrics, targetQMean: -411 }))).toMatchObject({
    kind: "values-too-low",
  });
});

describe("an algorithm that changes at the switch", () => {
  const metrics = { targetQMean: 500, temperature: 0.5, logPiMean: -8 };
  const rewards = new RewardRange();
  rewards.see([0, 1]);
  const replay = { offline: {}, online: {} } as unknown as MixedReplay;

  it.each<[string, TrainSettings, boolean, boolean]>([
    ["bc", { onlineAgent: "sac", backupEntropy: true }, false, true],
    ["sac", { online: { backupEntropy: false }, backupEntropy: true }, true, true],
    ["sac", { online: { backupEntropy: true }, backupEntropy: false }, false, true],
    ["sac", { backupEntropy: false }, false, false],
    ["sac", { backupEntropy: true }, true, true],
  ])("from %s with %j: entropy counts from the phase on that backs it up", (agent, settings, offline, online) => {
    const configuration = resolveConfiguration({ task: "pointmaze-umaze", agent, ...settings });
    const silent = (phase: Phase) =>
      valueWatchFor(configuration, { replay, state: { rewards } }, []).look({ ...line(metrics), phase }) === undefined;
    expect([silent("offline"), silent("online")]).toEqual([offline, online]);
  });
});

describe("a run", () => {
  const task = registerLine("line to overestimate on", { reward: () => 0.1 });
  const wild: TrainSettings = {
    agent: "sac",
    discount: 0.99,
    offlineUpdates: 600,
    onlineSteps: 0,
    logEveryUpdates: 20,
  };
  const overestimating = {
    ...wild,
    criticLearningRate: 1,
    polyakTau: 1,
    criticCount: 1,
    criticHidden: [64, 64],
    nActions: 20,
  };

  it("that overestimates is reported where it is seen: to the caller, in its folder, in the report", async () => {
    const folder = newFolder();
    const notices: string[] = [];
    const stop = new AbortController();
    const dataset = lineData();
    for (const { rewards } of dataset.episodes) rewards.fill(0.1);
    const options = { folder, dataset, onNotice: (sentence: string) => void notices.push(sentence) };
    const onProgress = ({ done }: { readonly done: number }) => done === 500 && stop.abort();
    await train({ ...tiny, task, ...overestimating }, { ...options, signal: stop.signal, onProgress });
    const first = notices.filter((notice) => notice.startsWith("The critics' values"));
    expect(first[0]).toMatch(
      /rewards from 0\.1 to 0\.1 with discount 0\.99 are worth 0\.1 to 10\. Likely causes: overest/,
    );
    const run = readRun(folder);
    const told = noticesIn(folder);
    expect(told.map(({ notice }) => notice)).toEqual(first);
    expect(new Set(told.map(({ kind }) => kind)).size).toBe(first.length);
    expect(told[0]!.updates % 20).toBe(0);
    expect(readFileSync(join(folder, "notices.jsonl"), "utf8").split("\n")).toHaveLength(run.notices.length + 1);
    expect(await renderReport([run])).toContain("values have left what the rewards allow");
  });

  it("that goes on does not tell again of values that are still beyond", async () => {
    const folder = newFolder();
    const notices: string[] = [];
    const stop = new AbortController();
    const options = { folder, dataset: lineData(), onNotice: (sentence: string) => void notices.push(sentence) };
    const onProgress = ({ done }: { readonly done: number }) => done === 60 && stop.abort();
    // So many updates at this rate do not bring values from 0 to where such rewards are.
    const far = { discount: 0, rewardShift: 1_000, criticLearningRate: 0.001, offlineUpdates: 140 };
    await train({ ...tiny, task, ...wild, ...far }, { ...options, signal: stop.signal, onProgress });
    await resume(options);
    const { metrics, notices: told } = readRun(folder);
    expect(told).toMatchObject([
      { kind: "data", updates: 0, notice: expect.stringContaining("the longest episode has 50 steps") },
      { kind: "data", updates: 0, notice: expect.stringContaining("100 steps in 3 episodes are few") },
      { kind: "values-too-low", updates: 20 },
      { kind: "switch", updates: 140 },
    ]);
    expect(notices).toEqual(told.map(({ notice }) => notice));
    const after = metrics.filter(({ updates }) => updates > 60);
    expect(after).toHaveLength(4);
    for (const line of after) expect(watching([1_000], 0).look(line)).toMatchObject({ kind: "values-too-low" });
  });

  it("that learns reports nothing: Cal-QL on the maze, a task that is learned in seconds", async () => {
    const notices: string[] = [];
    const onNotice = (sentence: string) => void notices.push(sentence);
    const maze = await collectTask({ task: "pointmaze-umaze", steps: 2_000, seed: 1 });
    const settings = {
      ...tiny,
      actorHidden: [32],
      criticHidden: [32],
      batchSize: 64,
      offlineUpdates: 300,
      onlineSteps: 300,
    };
    for (const agent of ["cal-ql", "cql"])
      await train(
        { ...settings, preset: "laptop", task: "pointmaze-umaze", agent },
        { folder: newFolder(), dataset: maze, onNotice },
      );
    const { name, dataset } = tinyTask("continuous");
    await trainTiny(name, { offlineUpdates: 500, onlineSteps: 100 }, { dataset, onNotice });
    expect(notices.filter((notice) => !notice.startsWith("The critic "))).toEqual([]); // the verdicts at the switch
  });
});
