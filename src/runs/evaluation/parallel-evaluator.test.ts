/**
 * Evaluations in threads: to every bit what one thread finds, also where a thread is lost; failures and hangs are told as in
 * one thread, and no thread outlives its evaluator.
 */
import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { actionVectorSize, type BoxSpace } from "../../environments/environment.js";
import { EnvironmentFailure } from "../../environments/environment-failure.js";
import { makeEnvironment } from "../../environments/registry.js";
import { EnvironmentEvaluator } from "../../training/environment-evaluator.js";
import { evaluatorSuite, halving } from "../../training/ports.fixture.js";
import type { Policy } from "../../training/ports.js";
import { importFiles } from "../import-files.js";
import { errorOf } from "../tiny-run.fixture.js";
import { type ParallelOptions, secondsGained, sharesOf } from "./parallel-evaluator.js";
import { entry, inThreads, type LineTask, lineFile, program, wavering } from "./threads.fixture.js";

const file = lineFile();
beforeAll(() => importFiles([file]));
afterAll(() => program.remove());

async function alone(task: string, policy: Policy) {
  const first = await makeEnvironment(task);
  const evaluator = new EnvironmentEvaluator({ task, first, episodes: 5, seed: 3 });
  return evaluator.evaluate(policy).finally(() => evaluator.close());
}

const ofLine = (task: LineTask, options: Partial<ParallelOptions> = {}) =>
  inThreads(task, { imports: [file], ...options });

evaluatorSuite("in threads", async () => {
  const evaluator = await ofLine("threaded line");
  return { evaluator, close: () => evaluator.close() };
});

describe("an evaluation in threads", () => {
  it.each(["pointmaze-umaze", "door-binary", "pick-place"])("of %s finds what one thread finds", async (task) => {
    const { observationSpace, actionSpace } = await makeEnvironment(task);
    const policy = wavering((observationSpace as BoxSpace).size, actionVectorSize(actionSpace));
    const evaluator = await inThreads(task);
    const found = await evaluator.evaluate(policy);
    expect(found).toEqual(await alone(task, policy));
    expect(await evaluator.evaluate(policy)).toEqual(found);
    await evaluator.close();
  });

  it("goes on in one thread, to the same result, where a thread is lost", async () => {
    const notices: string[] = [];
    const task = "threaded line that ends its thread";
    const evaluator = await ofLine(task, { onNotice: (sentence) => notices.push(sentence) });
    const expected = await alone(task, halving);
    expect(await evaluator.evaluate(halving)).toEqual(expected);
    expect(await evaluator.evaluate(halving)).toEqual(expected);
    expect(notices).toEqual([
      "A thread of the evaluation is lost: it ended with exit code 3. This evaluation is made again in the run's own thread, and so are those after it, with the same result; to begin with one thread, set evaluationWorkers to 1.",
    ]);
    await evaluator.close();
  });

  it.each([
    ["that does not know the task", { imports: [] }, /is lost: Unknown environment "threaded line"\./],
    ["that is not there", { entry: `${entry}.gone` }, /is lost: Cannot find module/],
  ])("goes on in one thread where a thread is started %s", async (_, options, sentence) => {
    const notices: string[] = [];
    const evaluator = await ofLine("threaded line", { ...options, onNotice: (told) => notices.push(told) });
    expect(await evaluator.evaluate(halving)).toEqual(await alone("threaded line", halving));
    expect(notices).toEqual([expect.stringMatching(sentence)]);
    await evaluator.close();
  });

  it("names a failing environment with episode and step, as one thread does", async () => {
    const evaluator = await ofLine("threaded line that throws");
    expect((await errorOf(evaluator.evaluate(halving))).message).toMatch(
      /^The environment threaded line that throws failed at step 3 of evaluation episode \d: the motor is hot\. What was recorded/,
    );
    await evaluator.close();
  });

  it("ends a thread that hangs, and names episode and step", async () => {
    const watch = { seconds: 0.3, enter() {}, leave() {}, during: <Result>(work: () => Promise<Result>) => work() };
    const evaluator = await ofLine("threaded line that hangs", { watch });
    const error = await errorOf(evaluator.evaluate(halving));
    expect(error.message).toMatch(
      /^The environment threaded line that hangs failed at step 3 of evaluation episode [12]: it gave no answer for 0\.3 seconds\./,
    );
    expect((error as EnvironmentFailure).hung).toBe(true);
    await evaluator.close();
  });

  it("ends with the reason of the signal", async () => {
    const stop = new AbortController();
    let acts = 0;
    const stopping: Policy = {
      act: (seen, mode) => {
        if (++acts === 4) stop.abort(new Error("enough"));
        return halving.act(seen, mode);
      },
    };
    const evaluator = await ofLine("threaded line", { signal: stop.signal });
    expect((await errorOf(evaluator.evaluate(stopping))).message).toBe("enough");
    expect(acts).toBe(4);
    await evaluator.close();
  });

  it("blames a policy whose action cannot be played", async () => {
    const evaluator = await ofLine("threaded line");
    const broken: Policy = {
      act: async (seen) => new Float32Array((seen as Float32Array).length / 2).fill(Number.NaN),
    };
    const error = await errorOf(evaluator.evaluate(broken));
    expect(error).not.toBeInstanceOf(EnvironmentFailure);
    expect(error.message).toMatch(
      /^The policy gave the environment threaded line an action that cannot be played, for step 1/,
    );
    await evaluator.close();
  });

  it("is not begun where it would save little", async () => {
    const notices: string[] = [];
    const options = { entry: `${entry}.gone`, leastGain: 10, onNotice: (told: string) => notices.push(told) };
    const evaluator = await ofLine("threaded line", options);
    const expected = await alone("threaded line", halving);
    for (let i = 0; i < 2; i++) expect(await evaluator.evaluate(halving)).toEqual(expected);
    expect(notices).toEqual([]);
    await evaluator.close();
  });

  it("keeps no process alive that forgets to close its evaluator", () => {
    const from = (path: string) => JSON.stringify(pathToFileURL(`${program.place}/dist/${path}`).href);
    const script = `
      import { makeEnvironment } from ${from("environments/index.js")};
      import { ParallelEvaluator } from ${from("runs/evaluation/parallel-evaluator.js")};
      const task = "pointmaze-umaze";
      const evaluator = new ParallelEvaluator({
        task, first: await makeEnvironment(task), episodes: 2, seed: 3, threads: 2, imports: [], leastGain: -Infinity,
        onNotice: (sentence) => console.log(sentence),
      });
      const still = { act: async (seen) => new Float32Array(seen.length / 2) };
      console.log((await evaluator.evaluate(still)).lengthMean);`;
    const { status, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "120\n" });
  });
});

describe("what threads are given and gain", () => {
  it.each([
    [20, 10, [10, 10]],
    [20, 2, Array(10).fill(2)],
    [10, 4, [4, 3, 3]],
    [5, 1, [1, 1, 1, 1, 1]],
  ])("%d episodes in shares of at most %d", (episodes, largest, shares) => {
    expect(sharesOf(episodes, largest)).toEqual(shares);
  });

  it("is the others' part of the environments' time, less the messages of every step", () => {
    expect(secondsGained(8, { episodes: 20, lengthMean: 100 }, 10)).toBeCloseTo(4 - 2000 * 15e-6, 9);
    expect(secondsGained(0.01, { episodes: 20, lengthMean: 100 }, 5)).toBeLessThan(0);
  });
});
