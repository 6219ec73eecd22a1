/**
 * A user's code that fails where no episode is played, or a policy that does: the run ends with one sentence that says
 * what failed and where, with a summary, and with all that was recorded before.
 */
import { existsSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Agent } from "../agents/agent.js";
import type { Environment } from "../environments/environment.js";
import { RunFailure } from "../errors.js";
import { readRun } from "../runs/read.js";
import type { TrainSettings } from "./configuration.js";
import { EnvironmentFailure } from "./environment-failure.js";
import {
  errorOf,
  type LineOptions,
  lineData,
  newFolder,
  openEnvironments,
  registerLine,
  type TinyOptions,
  trainTiny,
} from "./tiny-run.fixture.js";
import { resume } from "./train.js";

afterEach(() => vi.restoreAllMocks());

async function failing(task: string, settings: TrainSettings = {}, options: TinyOptions = {}) {
  const folder = newFolder();
  const error = await errorOf(trainTiny(task, settings, { folder, ...options }));
  expect(error).toBeInstanceOf(RunFailure);
  expect(openEnvironments.size).toBe(0);
  return { folder, error };
}

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
function stoppedInAnEpisode(steps = 13) {
  const stop = new AbortController();
  return { signal: stop.signal, at: (step: number) => void (step === steps && stop.abort()) };
}

describe("an environment that cannot be made", () => {
  it("at first leaves no folder: there is nothing to lose", async () => {
    const task = registerLine("line without a licence", {
      making: () => {
        throw new Error("no licence\nat line 3 of licence.js");
      },
    });
    const { folder, error } = await failing(task);
    expect(error.message).toBe(
      'The environment line without a licence could not be made: no licence. Mend it; then run again, or go on with "calql resume" (resume() where it is your own) where a run has begun.',
    );
    expect(existsSync(folder)).toBe(false);
  });

  it("a second time, to be measured in, ends a run with a summary; it can go on", async () => {
    let licences = 2;
    const task = registerLine("line for two", {
      making: (make, asked) => {
        if (asked > licences) throw new Error("no licence");
        return make();
      },
    });
    const { folder, error } = await failing(task);
    expect(error.message).toMatch(/^The environment line for two could not be made: no licence\./);
    expect(readRun(folder).summary).toMatchObject({ status: "failed", reason: error.message, updates: 0 });
    licences = Number.POSITIVE_INFINITY;
    const { summary } = await resume({ folder, dataset: lineData() });
    expect(summary).toMatchObject({ status: "completed", onlineSteps: 20 });
  });

  it("in the place of one that failed tells of both failures", async () => {
    // One to collect in, two to be measured in.
    const task = registerLine("line for three", {
      making: (make, asked) => {
        if (asked > 3) throw new Error("no licence");
        return make();
      },
      beforeStep: (steps) => {
        if (steps === 43) throw new Error("the motor is hot");
      },
    });
    const { folder, error } = await failing(task, { onEnvironmentFailure: "drop-episode", onlineSteps: 60 });
    expect(error).toBeInstanceOf(EnvironmentFailure);
    expect(error.message).toMatch(
      /^The environment line for three failed at step 3 of online episode 5: the motor is hot; and no fresh one could be made: no licence\. What was recorded/,
    );
    expect(readRun(folder).summary).toMatchObject({ status: "failed", reason: error.message, onlineSteps: 40 });
  });
});

describe("an environment that cannot save its state", () => {
  const throws = () => {
    throw new Error("the motor turns");
  };
  it.each<[string, () => Float64Array, RegExp]>([
    ["throws", throws, /saved: the motor turns\. What was recorded/],
    [
      "holds NaN",
      () => Float64Array.of(1, Number.NaN),
      /saved: .*the state holds NaN at index 1, which is not a finite/,
    ],
    [
      "is undefined",
      () => undefined as unknown as Float64Array,
      /saved: .*the state is undefined and not a Float64Array/,
    ],
    ["is an array", () => [1] as unknown as Float64Array, /saved: .*the state is of type Array and not a Float64Array/],
  ])("ends the run when what it saves %s", async (what, saved, sentence) => {
    const { signal, at } = stoppedInAnEpisode();
    const count = counted(at);
    const task = registerLine(`line whose state ${what}`, { ...saving(saved), reward: count });
    const { folder, error } = await failing(task, {}, { signal });
    expect(error).toBeInstanceOf(EnvironmentFailure);
    expect(error.message).toMatch(sentence);
    expect(error.message).toContain(`The environment ${task} failed at step 3 of online episode 2: its state could`);
    expect(readRun(folder).summary).toMatchObject({ status: "failed", reason: error.message, onlineSteps: 10 });
  });

  it("at a timed checkpoint is a failure in that episode, which is dropped where the settings say so", async () => {
    // Steps alone take time, so that a checkpoint is due after every one.
    let [saves, now] = [0, 0];
    const task = registerLine("line that moves once", {
      ...saving((state) => {
        if (++saves === 1) throw new Error("the motor turns");
        return state;
      }),
      beforeStep: () => {
        now += 1000;
      },
    });
    const notices: string[] = [];
    vi.spyOn(performance, "now").mockImplementation(() => now);
    const { summary } = await trainTiny(
      task,
      { checkpointEverySeconds: 1, onEnvironmentFailure: "drop-episode" },
      { onNotice: (sentence) => void notices.push(sentence) },
    );
    expect(summary).toMatchObject({ status: "completed", onlineSteps: 20, onlineEpisodes: 2 });
    expect(notices).toEqual([
      expect.stringMatching(/^The environment line that moves once failed at step 1 of online episode 1: its state/),
    ]);
    expect(saves).toBe(19);
  });
});

/** A reward that tells `at` of the online steps: those after the first evaluation's and the second one's. */
function counted(at: (step: number) => void): (step: number) => number {
  let steps = 0;
  return (step) => {
    // Two evaluations, before and after the offline phase, of two episodes of ten steps.
    at(++steps - 40);
    return -step;
  };
}

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

describe("a policy that gives no number", () => {
  it.each([
    ["online episode 1", { deterministic: false }],
    ["evaluation episode 1", { deterministic: true }],
  ])("is named, not the environment, in %s", async (episode, { deterministic }) => {
    const task = registerLine(`line for a policy of ${episode}`);
    const { act } = Agent.prototype;
    let made = 0;
    vi.spyOn(Agent.prototype, "act").mockImplementation(async function (this: Agent, observation, options) {
      const actions = await act.call(this, observation, options);
      return options.deterministic === deterministic && ++made === 4 ? actions.fill(Number.NaN) : actions;
    });
    const { folder, error } = await failing(task, { onEnvironmentFailure: "drop-episode" });
    expect(error).not.toBeInstanceOf(EnvironmentFailure);
    expect(error.message).toBe(
      `The policy gave the environment ${task} an action that cannot be played, for step 4 of ${episode}: it holds NaN at index 0, which is not a finite number. What was recorded before is kept; lower the learning rates or look at the data, and begin another run.`,
    );
    expect(readRun(folder).summary).toMatchObject({ status: "failed", reason: error.message });
    expect(readRun(folder).notices).toEqual([]);
  });
});
