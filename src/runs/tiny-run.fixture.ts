/**
 * Runs of a second for tests: a task of a few lines with episodes of known length, recorded data for it, and settings
 * with networks of eight units.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect } from "vitest";
import type { Dataset } from "../data/episode.js";
import { randomDataset } from "../data/example-data.fixture.js";
import { box, type Environment } from "../environments/environment.js";
import { registerEnvironment } from "../environments/registry.js";
import type { TrainSettings } from "../settings/configuration.js";
import type { NoticeLine } from "../training/record.js";
import { configure } from "./configure.js";
import { readRun } from "./read.js";
import { type TrainOptions, type TrainResult, trainConfigured } from "./train.js";

/** How a task of the tests behaves. */
export interface LineOptions {
  readonly horizon?: number;
  /** The reward of a step, counted from 1, of the action, and of the seed of the episode. */
  readonly reward?: (step: number, action: number, seed: number) => number;
  /** Whether the task is achieved in a step. */
  readonly success?: (step: number) => boolean | null;
  /** The step at which the task itself ends. */
  readonly endsAt?: number;
  /** Called before every step with the number of steps of this environment so far; may throw. */
  readonly beforeStep?: (steps: number) => void;
  /** The same for every reset, counted from 1. */
  readonly beforeReset?: (resets: number) => void;
  /** What its script does, where it has one. */
  readonly script?: number;
  /** Whether its state can be saved. */
  readonly savable?: boolean;
  /** Called instead of making an environment, with the number of those asked for so far; may throw. */
  readonly making?: (make: () => Environment, asked: number) => Environment;
}

/** Environments of the tests that were made and not closed. */
export const openEnvironments = new Set<Environment>();

/** Registers a task: a point on a line that an action moves, 2 observations, 1 action, 10 steps. */
export function registerLine(name: string, options: LineOptions = {}): string {
  const make = () => line(name, options);
  let asked = 0;
  registerEnvironment(name, () => options.making?.(make, ++asked) ?? make());
  return name;
}

function line(name: string, options: LineOptions): Environment {
  const { horizon = 10, reward = (step) => -step, success = () => false, endsAt, beforeStep, beforeReset } = options;
  let [step, steps, resets, position, episode] = [0, 0, 0, 0, 0];
  const state = () => ({ observation: Float32Array.of(position, step), info: { success: success(step) } });
  const environment: Environment = {
    name,
    horizon,
    observationSpace: box(2, -100, 100),
    actionSpace: box(1, -1, 1),
    reset({ seed = 0 } = {}) {
      beforeReset?.(++resets);
      step = 0;
      episode = seed;
      position = (seed % 7) / 7;
      return state();
    },
    step(action) {
      beforeStep?.(++steps);
      step++;
      position += action[0]!;
      const terminated = step === endsAt;
      const truncated = !terminated && step >= horizon;
      return { ...state(), reward: reward(step, action[0]!, episode), terminated, truncated };
    },
    close: () => openEnvironments.delete(environment),
    ...(options.script !== undefined && { scriptedAction: () => Float32Array.of(options.script!) }),
    ...(options.savable && {
      saveState: () => Float64Array.of(step, position, episode),
      restoreState: ([savedStep, savedPosition, savedEpisode]: Float64Array) => {
        [step, position, episode] = [savedStep!, savedPosition!, savedEpisode!];
      },
    }),
  };
  openEnvironments.add(environment);
  return environment;
}

/** 100 recorded steps for a line. */
export function lineData(): Dataset {
  return randomDataset(1, [20, 30, 50], { observationSize: 2, actionSize: 1 });
}

/** The smallest networks and the shortest phases; 10 updates, 20 steps. */
export const tiny = {
  agent: "cal-ql",
  threads: 1,
  batchSize: 8,
  nActions: 2,
  actorHidden: [8],
  criticHidden: [8],
  offlineUpdates: 10,
  onlineSteps: 20,
  evaluationEpisodes: 2,
  evaluateEveryUpdates: 1000,
  evaluateEverySteps: 1000,
  logEveryUpdates: 10,
} satisfies TrainSettings;

/** What a run leaves in its folder, but for the report, which the public entry points add. */
export const runFolderContent = [
  "checkpoints",
  "config.json",
  "evaluations.jsonl",
  "metrics.jsonl",
  "notices.jsonl", // the verdict at the switch
  "online-episodes.bin",
  "policy.onnx",
  "summary.json",
];

const places: string[] = [];
afterAll(() => {
  for (const place of places) rmSync(place, { recursive: true });
});

/** A new folder's name for a run, in the system's place for such; gone after the tests of a file. */
export function newFolder(): string {
  const place = mkdtempSync(join(tmpdir(), "calql-train-"));
  places.push(place);
  return join(place, "run");
}

/** A run from settings as a caller writes them, without the report that the public door draws. */
export async function train(settings: TrainSettings, options: TrainOptions): Promise<TrainResult> {
  return trainConfigured(configure(settings), options);
}

/** What a test may give to a run; `dataset: null` gives no data in memory. */
export type TinyOptions = Partial<Omit<TrainOptions, "dataset">> & { readonly dataset?: Dataset | null };

/**
 * The sentences of a run, but for those that every run of a second has: what is odd about its few data, and the doctor's
 * verdict at the switch.
 */
export function keepIn(sentences: string[]): (sentence: string) => void {
  return (sentence) => {
    if (!/^(?:The critic (?:is on|lies) |In the recorded data, |Reading the data: )/.test(sentence))
      sentences.push(sentence);
  };
}

/** The recorded notices of a run, but for those. */
export function noticesIn(folder: string): NoticeLine[] {
  return readRun(folder).notices.filter(({ kind }) => kind !== "switch" && kind !== "data");
}

/** A run on a line; `task` must have been registered. */
export async function trainTiny(task: string, settings: TrainSettings = {}, options: TinyOptions = {}) {
  const { dataset = lineData(), ...others } = options;
  return train({ ...tiny, task, ...settings }, { folder: newFolder(), ...(dataset && { dataset }), ...others });
}

/** The error that the work must end with. */
export async function errorOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => expect.fail("the run did not fail"),
    (error: Error) => error,
  );
}
