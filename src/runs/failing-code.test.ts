/**
 * A user's code that fails where no episode is played, or a policy that does: the run ends with one sentence that says
 * what failed and where, with a summary, and with all that was recorded before.
 */
import { existsSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Agent } from "../agents/agent.js";
import { EnvironmentFailure } from "../environments/environment-failure.js";
import { RunFailure } from "../errors.js";
import type { TrainSettings } from "../settings/configuration.js";
import { readRun } from "./read.js";
import {
  errorOf,
  lineData,
  newFolder,
  noticesIn,
  openEnvironments,
  registerLine,
  type TinyOptions,
  trainTiny,
} from "./tiny-run.fixture.js";
import { resume } from "./train.js";

// Other files of the same worker leave environments open, those that hang for instance.
beforeEach(() => openEnvironments.clear());

afterEach(() => vi.restoreAllMocks());

async function failing(task: string, settings: TrainSettings = {}, options: TinyOptions = {}) {
  const folder = newFolder();
  const error = await errorOf(trainTiny(task, settings, { folder, ...options }));
  expect(error).toBeInstanceOf(RunFailure);
  expect(openEnvironments.size).toBe(0);
  return { folder, error };
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
      'The environment line without a licence could not be made: no licence. Mend it; then run again, or continue with "calql resume" (resume() where it is your own) where a run has begun.',
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

  it("in the place of one that failed reports both failures", async () => {
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
    expect(noticesIn(folder)).toEqual([]);
  });
});
