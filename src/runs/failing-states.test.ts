/**
 * A user's environment that fails in its state: where it cannot be saved the run is none the worse, and a resumed one plays
 * that episode again; where it cannot be restored the run ends until that is mended.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { identityOf } from "../../tools/chaos/run-identity.js";
import { box, type Environment } from "../environments/environment.js";
import { EnvironmentFailure } from "../environments/environment-failure.js";
import { RenewableEnvironment } from "../environments/renewable-environment.js";
import { RandomStream } from "../random.js";
import type { TrainSettings } from "../settings/configuration.js";
import { EnvironmentCollector } from "../training/environment-collector.js";
import { CheckpointStore } from "./checkpoints/store.js";
import { readRun } from "./read.js";
import { parseSavedRun } from "./saved-run.js";
import {
  errorOf,
  keepIn,
  type LineOptions,
  lineData,
  newFolder,
  noticesIn,
  openEnvironments,
  registerLine,
  trainTiny,
} from "./tiny-run.fixture.js";
import { resume } from "./train.js";

// Other files of the same worker leave environments open, those that hang for instance.
beforeEach(() => openEnvironments.clear());

afterEach(() => vi.restoreAllMocks());

/** A line that saves what `saved` makes of its state; both may throw. */
function saving(saved: (state: Float64Array) => Float64Array, beforeRestoring = () => {}): LineOptions {
  const making = (make: () => Environment): Environment => {
    const environment = make();
    const { saveState, restoreState } = environment;
    return Object.assign(environment, {
      saveState: () => saved(saveState!()),
      restoreState(state: Float64Array) {
        beforeRestoring();
        restoreState!(state);
      },
    });
  };
  return { savable: true, making };
}

/** Ends a run in the middle of its second online episode; what is then saved is the last checkpoint. */
function stoppedInAnEpisode() {
  const stop = new AbortController();
  return { signal: stop.signal, at: (step: number) => void (step === 13 && stop.abort()) };
}

/** A reward that tells `at` of the online steps: those after the first evaluation's and the second one's. */
function counted(at: (step: number) => void): (step: number) => number {
  let steps = 0;
  return (step) => {
    // Two evaluations, before and after the offline phase, of two episodes of ten steps.
    at(++steps - 40);
    return -step;
  };
}

/** Steps of the episode in progress that the newest checkpoint holds; null where it holds none. */
function heldSteps(folder: string): number | null {
  const held = ({ manifest, path }: { manifest: unknown; path: string }) => parseSavedRun(manifest, path).trajectory;
  return new CheckpointStore(folder).newest(held, () => {});
}

const throws = () => {
  throw new Error("the motor turns");
};
const again = "A resumed run plays that episode again from its beginning.";

