/**
 * An environment that gives no answer where no episode is played: when it is made, and when its state is saved or
 * restored. It is named as in an episode, and a run that has begun can go on.
 */
import { existsSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { Agent } from "../agents/agent.js";
import { failing, hangs, hasty, leftOpen } from "./hangs.fixture.js";
import { readRun } from "./read.js";
import { errorOf, lineData, newFolder, registerLine, tiny, trainTiny } from "./tiny-run.fixture.js";
import { resume } from "./train.js";

describe("an environment that hangs where no episode is played", () => {
  /** A line whose given call loops, the given time that it is asked for. */
  function hangingCall(name: string, call: "make" | "saveState" | "restoreState", at: number): string {
    let asked = 0;
    const counted = () => void (++asked === at && hangs["a loop"]!());
    return registerLine(name, {
      savable: true,
      making(make) {
        if (call === "make") counted();
        const environment = make();
        if (call === "make") return environment;
        const work = environment[call]! as (state?: Float64Array) => never;
        return Object.assign(environment, {
          [call]: (state?: Float64Array) => {
            counted();
            return work(state);
          },
        });
      },
    });
  }

  /** Ends a run in the middle of its second online episode: the 53rd step of all. */
  function stoppedInAnEpisode(task: string, folder: string) {
    const stop = new AbortController();
    let acts = 0;
    const { act } = Agent.prototype;
    vi.spyOn(Agent.prototype, "act").mockImplementation(function (this: Agent, observation, how) {
      if (!how.deterministic && ++acts === 13) stop.abort();
      return act.call(this, observation, how);
    });
    return trainTiny(task, hasty, { folder, signal: stop.signal }).finally(() => vi.restoreAllMocks());
  }

  it("made for the first time leaves no folder", async () => {
    const folder = newFolder();
    const task = hangingCall("hanging to be made", "make", 1);
    expect((await errorOf(trainTiny(task, hasty, { folder }))).message).toBe(
      'The environment hanging to be made could not be made: it gave no answer for 0.3 seconds. Mend it; then run again, or continue with "calql resume" (resume() where it is your own) where a run has begun.',
    );
    expect(existsSync(folder)).toBe(false);
  });

  it("made to be measured in ends the run with a summary", async () => {
    const { error, run } = await failing(hangingCall("hanging second", "make", 2), {});
    expect(error.message).toMatch(/^The environment hanging second could not be made: it gave no answer/);
    expect(run.summary).toMatchObject({ status: "failed", reason: error.message, updates: 0 });
    expect(leftOpen("hanging second")).toBe(0);
  });

  it("made in the place of one that failed reports both failures", async () => {
    // One to collect in, two to be measured in; the fresh one is the fourth.
    const hangsFourth = registerLine("hanging successor", {
      making: (make, asked) => {
        if (asked === 4) hangs["a loop"]!();
        return make();
      },
      beforeStep: (steps) => {
        if (steps === 43) throw new Error("the motor is hot");
      },
    });
    const { error, run } = await failing(hangsFourth, { onEnvironmentFailure: "drop-episode", onlineSteps: 60 });
    expect(error.message).toMatch(
      /^The environment hanging successor failed at step 3 of online episode 5: the motor is hot; and no fresh one could be made: it gave no answer for 0\.3 seconds\. What was recorded/,
    );
    expect(run.summary).toMatchObject({ status: "failed", reason: error.message, onlineSteps: 40 });
    // What failed is closed before a fresh one is asked for; after a hang no environment is called any more.
    expect(leftOpen("hanging successor")).toBe(tiny.evaluationEpisodes);
  });

  it("saving its state, is named with episode and step, and the checkpoint before is kept", async () => {
    const folder = newFolder();
    const error = await errorOf(stoppedInAnEpisode(hangingCall("hanging saver", "saveState", 1), folder));
    expect(error.message).toMatch(
      /^The environment hanging saver failed at step 3 of online episode 2: its state could not be saved: it gave no answer/,
    );
    expect(readRun(folder).summary).toMatchObject({ status: "failed", onlineSteps: 10 });
    expect(leftOpen("hanging saver")).toBe(1 + tiny.evaluationEpisodes);
    expect((await resume({ folder, dataset: lineData() })).summary).toMatchObject({
      status: "completed",
      onlineSteps: 20,
    });
  });

  it("taking a state back, is named with episode and step; mended, the run goes on in that episode", async () => {
    const folder = newFolder();
    await stoppedInAnEpisode(hangingCall("hanging reader", "restoreState", 1), folder);
    const error = await errorOf(resume({ folder, dataset: lineData() }));
    expect(error.message).toMatch(
      /^The environment hanging reader failed at step 3 of online episode 2: the state of the checkpoint could not be restored: it gave no answer/,
    );
    expect(readRun(folder).summary).toMatchObject({ status: "failed", reason: error.message });
    expect(leftOpen("hanging reader")).toBe(1);
    expect((await resume({ folder, dataset: lineData() })).summary).toMatchObject({ status: "completed" });
  });
});
