/**
 * Environments and data in units of their own: a heater between 0 and 5 kW that watches temperatures in kelvin. The run
 * learns the same as one whose environment and data are scaled by hand, and its policy gives kilowatts for kelvins.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PolicyFile } from "../agents/policy-file.js";
import { vectorParts } from "../data/columns.js";
import { type Dataset, packEpisode } from "../data/episode.js";
import { box, type SyncEnvironment } from "../environments/environment.js";
import { registerEnvironment } from "../environments/registry.js";
import { DataError } from "../errors.js";
import { RandomStream } from "../random.js";
import type { TrainSettings } from "../settings/configuration.js";
import { exportPolicy } from "./export-policy.js";
import { readRun } from "./read.js";
import { errorOf, newFolder, tiny, train } from "./tiny-run.fixture.js";
import { resume } from "./train.js";

/** @param kilowatts of an action; @param low, high the bounds that the environment declares */
function heater(name: string, low: number, high: number, kilowatts: (action: number) => number): SyncEnvironment {
  let [kelvin, step] = [290, 0];
  const seen = () => ({ observation: Float32Array.of(kelvin, step), info: { success: Math.abs(kelvin - 293) < 1 } });
  return {
    name,
    observationSpace: box([200, 0], [400, 10]),
    actionSpace: box(1, low, high),
    horizon: 10,
    reset: ({ seed } = {}) => {
      [kelvin, step] = [280 + 20 * new RandomStream(seed ?? 0).uniform(), 0];
      return seen();
    },
    step: ([action]) => {
      kelvin += kilowatts(action!) - 2;
      return { ...seen(), reward: -Math.abs(kelvin - 293) / 10, terminated: false, truncated: ++step === 10 };
    },
    close: () => {},
  };
}

registerEnvironment("heater in kW", () => heater("heater in kW", 0, 5, (action) => action));
registerEnvironment("heater scaled by hand", () => heater("scaled", -1, 1, (action) => 2.5 * (action + 1)));

/** Recorded episodes; `scale` turns kilowatts into the units of the data. */
function recorded(scale: (kilowatts: number) => number): Dataset {
  const random = new RandomStream(3);
  const environment = heater("recorder", 0, 5, (action) => action);
  const episodes = Array.from({ length: 12 }, (_, i) => {
    const observations = [environment.reset({ seed: i }).observation];
    const [actions, rewards]: [Float32Array[], number[]] = [[], []];
    while (actions.length < 10) {
      // In eighths, so that scaling is exact.
      const kilowatts = (5 * random.integer(9)) / 8;
      const { observation, reward } = environment.step(Float32Array.of(kilowatts));
      observations.push(observation);
      actions.push(Float32Array.of(scale(kilowatts)));
      rewards.push(reward);
    }
    return packEpisode(observations, actions, rewards, false);
  });
  return { source: "heater", observations: vectorParts(2), actionSize: 1, episodes };
}

const settings: TrainSettings = { ...tiny, offlineUpdates: 20, onlineSteps: 30, evaluateEverySteps: 10 };
const trained = (task: string, dataset: Dataset, more: TrainSettings = {}, folder = newFolder()) =>
  train({ ...settings, task, ...more }, { folder, dataset });

describe("actions in the units of the environment", () => {
  it("teach the same as actions that were scaled by hand", async () => {
    const own = await trained(
      "heater in kW",
      recorded((kilowatts) => kilowatts),
    );
    const byHand = await trained(
      "heater scaled by hand",
      recorded((kilowatts) => kilowatts / 2.5 - 1),
    );
    const losses = ({ folder }: { folder: string }) =>
      readRun(folder).metrics.map(({ metrics }) => metrics.criticLoss!);
    expect(losses(own)).toHaveLength(losses(byHand).length);
    for (const [i, loss] of losses(own).entries()) expect(loss).toBeCloseTo(losses(byHand)[i]!, 3);
    expect(own.evaluations.at(-1)!.returnMean).toBeCloseTo(byHand.evaluations.at(-1)!.returnMean, 2);
  });

  it("are what the exported policy gives, and what it draws", async () => {
    const { folder } = await trained(
      "heater in kW",
      recorded((kilowatts) => kilowatts),
    );
    const policy = await PolicyFile.load(readFileSync(join(folder, "policy.onnx")), "policy.onnx");
    const observations = Float32Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 280 + i : i / 4));
    for (const mode of [{ deterministic: true }, { deterministic: false, noise: new RandomStream(1) }] as const) {
      const actions = await policy.act(observations, mode);
      expect(Math.min(...actions)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...actions)).toBeLessThanOrEqual(5);
    }
    expect(policy.metadata).toMatchObject({ actionLow: "[0]", actionHigh: "[5]" });
    await policy.release();
  });

  it("beyond the bounds are refused with their share, the range and the next step, before anything is written", async () => {
    const folder = newFolder();
    const watts = recorded((kilowatts) => 1000 * kilowatts);
    const error = await errorOf(trained("heater in kW", watts, {}, folder));
    expect(error).toBeInstanceOf(DataError);
    const values = watts.episodes.flatMap(({ actions }) => [...actions]);
    const share = Number(((100 * values.filter((value) => value > 5).length) / values.length).toPrecision(3));
    expect(error.message).toBe(
      `${share} % of the action values of heater lie beyond their bounds [0, 5], ranging from 0 to 5000; give the environment bounds in the units of the data, box(low, high), or set clipActions to true (--clip-actions) if the environment clips actions itself.`,
    );
    expect(() => readRun(folder)).toThrow("There is no run folder");
    const { summary } = await trained("heater in kW", watts, { clipActions: true });
    expect(summary.status).toBe("completed");
  });
});

