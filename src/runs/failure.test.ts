/**
 * How a run ends early: at somebody's wish, because the environment fails, because a number is not finite, or because
 * the request was wrong from the start. What was recorded is kept; where nothing could begin, nothing is written.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Dataset } from "../data/episode.js";
import { randomDataset } from "../data/example-data.fixture.js";
import { RunFailure, UsageError } from "../errors.js";
import type { TrainSettings } from "../settings/configuration.js";
import { type Run, readRun } from "./read.js";
import {
  errorOf,
  lineData,
  newFolder,
  openEnvironments,
  registerLine,
  type TinyOptions,
  trainTiny,
} from "./tiny-run.fixture.js";
import type { TrainOptions } from "./train.js";

// Other files of the same worker leave environments open, those that hang for instance.
beforeEach(() => openEnvironments.clear());

const task = registerLine("steady-line");

/** Runs into the failure that must come and returns it with what the run folder then says. */
async function failing(name: string, settings: TrainSettings, options: TinyOptions = {}) {
  const folder = newFolder();
  const error = await errorOf(trainTiny(name, settings, { folder, ...options }));
  return { folder, error, run: (): Run => readRun(folder) };
}

describe("an interrupted run", () => {
  /** Aborts when `when` holds and returns the summary and the folder's content. */
  async function interrupted(when: (done: number, phase: string) => boolean, settings: TrainSettings = {}) {
    const stop = new AbortController();
    const onProgress: TrainOptions["onProgress"] = ({ done, phase }) => {
      if (when(done, phase)) stop.abort();
    };
    const { folder, summary } = await trainTiny(task, settings, { signal: stop.signal, onProgress });
    expect(existsSync(join(folder, "policy.onnx"))).toBe(true);
    return { summary, run: readRun(folder) };
  }

  it("offline has every update in its metrics, and goes no further", async () => {
    const { summary, run } = await interrupted((done) => done === 7, { logEveryUpdates: 5 });
    expect(summary).toMatchObject({ status: "interrupted", updates: 7, onlineSteps: 0 });
    expect(run.summary).toEqual(summary);
    expect(run.metrics.map(({ updates }) => updates)).toEqual([5, 7]);
    expect(run.evaluations).toHaveLength(1);
  });

  it("online stops among the updates of a trajectory", async () => {
    const { summary, run } = await interrupted((done, phase) => phase === "online" && done === 13);
    expect(summary).toMatchObject({ status: "interrupted", updates: 23, onlineSteps: 20, onlineEpisodes: 2 });
    expect(run.metrics.at(-1)).toMatchObject({ phase: "online", updates: 23, onlineSteps: 20 });
  });

  it("at its last update is not measured any more", async () => {
    const { run } = await interrupted((done) => done === 10, { onlineSteps: 0 });
    expect(run.evaluations.map(({ updates }) => updates)).toEqual([0]);
  });

  it("before it began is an empty run", async () => {
    const { folder, summary } = await trainTiny(task, {}, { signal: AbortSignal.abort() });
    expect(summary).toMatchObject({ status: "interrupted", updates: 0 });
    expect(readRun(folder)).toMatchObject({ metrics: [], evaluations: [] });
  });
});

describe("an environment that fails", () => {
  // Each environment counts its own steps: the evaluations' make 10 an episode, the online one all of its own.
  const throwing = registerLine("throwing-line", {
    beforeStep: (steps) => {
      if (steps === 50) throw new Error("the motor is hot");
    },
  });

  it("online ends the run with episode and step, and keeps what was recorded", async () => {
    const { error, run } = await failing(throwing, { onlineSteps: 60, logEveryUpdates: 15 });
    expect(error).toBeInstanceOf(RunFailure);
    expect(error.message).toMatch(
      /^The environment throwing-line failed at step 10 of online episode 5: the motor is hot\. .*; mend it and continue with "calql resume", or with resume\(\) where it is your own\.$/,
    );
    expect((error.cause as Error).message).toBe("the motor is hot");
    const { summary, metrics, evaluations } = run();
    expect(summary).toMatchObject({ status: "failed", reason: error.message, updates: 50, onlineSteps: 40 });
    expect(metrics.map(({ updates }) => updates)).toEqual([10, 15, 30, 45, 50]);
    expect(evaluations).toHaveLength(2);
    expect(openEnvironments.size).toBe(0);
  });

  it("in an evaluation says so", async () => {
    const settings = { offlineUpdates: 10, evaluateEveryUpdates: 2, onlineSteps: 0 };
    const { error, run } = await failing(throwing, settings);
    expect(error.message).toMatch(/failed at step 10 of evaluation episode 1: the motor is hot/);
    expect(run().summary).toMatchObject({ status: "failed", updates: 8 });
  });

  it("by an answer that is no number is named as well", async () => {
    const nan = registerLine("nan-line", { reward: (step) => (step === 6 ? Number.NaN : 0) });
    const { error } = await failing(nan, {});
    expect(error).toBeInstanceOf(RunFailure);
    expect(error.message).toMatch(/nan-line failed at step 6 of evaluation episode 1: .*the reward is NaN/);
  });
});

