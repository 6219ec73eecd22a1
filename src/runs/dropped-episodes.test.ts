/** Online episodes in which the environment fails: dropped where the settings say so, and the run is none the worse. */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { RunFailure } from "../errors.js";
import type { TrainSettings } from "../settings/configuration.js";
import { readRun } from "./read.js";
import { runFiles } from "./record.js";
import {
  errorOf,
  keepIn,
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

const dropping: TrainSettings = { onEnvironmentFailure: "drop-episode", onlineSteps: 60 };

/** Evaluations play 30 steps in each of their environments: what fails later fails online. */
const throwing = registerLine("line that throws", {
  beforeStep: (steps) => {
    if (steps === 43) throw new Error("the motor is hot\nat line 7 of motor.c");
  },
});
let answers = 0;
const malformed = registerLine("line without a number", {
  beforeStep: (steps) => {
    answers = steps;
  },
  reward: () => (answers === 43 ? Number.NaN : 0),
});

async function dropped(task: string, settings: TrainSettings = {}, options: TinyOptions = {}) {
  const notices: string[] = [];
  const onNotice = keepIn(notices);
  const { folder, summary } = await trainTiny(task, { ...dropping, ...settings }, { onNotice, ...options });
  return { folder, summary, notices, run: { ...readRun(folder), notices: noticesIn(folder) } };
}

describe("an online episode in which the environment fails", () => {
  it.each([
    [
      throwing,
      /^The environment line that throws failed at step 3 of online episode 5: the motor is hot\. That episode/,
    ],
    [
      malformed,
      /^The environment line without a number failed at step 3 of online episode 5: .*the reward is NaN.* That/,
    ],
  ])("is dropped: %s", async (task, sentence) => {
    const { summary, notices, run } = await dropped(task);
    expect(summary).toMatchObject({ status: "completed", onlineSteps: 60, onlineEpisodes: 6, updates: 70 });
    expect(notices).toEqual([expect.stringMatching(sentence)]);
    expect(run.notices).toMatchObject([
      { kind: "dropped-episode", phase: "online", onlineSteps: 40, updates: 50, notice: notices[0] },
    ]);
    expect(openEnvironments.size).toBe(0);
  });

  it("stops the run when too many in a row fail, and those before are kept", async () => {
    const state = { failed: false };
    const lasting = registerLine("line that breaks forever", {
      beforeStep: (steps) => {
        state.failed ||= steps === 43;
        if (state.failed) throw new Error("no power");
      },
    });
    const folder = newFolder();
    const error: unknown = await dropped(lasting, { episodeFailures: 3 }, { folder }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(RunFailure);
    expect((error as Error).message).toMatch(
      /^3 online episodes in a row failed, the last so: The environment line that breaks forever failed at step 1 of online episode 5: no power\./,
    );
    const { summary } = readRun(folder);
    expect(summary).toMatchObject({ status: "failed", onlineSteps: 40, onlineEpisodes: 4 });
    expect(noticesIn(folder)).toHaveLength(2);
    expect(openEnvironments.size).toBe(0);
  });

  it("counts failures in a row alone", async () => {
    // The first environment fails in its fifth episode, the fresh ones in their fifth.
    const every = registerLine("line that fails now and then", {
      beforeStep: (steps) => {
        if (steps === 42) throw new Error("again");
      },
    });
    const { summary, notices } = await dropped(every, { episodeFailures: 2, onlineSteps: 120 });
    expect(summary).toMatchObject({ status: "completed", onlineSteps: 120, onlineEpisodes: 12 });
    expect(notices).toHaveLength(2);
  });

  it("is the end of an evaluation all the same: a policy that was measured on some episodes alone looks good", async () => {
    const judge = registerLine("line that fails its judge", {
      beforeStep: (steps) => {
        if (steps === 15) throw new Error("no light");
      },
    });
    const error: unknown = await dropped(judge, { offlineUpdates: 10, onlineSteps: 0, evaluateEveryUpdates: 5 }).catch(
      (reason: unknown) => reason,
    );
    expect((error as Error).message).toMatch(/failed at step 5 of evaluation episode 1: no light/);
  });
});

describe("a run with a dropped episode", () => {
  it("that is ended and resumed counts on: failures in a row are those of the run", async () => {
    let steps = 0;
    const task = registerLine("line that is broken on both sides", {
      beforeStep: () => {
        // Two evaluations of twenty steps, then one episode.
        if (++steps > 50) throw new Error("no power");
      },
    });
    const settings = { ...dropping, episodeFailures: 4 };
    const stop = new AbortController();
    const folder = newFolder();
    let told = 0;
    const onNotice = (sentence: string) => void (/^The environment/.test(sentence) && ++told === 2 && stop.abort());
    const { summary } = await trainTiny(task, settings, { folder, signal: stop.signal, onNotice });
    expect(summary).toMatchObject({ status: "interrupted", onlineEpisodes: 1 });
    expect((await errorOf(resume({ folder, dataset: lineData() }))).message).toMatch(/^4 online episodes in a row/);
    expect(noticesIn(folder)).toHaveLength(3);
  });

  it("that is ended and resumed is the run that was never ended", async () => {
    // Fails at a place that follows from the episode alone, as a resumed run meets it again.
    const name = "line with a hole";
    registerLine(name, {
      reward: (step, action) => (Math.abs(action) > 0.7 ? Number.NaN : -step),
    });
    const settings = { ...dropping, onlineSteps: 80, episodeFailures: 50, evaluationEpisodes: 1, seed: 4 };
    const whole = await dropped(name, settings);
    expect(whole.notices.length).toBeGreaterThan(1);
    for (const end of [25, 60]) {
      const stop = new AbortController();
      let calls = 0;
      const onProgress = () => {
        if (++calls === end) stop.abort();
      };
      const { folder, summary } = await dropped(name, settings, { onProgress, signal: stop.signal });
      expect(summary.status).toBe("interrupted");
      // What a kill after the checkpoint would leave: the resumed run notices it again.
      appendFileSync(join(folder, runFiles.notices), `${JSON.stringify(whole.run.notices.at(-1))}\n`);
      await resume({ folder, dataset: lineData() });
      const { metrics, evaluations } = readRun(folder);
      const timeless = ({ seconds: _, ...line }: { readonly seconds: number }) => line;
      expect(metrics.map(timeless)).toEqual(whole.run.metrics.map(timeless));
      expect(evaluations.map(timeless)).toEqual(whole.run.evaluations.map(timeless));
      expect(noticesIn(folder).map(timeless)).toEqual(whole.run.notices.map(timeless));
    }
  });
});