describe("bounds that contradict each other", () => {
  const boundless = "heater without bounds";
  registerEnvironment(boundless, () => heater(boundless, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Math.abs));
  const bounds = (low: number, high: number) => ({ low: Float32Array.of(low), high: Float32Array.of(high) });
  const fractions = recorded((kilowatts) => kilowatts / 5);
  const refused = async (task: string, dataset: Dataset, more: TrainSettings = {}) => {
    const folder = newFolder();
    const error = await errorOf(trained(task, dataset, more, folder));
    expect(() => readRun(folder)).toThrow("There is no run folder");
    return error;
  };

  it("are refused where the data declare others than the environment, though no value lies beyond", async () => {
    const error = await refused("heater in kW", { ...fractions, actionBounds: bounds(0, 1) });
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toBe(
      "heater declares actions with the bounds [0, 1], but those of heater in kW are [0, 5]; store the actions in the units of the task, or, in an environment of your own, declare the bounds of the data, box(low, high).",
    );
  });

  it("are refused where the setting actionBounds would have no effect", async () => {
    const byTask = await refused("heater in kW", fractions, { actionBounds: [0, 1] });
    expect(byTask.message).toBe(
      "The setting actionBounds is [0, 1], but the actions of heater in kW have the bounds [0, 5]; leave actionBounds out.",
    );
    const byData = await refused(boundless, { ...fractions, actionBounds: bounds(0, 1) }, { actionBounds: [0, 5] });
    expect(byData.message).toBe(
      "The setting actionBounds is [0, 5], but the actions of heater have the bounds [0, 1]; leave actionBounds out.",
    );
  });

  it("are no contradiction where they are the same, and the refusal of values names what to correct", async () => {
    const kilowatts = { ...recorded((value) => value), actionBounds: bounds(0, 5) };
    const { summary } = await trained("heater in kW", kilowatts, { actionBounds: [0, 5] });
    expect(summary.status).toBe("completed");
    const declared = await refused(boundless, { ...kilowatts, actionBounds: bounds(0, 1) });
    expect(declared.message).toMatch(/; correct the bounds that the data declare, or set clipActions to true/);
    const set = await refused(
      boundless,
      recorded((value) => value),
      { actionBounds: [0, 1] },
    );
    expect(set.message).toMatch(/; give the setting actionBounds in the units of the data, or set clipActions to/);
  });
});

describe("normaliseObservations", () => {
  it("is fixed by the recorded data, goes on in a resumed run, and is part of every exported policy", async () => {
    const dataset = recorded((kilowatts) => kilowatts);
    const whole = await trained("heater in kW", dataset, { normaliseObservations: true });
    const stop = new AbortController();
    const folder = newFolder();
    const onProgress = ({ phase, done }: { readonly phase: string; readonly done: number }) =>
      void (phase === "online" && done >= 10 && stop.abort());
    const task = "heater in kW";
    await train(
      { ...settings, task, normaliseObservations: true },
      { folder, dataset, signal: stop.signal, onProgress },
    );
    await resume({ folder, dataset });
    const policyOf = (place: string) => readFileSync(join(place, "policy.onnx"));
    expect(policyOf(folder).equals(policyOf(whole.folder))).toBe(true);
    const { path } = await exportPolicy({ folder });
    expect(readFileSync(path).equals(policyOf(folder))).toBe(true);
  });

  it("makes the learned policy independent of the units of observations; without it they matter", async () => {
    const kelvin = recorded((kilowatts) => kilowatts);
    const fahrenheit = (value: number, i: number) => (i % 2 === 0 ? 1.8 * value - 459.67 : value);
    const converted = {
      ...kelvin,
      episodes: kelvin.episodes.map((episode) => ({
        ...episode,
        observations: { state: (episode.observations.state as Float32Array).map(fahrenheit) },
      })),
    };
    const seen = Float32Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 280 + i : i / 4));
    /** The largest difference between what was learned from one and from the other, in kilowatts. */
    const difference = async (normaliseObservations: boolean) => {
      const learn = async (dataset: Dataset, observations: Float32Array) => {
        const { folder } = await trained("heater in kW", dataset, { normaliseObservations, onlineSteps: 0 });
        const policy = await PolicyFile.load(readFileSync(join(folder, "policy.onnx")), "policy.onnx");
        const actions = await policy.act(observations, { deterministic: true });
        await policy.release();
        return actions;
      };
      const [one, other] = [await learn(kelvin, seen), await learn(converted, seen.map(fahrenheit))];
      return Math.max(...one.map((value, i) => Math.abs(value - other[i]!)));
    };
    expect(await difference(true)).toBeLessThan(1e-3);
    expect(await difference(false)).toBeGreaterThan(0.01);
  });

  it("needs recorded vectors", async () => {
    const none = { offlineUpdates: 0, mixingRatio: 0, agent: "sac", normaliseObservations: true };
    const error = await errorOf(train({ ...settings, ...none, task: "heater in kW" }, { folder: newFolder() }));
    expect(error.message).toMatch(
      /^normaliseObservations takes the mean and deviation of recorded vectors, and the run/,
    );
  });
});
