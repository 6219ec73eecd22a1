/** An environment that gives no answer ends as one that throws: in order, named, with everything written. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { builtProgram } from "../cli/built.fixture.js";
import { RunFailure } from "../errors.js";
import { type Look, nextLook } from "./hang-watch.js";
import { failing, hangs, hasty, leftOpen } from "./hangs.fixture.js";
import { readRun } from "./read.js";
import { noticesIn, registerLine, tiny, trainTiny } from "./tiny-run.fixture.js";

/** Every environment of the task hangs at its own step `at`. */
function hanging(name: string, at: number, how: () => void): string {
  return registerLine(name, {
    beforeStep: (steps) => {
      if (steps === at) how();
    },
  });
}

describe("the time that a call goes on", () => {
  /** After looks at these times, in milliseconds, at these counts; one is meant every 250. */
  function still(times: readonly number[], beats: readonly number[]): number {
    const start: Look = { at: 0, beat: 0, still: 0 };
    return times.reduce((look, at, i) => nextLook(look, { at, beat: beats[i]! }, 250), start).still;
  }

  it("is counted within one call alone", () => {
    expect(still([250, 500, 750], [2, 2, 2])).toBe(0);
    expect(still([250, 500, 740], [3, 3, 3])).toBe(490);
    expect(still([250, 500, 750, 1000], [3, 3, 5, 5])).toBe(250);
    expect(still([250, 500, 750], [3, 3, 4])).toBe(0);
  });

  it("is that of the process, not of the world: no more than was meant to pass between two looks", () => {
    expect(still([250, 86_400_000], [3, 3])).toBe(250);
    expect(still([250, 500, 86_400_000, 86_400_250], [3, 3, 3, 3])).toBe(750);
  });

  it("goes on when the count has come round to negative numbers", () => {
    expect(still([250, 500], [-3, -3])).toBe(250);
    expect(still([250, 500], [-2, -2])).toBe(0);
  });
});

describe("an environment that hangs", () => {
  it.each(Object.keys(hangs))("online, in %s, ends the run with episode and step", async (how) => {
    const task = hanging(`hanging in ${how}`, 23, hangs[how]!);
    const { error, folder, run } = await failing(task, { onlineSteps: 40 });
    expect(error).toBeInstanceOf(RunFailure);
    expect(error.message).toBe(
      `The environment ${task} failed at step 3 of online episode 3: it gave no answer for 0.3 seconds. ` +
        'What was recorded before is kept; mend it and continue with "calql resume", or with resume() where it is your own.',
    );
    expect(run.summary).toMatchObject({ status: "failed", reason: error.message, updates: 30, onlineSteps: 20 });
    expect(run.metrics.map(({ updates }) => updates)).toEqual([10, 20, 30]);
    expect(existsSync(join(folder, "policy.onnx"))).toBe(true);
    expect(existsSync(join(folder, ".lock"))).toBe(false);
    // With it those for evaluations: a run that hung calls no environment any more.
    expect(leftOpen(task)).toBe(1 + tiny.evaluationEpisodes);
  });

  it("in an evaluation is named as well", async () => {
    const { error, run } = await failing(hanging("hanging judge", 4, hangs["a loop"]!), {});
    expect(error.message).toMatch(
      /^The environment hanging judge failed at step 4 of evaluation episode 1: it gave no/,
    );
    expect(run.summary).toMatchObject({ status: "failed", updates: 0 });
    expect(leftOpen("hanging judge")).toBe(tiny.evaluationEpisodes);
  });

  it("at the beginning of an episode is named as well", async () => {
    const task = registerLine("hanging beginner", {
      beforeReset: (resets) => {
        // The first is that at the door.
        if (resets === 6) hangs["a loop"]!();
      },
    });
    const { error } = await failing(task, { onlineSteps: 60 });
    expect(error.message).toMatch(/^The environment hanging beginner failed at the beginning of online episode 5: it/);
  });

  it("costs its episode alone where the settings say so", async () => {
    const task = hanging("hanging once", 43, hangs["a loop"]!);
    const { summary, folder } = await trainTiny(task, {
      ...hasty,
      onlineSteps: 60,
      onEnvironmentFailure: "drop-episode",
    });
    expect(summary).toMatchObject({ status: "completed", onlineSteps: 60, onlineEpisodes: 6 });
    expect(noticesIn(folder)).toMatchObject([
      {
        kind: "dropped-episode",
        onlineSteps: 40,
        notice: expect.stringMatching(/step 3 of online episode 5: it gave no/),
      },
    ]);
    // The one that hung; the fresh one in its place was closed.
    expect(leftOpen(task)).toBe(1);
  });
});