describe("an environment that cannot save its state", () => {
  it.each<[string, () => unknown, RegExp]>([
    ["throws", throws, /saved: the motor turns\. A resumed/],
    [
      "holds NaN",
      () => Float64Array.of(1, Number.NaN),
      /saved: .*the state holds NaN at index 1, which is not a finite/,
    ],
    ["is undefined", () => undefined, /saved: .*the state is undefined and not a Float64Array/],
    ["is an array", () => [1], /saved: .*the state is of type Array and not a Float64Array/],
    [
      "is a promise",
      () => Promise.reject(new Error("late")),
      /saved: .*saveState\(\) returned a Promise; only reset, step/,
    ],
  ])(
    "is reported when what it saves %s; a resumed run is the one that was never ended",
    async (what, saved, sentence) => {
      const { signal, at } = stoppedInAnEpisode();
      const task = registerLine(`line whose state ${what}`, {
        ...saving(saved as () => Float64Array),
        reward: counted(at),
      });
      const folder = newFolder();
      const notices: string[] = [];
      const { summary } = await trainTiny(task, {}, { folder, signal, onNotice: keepIn(notices) });
      expect(summary).toMatchObject({ status: "interrupted", onlineSteps: 10 });
      expect(notices).toEqual([expect.stringMatching(sentence)]);
      expect(notices[0]).toContain(`The environment ${task} failed at step 3 of online episode 2: its state could`);
      expect(notices[0]!.endsWith(`. ${again}`)).toBe(true);
      expect(noticesIn(folder)).toEqual([]);
      expect(heldSteps(folder)).toBeNull();
      await resume({ folder, dataset: lineData() });
      expect(identityOf(folder)).toEqual(identityOf((await trainTiny(task)).folder));
      expect(openEnvironments.size).toBe(0);
    },
  );

  it("goes on from the beginning of an episode that it was resumed within", async () => {
    let [broken, steps, end] = [false, 0, 53];
    let stop = new AbortController();
    const task = registerLine("line that breaks after a resume", {
      ...saving((state) => (broken ? throws() : state)),
      beforeStep: () => void (++steps === end && stop.abort()),
      reward: (step, action, seed) => action + step + seed / 2 ** 31,
    });
    // Chance draws the actions of a warm-up: another stream that must go back.
    const settings: TrainSettings = { warmupSteps: 15, warmupActions: "random", onlineSteps: 40 };
    const folder = newFolder();
    await trainTiny(task, settings, { folder, signal: stop.signal });
    expect(heldSteps(folder)).toBe(3);
    [broken, steps, end, stop] = [true, 0, 4, new AbortController()];
    await resume({ folder, dataset: lineData(), signal: stop.signal });
    expect([heldSteps(folder), readRun(folder).summary!.onlineSteps]).toEqual([null, 10]);
    await resume({ folder, dataset: lineData() });
    expect(identityOf(folder)).toEqual(identityOf((await trainTiny(task, settings)).folder));
  });

  it.each(["stop", "drop-episode"] as const)(
    "ends and drops nothing at timed checkpoints, and is reported once, with %s",
    async (onEnvironmentFailure) => {
      let now = 0;
      const task = registerLine(`line to ${onEnvironmentFailure}`, {
        ...saving(throws),
        beforeStep: () => {
          now += 1000;
        },
      });
      const settings = { checkpointEverySeconds: 1, onEnvironmentFailure };
      const notices: string[] = [];
      // Steps alone take time, so that a checkpoint is due after every one.
      vi.spyOn(performance, "now").mockImplementation(() => now);
      const timed = await trainTiny(task, settings, { onNotice: keepIn(notices) });
      vi.restoreAllMocks();
      expect(notices).toEqual([
        `The environment ${task} failed at step 1 of online episode 1: its state could not be saved: the motor turns. ${again}`,
      ]);
      expect(noticesIn(timed.folder)).toEqual([]);
      const untimed = await trainTiny(task, settings);
      expect(untimed.summary).toMatchObject({ status: "completed", onlineSteps: 20, onlineEpisodes: 2 });
      expect(identityOf(timed.folder)).toEqual(identityOf(untimed.folder));
    },
  );

  it("is a failure where it is unknown how the episode began, as in older checkpoints", async () => {
    const environment = {
      name: "line",
      observationSpace: box(2, -1, 1),
      actionSpace: box(1, -1, 1),
      saveState: throws,
      restoreState: () => {},
    } as unknown as Environment;
    const told = vi.fn();
    const collector = new EnvironmentCollector({
      environment: await RenewableEnvironment.make(async () => environment),
      settings: { onEnvironmentFailure: "stop", episodeFailures: 1 },
      seeds: new RandomStream(0),
      streams: () => ({}),
      onDrop: () => {},
      onUnsaved: told,
    });
    const tensors = new Map<string, Float32Array | Float64Array>([
      ["environment", new Float64Array(3)],
      ["trajectory/rewards", new Float64Array(0)],
      ["trajectory/observations", new Float32Array(2)],
      ["trajectory/actions", new Float32Array(0)],
    ]);
    const inside = { episodes: 1, failures: 0, episode: { steps: 0, tensors } };
    await collector.restore({ ...inside, before: undefined }, "checkpoint");
    expect(() => collector.capture()).toThrow(EnvironmentFailure);
    expect(told).not.toHaveBeenCalled();
    await collector.restore({ ...inside, before: {} }, "checkpoint");
    expect(collector.capture()).toMatchObject({ episode: null, before: {} });
    expect(told).toHaveBeenCalledOnce();
  });
});

describe("a state that cannot be restored", () => {
  it("ends the resumed run with a summary; mended, it goes on in that episode", async () => {
    let broken = true;
    const { signal, at } = stoppedInAnEpisode();
    const task = registerLine("line that forgets", {
      ...saving(
        (state) => state,
        () => {
          if (broken) throw new TypeError("cannot read the clock");
        },
      ),
      reward: counted(at),
    });
    const { folder, summary } = await trainTiny(task, {}, { signal });
    expect(summary).toMatchObject({ status: "interrupted", onlineSteps: 10 });
    const error = await errorOf(resume({ folder, dataset: lineData() }));
    expect(error).toBeInstanceOf(EnvironmentFailure);
    expect(error.message).toMatch(
      /^The environment line that forgets failed at step 3 of online episode 2: the state of the checkpoint could not be restored: cannot read the clock\. What was/,
    );
    const { summary: failed, evaluations, metrics } = readRun(folder);
    expect(failed).toMatchObject({ status: "failed", reason: error.message, onlineSteps: 10 });
    expect([evaluations.length, metrics.length]).toEqual([2, 2]);
    expect(openEnvironments.size).toBe(0);
    broken = false;
    const whole = await resume({ folder, dataset: lineData() });
    expect(whole.summary).toMatchObject({ status: "completed", onlineSteps: 20, onlineEpisodes: 2 });
  });
});