describe("a loss that is not finite", () => {
  it("offline names tensors and update; the metrics before it are on disk", async () => {
    const [good, bad] = [lineData(), randomDataset(2, [1], { observationSize: 2, actionSize: 1 })];
    bad.episodes[0]!.rewards.fill(1e30); // its square overflows float32
    const dataset: Dataset = { ...good, episodes: [...good.episodes, ...bad.episodes] };
    const settings = { offlineUpdates: 2_000, logEveryUpdates: 1 };
    const { error, run, folder } = await failing(task, settings, { dataset });
    expect(error).toBeInstanceOf(RunFailure);
    const { summary, metrics } = run();
    expect(summary).toMatchObject({ status: "failed", reason: error.message });
    expect(error.message).toMatch(
      new RegExp(`^Update ${summary!.updates + 1} of cal-ql is not finite: .*bellmanLoss1 = `),
    );
    expect(error.message).toMatch(/in .*critics/);
    expect(summary!.updates).toBeGreaterThan(0);
    expect(metrics).toHaveLength(summary!.updates);
    expect(existsSync(join(folder, "policy.onnx"))).toBe(true);
  });

  it("online, from a task with huge rewards, keeps the offline phase", async () => {
    const huge = registerLine("huge-line", { reward: () => 1e30 });
    const { error, run } = await failing(huge, { mixingRatio: 0 });
    expect(error.message).toMatch(/^Update 11 of cal-ql is not finite/);
    const { summary, metrics } = run();
    expect(summary).toMatchObject({ status: "failed", updates: 10, onlineSteps: 10 });
    expect(metrics).toHaveLength(1);
  });
});

describe("a request that cannot be carried out", () => {
  const wide = () => randomDataset(1, [20], { observationSize: 3, actionSize: 1 });
  const acting = () => randomDataset(1, [20], { observationSize: 2, actionSize: 4 });

  it.each<[string, string, TrainSettings, (() => Dataset) | undefined, RegExp]>([
    ["other observations", task, {}, wide, /example holds observations of 3 numbers, but steady-line has 2; use data/],
    ["other actions", task, {}, acting, /example holds actions of 4 numbers, but steady-line has 1; use data/],
    ["no episodes", task, {}, () => ({ ...lineData(), episodes: [] }), /holds no steps to learn from/],
    ["an unknown task", "steady-lime", {}, lineData, /Unknown environment "steady-lime"\. Did you mean "steady-line"/],
    ["no data", task, {}, undefined, /steady-line has no data of its own to collect; name recorded data/],
    [
      "endless failure",
      task,
      { discount: 1, failureReward: 0 },
      lineData,
      /discount is 1, but with a failureReward \(0\).*give a discount below 1/,
    ],
  ])("%s: writes nothing", async (_, name, settings, dataset, message) => {
    const { folder, error } = await failing(name, settings, { dataset: dataset?.() ?? null });
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(message);
    expect(existsSync(folder)).toBe(false);
    expect(openEnvironments.size).toBe(0);
  });

  it("a used folder is refused before the data are collected", async () => {
    const folder = newFolder();
    mkdirSync(folder);
    writeFileSync(join(folder, "notes.txt"), "mine");
    const cache = join(dirname(folder), "cache");
    vi.stubEnv("CALQL_CACHE", cache);
    const { error } = await failing("pointmaze-umaze", {}, { folder, dataset: null });
    expect(error.message).toMatch(/already holds files \(notes\.txt\)/);
    expect(existsSync(cache)).toBe(false);
  });
});
