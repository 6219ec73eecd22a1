/**
 * The corridor from end to end on a point maze with data that are collected here: what stands in the run folder, that
 * the policy runs without us, and that config.json and a seed make the same run again to the bit.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countingTables, exampleFile } from "../data/example-data.fixture.js";
import { collectPointMaze } from "../environments/pointmaze/collect-pointmaze.js";
import { readOnnxModel } from "../tensor/onnx-bytes.fixture.js";
import { version } from "../version.js";
import { type Run, readRun } from "./read.js";
import {
  lineData,
  newFolder,
  openEnvironments,
  registerLine,
  runFolderContent,
  tiny,
  train,
  trainTiny,
} from "./tiny-run.fixture.js";
import type { TrainResult } from "./train.js";

// Other files of the same worker leave environments open, those that hang for instance.
beforeEach(() => openEnvironments.clear());

const task = "pointmaze-umaze";
const dataset = await collectPointMaze({ task, steps: 2_000, seed: 5 });
const settings = {
  ...tiny,
  task,
  preset: "laptop",
  batchSize: 16,
  seed: 3,
  offlineUpdates: 40,
  onlineSteps: 150,
  evaluateEveryUpdates: 20,
  evaluateEverySteps: 100,
} as const;
let result: TrainResult;
let run: Run;
beforeAll(async () => {
  result = await train(settings, { folder: newFolder(), dataset });
  run = readRun(result.folder);
});

/** All that must not depend on how fast the machine is. */
function withoutTimes({ metrics, evaluations }: Run) {
  return JSON.stringify([...metrics, ...evaluations].map((line) => ({ ...line, seconds: 0 })));
}

const policyOf = (folder: string) => readFileSync(join(folder, "policy.onnx"));

describe("train", () => {
  it("leaves a run folder with everything but the report, which is the command line's", () => {
    // The doctor has spoken at the switch.
    expect(readdirSync(result.folder).sort()).toEqual([...runFolderContent].sort());
    expect(run.summary).toEqual(result.summary);
    expect(run.evaluations).toEqual(result.evaluations);
  });

  it("counts what it did", () => {
    const { status, updates, onlineSteps, onlineEpisodes } = result.summary;
    expect(status).toBe("completed");
    expect(onlineSteps).toBeGreaterThanOrEqual(150);
    expect(onlineSteps).toBeLessThan(150 + 120); // the last trajectory is whole; the horizon is 120
    expect(updates).toBe(40 + onlineSteps);
    expect(onlineEpisodes).toBeGreaterThanOrEqual(2);
  });

  it("records the resolved configuration: flags over the preset over the defaults", () => {
    const { calqlVersion, settings: recorded, dataset: data } = run.config;
    expect(calqlVersion).toBe(version);
    expect(recorded).toMatchObject({ ...settings, rewardScale: 10, rewardShift: -5, polyakTau: 0.02, adamBeta1: 0.9 });
    expect(data).toMatchObject({ steps: 2_000, observationSize: 4, actionSize: 2, source: dataset.source });
  });

  it("records metrics by phase, every one a number, with the calibration figures among them", () => {
    expect(run.metrics.map(({ updates }) => updates).slice(0, 5)).toEqual([10, 20, 30, 40, 50]);
    expect(run.metrics.map(({ phase }) => phase).slice(3, 5)).toEqual(["offline", "online"]);
    const { metrics } = run.metrics.at(-1)!;
    for (const name of ["policyQMean", "dataQMean", "returnToGoMean", "shareBelowReturn", "boundRate", "criticLoss"])
      expect(metrics[name], name).toEqual(expect.any(Number));
    for (const line of run.metrics)
      for (const [name, value] of Object.entries(line.metrics)) expect(value, name).not.toBeNaN();
  });

  it("writes a policy that any ONNX runtime executes, with its metadata", async () => {
    const bytes = policyOf(result.folder);
    const session = await InferenceSession.create(bytes);
    const observations = new Tensor("float32", Float32Array.of(0.5, 1, 0, 0, 1, 2, 0.1, -0.1, 3, 3, 0, 0), [3, 4]);
    const { actions, mean } = await session.run({ observations });
    await session.release();
    expect(actions!.dims).toEqual([3, 2]);
    const means = mean!.data as Float32Array;
    (actions!.data as Float32Array).forEach((action, i) => {
      expect(action).toBeCloseTo(Math.tanh(means[i]!), 5);
    });
    const updates = String(result.summary.updates);
    expect(readOnnxModel(bytes).metadata).toEqual({ agent: "cal-ql", task, seed: "3", updates });
  });

  it("repeats itself to the bit with the same seed, and from the settings of its config.json", async () => {
    const again = await train(settings, { folder: newFolder(), dataset });
    const fromFile = await train(run.config.settings, { folder: newFolder(), dataset });
    for (const { folder } of [again, fromFile]) {
      expect(withoutTimes(readRun(folder))).toBe(withoutTimes(run));
      expect(policyOf(folder).equals(policyOf(result.folder))).toBe(true);
    }
    expect(readRun(fromFile.folder).config.settings).toEqual(run.config.settings);
  });

  it("is another run with another seed", async () => {
    const other = await train({ ...settings, seed: 4, onlineSteps: 0 }, { folder: newFolder(), dataset });
    expect(policyOf(other.folder).equals(policyOf(result.folder))).toBe(false);
  });
});

