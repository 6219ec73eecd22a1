/** Runs in an environment that answers with promises: the same numbers, the same policy for failures, the same limit of time. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { Agent } from "../agents/agent.js";
import type { Environment } from "../environments/environment.js";
import { promising } from "../environments/promising.fixture.js";
import { registerEnvironment } from "../environments/registry.js";
import type { TrainSettings } from "../settings/configuration.js";
import { hasty } from "./hangs.fixture.js";
import { readRun } from "./read.js";
import {
  errorOf,
  keepIn,
  type LineOptions,
  lineData,
  newFolder,
  openEnvironments,
  registerLine,
  type TinyOptions,
  trainTiny,
} from "./tiny-run.fixture.js";
import { resume } from "./train.js";

const reward = (_: number, action: number) => action;

/** A line that answers later; `spoil` may replace what it answers with. */
function registerPromised(name: string, options: LineOptions = {}, spoil = (line: Environment) => line): string {
  return registerLine(name, { ...options, making: (make) => spoil(promising(make())) });
}

/** Everything that a run has recorded, without the times. */
function recorded(folder: string) {
  const { evaluations, metrics } = readRun(folder);
  const timeless = (lines: readonly object[]) => lines.map((line) => ({ ...line, seconds: 0 }));
  const episodes = readFileSync(join(folder, "online-episodes.bin"));
  return { evaluations: timeless(evaluations), metrics: timeless(metrics), episodes };
}

/** Runs on in its next online step number `at` with whatever this returns. */
const failingAt = (at: number, answer: () => Promise<never>) => (line: Environment) => {
  let steps = 0;
  const { step } = line;
  return Object.assign(line, { step: (action: Float32Array) => (++steps === at ? answer() : step(action)) });
};

const never = () => new Promise<never>(() => {});

describe("an environment that promises its answers", () => {
  it("trains to the same bits as one that answers at once", async () => {
    const [synchronous, promised] = [
      registerLine("line at once", { reward, endsAt: 7 }),
      registerPromised("line later", { reward, endsAt: 7 }),
    ];
    const [first, second] = [await trainTiny(synchronous), await trainTiny(promised)];
    expect(second.summary).toMatchObject({ status: "completed", onlineSteps: 21, onlineEpisodes: 3 });
    expect(recorded(second.folder)).toEqual(recorded(first.folder));
    expect([...openEnvironments].filter(({ name }) => name === promised)).toEqual([]);
  });

  it("resumes in the middle of an episode where its state can be saved", async () => {
    const task = registerPromised("line later, saved", { reward, savable: true });
    const whole = await trainTiny(task);
    const folder = newFolder();
    const stop = new AbortController();
    const { act } = Agent.prototype;
    let acts = 0;
    vi.spyOn(Agent.prototype, "act").mockImplementation(function (this: Agent, observation, how) {
      if (!how.deterministic && ++acts === 13) stop.abort();
      return act.call(this, observation, how);
    });
    await trainTiny(task, {}, { folder, signal: stop.signal }).finally(() => vi.restoreAllMocks());
    expect(readRun(folder).summary).toMatchObject({ status: "interrupted", onlineSteps: 10 });
    await resume({ folder, dataset: lineData() });
    expect(recorded(folder)).toEqual(recorded(whole.folder));
  });
});

describe("a promise that does not come, or fails,", () => {
  const dropping: TrainSettings = { ...hasty, onEnvironmentFailure: "drop-episode", onlineSteps: 60 };

  async function noticesOf(task: string, options: TinyOptions = {}) {
    const notices: string[] = [];
    const onNotice = keepIn(notices);
    const { summary } = await trainTiny(task, dropping, { onNotice, ...options });
    expect(summary).toMatchObject({ status: "completed", onlineSteps: 60, onlineEpisodes: 6 });
    return notices;
  }

  it("drops its episode, and the run continues with a fresh environment", async () => {
    const hot = registerPromised(
      "line later, hot",
      {},
      failingAt(43, () => Promise.reject(new Error("the motor is hot"))),
    );
    expect(await noticesOf(hot)).toEqual([
      expect.stringMatching(/line later, hot failed at step 3 of online episode 5: the motor is hot\. That episode/),
    ]);
    const lost = registerPromised("line later, lost", {}, failingAt(43, never));
    expect(await noticesOf(lost)).toEqual([
      expect.stringMatching(/lost failed at step 3 of online episode 5: it gave no answer for 0\.3 seconds\. That/),
    ]);
    expect([...openEnvironments].filter(({ name }) => name === hot)).toEqual([]);
    // What gave no answer is not asked to close.
    expect([...openEnvironments].filter(({ name }) => name === lost)).toHaveLength(1);
  });

  it("ends a run that does not drop episodes, with the place in one sentence", async () => {
    const task = registerPromised("line later, silent", {}, failingAt(1, never));
    const folder = newFolder();
    const error = await errorOf(trainTiny(task, hasty, { folder }));
    expect(error.message).toMatch(
      /^The environment line later, silent failed at step 1 of evaluation episode 1: it gave no answer for 0\.3 seconds\. What was recorded/,
    );
    expect(readRun(folder).summary).toMatchObject({ status: "failed", reason: error.message });
  });

  it("reports an environment that is never made, and closes one that is made too late", async () => {
    registerEnvironment("never made", never);
    expect((await errorOf(trainTiny("never made", hasty))).message).toMatch(
      /^The environment never made could not be made: it gave no answer for 0\.3 seconds\. Mend it/,
    );
    const closed = vi.fn();
    const late = { name: "late", close: closed } as unknown as Environment;
    registerEnvironment("late", () => new Promise((resolve) => setTimeout(resolve, 600, late)));
    await errorOf(trainTiny("late", hasty));
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  });
});