describe("a process of its own", () => {
  const { place, remove } = builtProgram();
  afterAll(remove);

  /** Nothing within the process can break this off. */
  const blocking = 'spawnSync("sleep", ["40"])';

  it("ends with a sentence where its environment blocks it and nothing can break that off", () => {
    const script = join(place, "blocked.js");
    writeFileSync(script, program({ fourthStep: blocking, folder: join(place, "run"), seconds: 0.3 }));
    const { signal, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8", timeout: 60_000 });
    expect(signal).toBe("SIGKILL");
    expect(stderr.trim()).toBe(
      "error: The environment slow failed at step 4 of evaluation episode 1: it gave no answer for 0.3 seconds, and " +
        'cannot be broken off. What was recorded before is kept; mend it and continue with "calql resume", or with resume() where it is your own.',
    );
    expect(readRun(join(place, "run")).summary).toBeUndefined();
  });

  it("says what to do, also where it is blocked before there is a run", () => {
    const script = join(place, "unmade.js");
    const folder = join(place, "unmade");
    writeFileSync(script, program({ making: blocking, folder, seconds: 0.3 }));
    const { signal, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8", timeout: 60_000 });
    expect(signal).toBe("SIGKILL");
    expect(stderr.trim()).toBe(
      "error: The environment slow could not be made: it gave no answer for 0.3 seconds, and cannot be broken off. " +
        'Mend it; then run again, or continue with "calql resume" (resume() where it is your own) where a run has begun.',
    );
    expect(existsSync(folder)).toBe(false);
  });

  it("may be given on the command line: the watch does not take the flags of the program", () => {
    const folder = join(place, "evaluated");
    const source = program({ folder, seconds: 5 }).replaceAll('"./dist/', `"${pathToFileURL(place)}/dist/`);
    const flags = ["--input-type=module", "--eval", source];
    const { status, stderr } = spawnSync(process.execPath, flags, { encoding: "utf8", timeout: 60_000 });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(readRun(folder).summary).toMatchObject({ status: "completed", onlineSteps: 10 });
  });

  it("that is stopped within a call for longer than the call may take goes on when it is continued", async () => {
    const script = join(place, "stopped.js");
    const folder = join(place, "stopped");
    // It is seen in the call before it stops, and again when it goes on.
    const wait = (time: number) => `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${time})`;
    const fourthStep = `${wait(600)}; process.kill(process.pid, "SIGSTOP"); ${wait(300)}`;
    writeFileSync(script, program({ fourthStep, folder, seconds: 2 }));
    expect(await endOfStopped(spawn(process.execPath, [script], { stdio: "pipe" }))).toEqual({ code: 0, error: "" });
    expect(readRun(folder).summary).toMatchObject({ status: "completed", onlineSteps: 10 });
  });
});

/** How a process ends that stops itself: it is continued every five seconds. */
function endOfStopped(child: ChildProcess): Promise<{ readonly code: number | null; readonly error: string }> {
  const continuing = setInterval(() => child.kill("SIGCONT"), 5_000);
  let error = "";
  child.stderr!.on("data", (piece) => {
    error += String(piece);
  });
  return new Promise((resolve) =>
    child.on("close", (code) => {
      clearInterval(continuing);
      resolve({ code, error });
    }),
  );
}

interface ProgramParts {
  /** Done where the environment is made. */
  readonly making?: string;
  /** Done within the fourth step of all. */
  readonly fourthStep?: string;
  readonly folder: string;
  /** After which a call hangs. */
  readonly seconds: number;
}

/** A program that trains in an environment of its own. */
function program({ making = "", fourthStep = "", folder, seconds }: ProgramParts): string {
  return `
    import { spawnSync } from "node:child_process";
    import { registerEnvironment } from "./dist/index.js";
    import { configure } from "./dist/runs/configure.js";
    import { trainConfigured } from "./dist/runs/train.js";
    const box = (size) => ({ kind: "box", size, low: new Float32Array(size).fill(-1), high: new Float32Array(size).fill(1) });
    let step = 0;
    let calls = 0;
    const seen = () => ({ observation: new Float32Array(2), info: { success: false } });
    const made = {
      name: "slow", horizon: 10, observationSpace: box(2), actionSpace: box(1), close() {},
      reset() { step = 0; return seen(); },
      step() {
        if (++calls === 4) { ${fourthStep}; }
        step++;
        return { ...seen(), reward: 0, terminated: false, truncated: step === 10 };
      },
    };
    registerEnvironment("slow", () => { ${making}; return made; });
    const settings = {
      task: "slow", agent: "sac", offlineUpdates: 0, mixingRatio: 0, onlineSteps: 10, evaluationEpisodes: 1, threads: 1,
      actorHidden: [8], criticHidden: [8], batchSize: 8, environmentTimeoutSeconds: ${seconds},
    };
    await trainConfigured(configure(settings), { folder: ${JSON.stringify(folder)}, mayEndProcess: true });
  `;
}