describe("train on a user's own environment", () => {
  registerLine("my-line");

  it("goes from data in memory to a policy and closes every environment", async () => {
    const { summary, folder } = await trainTiny("my-line");
    expect(summary).toMatchObject({ status: "completed", updates: 30, onlineSteps: 20, onlineEpisodes: 2 });
    expect(readRun(folder).config.dataset.source).toBe(lineData().source);
    expect(openEnvironments.size).toBe(0);
  });

  it("records that its laptop preset was made for no task in particular", async () => {
    const { folder } = await trainTiny("my-line", { preset: "laptop", onlineSteps: 0 });
    expect(readRun(folder).config).toMatchObject({ settings: { preset: "laptop" }, presetFor: "any task" });
    expect(run.config.presetFor).toBe("pointmaze-*");
  });

  it("reads a file without timeouts by the task's horizon, or by the one that it is told", async () => {
    const file = `${newFolder()}.hdf5`;
    writeFileSync(file, await exampleFile(countingTables(new Array(10).fill(0))));
    const request = { ...tiny, task: "my-line", dataset: file };
    const byTask = await train(request, { folder: newFolder() });
    expect(readRun(byTask.folder).config.dataset).toMatchObject({ episodes: 1, steps: 9 });
    const { folder } = await train({ ...request, datasetHorizon: 5 }, { folder: newFolder() });
    expect(readRun(folder).config).toMatchObject({
      settings: { dataset: file, datasetHorizon: 5 },
      dataset: { source: file, episodes: 2, steps: 8 },
    });
  });

  it("switches the algorithm, repeatably from config.json although the two have other defaults", async () => {
    const { folder } = await trainTiny("my-line", { agent: "cql", onlineAgent: "sac" });
    const { config, metrics } = readRun(folder);
    expect(metrics.map((line) => ["gap" in line.metrics || "conservativeGap" in line.metrics, line.phase])).toEqual([
      [true, "offline"],
      [false, "online"],
      [false, "online"],
    ]);
    expect(readOnnxModel(policyOf(folder)).metadata.agent).toBe("sac");
    const again = await trainTiny("my-line", config.settings);
    expect(policyOf(again.folder).equals(policyOf(folder))).toBe(true);
  });

  it("does not switch where nothing is online", async () => {
    const { folder } = await trainTiny("my-line", { agent: "cql", onlineAgent: "sac", onlineSteps: 0 });
    expect(readOnnxModel(policyOf(folder)).metadata.agent).toBe("cql");
  });
});
