/** In how many threads evaluations are played: built-in tasks by default in all, own environments only where that was asked for. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeEnvironment } from "../../environments/registry.js";
import { EnvironmentEvaluator } from "../../training/environment-evaluator.js";
import { configure } from "../configure.js";
import { importFiles } from "../import-files.js";
import { registerLine, tiny } from "../tiny-run.fixture.js";
import { evaluationThreads, evaluatorFor } from "./evaluator-for.js";
import { ParallelEvaluator } from "./parallel-evaluator.js";

const place = mkdtempSync(join(tmpdir(), "calql-threads-"));
afterAll(() => rmSync(place, { recursive: true }));
const own = registerLine("line for threads");
const ofOwn = (evaluationWorkers: number | null) => evaluationThreads({ task: own, evaluationWorkers }, 8);

describe("the threads of an evaluation", () => {
  it("are the cores for a built-in task, unless the settings say otherwise", () => {
    const task = "pointmaze-umaze?start=diverse";
    expect(evaluationThreads({ task, evaluationWorkers: null }, 8)).toBe(8);
    expect(evaluationThreads({ task, evaluationWorkers: 3 }, 8)).toBe(3);
    expect(evaluationThreads({ task, evaluationWorkers: 1 }, 8)).toBe(1);
  });

  it("are one for an own environment, unless a file was imported and the settings ask for more", async () => {
    expect([ofOwn(null), ofOwn(4)]).toEqual([1, 1]);
    const file = join(place, "own.mjs");
    writeFileSync(file, "");
    await importFiles([file]);
    expect([ofOwn(null), ofOwn(4)]).toEqual([1, 4]);
    await importFiles([]);
  });

  it("that are asked for and cannot be had are told", async () => {
    const notices: string[] = [];
    const options = { task: own, first: await makeEnvironment(own), episodes: 2, seed: 1 };
    const run = (evaluationWorkers: number | null) => {
      const { run: settings } = configure({ ...tiny, task: own, evaluationWorkers });
      return evaluatorFor(options, settings, { cores: 8, onNotice: (sentence) => notices.push(sentence) });
    };
    for (const workers of [null, 1, 4]) expect(run(workers)).toBeInstanceOf(EnvironmentEvaluator);
    expect(notices).toEqual([
      "The setting evaluationWorkers is 4, but the environment line for threads is known to this thread alone, which plays the evaluations; register it in a file that is named with --import.",
    ]);
    const task = "pointmaze-umaze";
    const { run: maze } = configure({ task, preset: "laptop" });
    const first = await makeEnvironment(task);
    const evaluator = evaluatorFor({ ...options, task, first }, maze, { cores: 2 });
    expect(evaluator).toBeInstanceOf(ParallelEvaluator);
  });

  it.each([0, 1.5, -1])("are refused where they are %d", (evaluationWorkers) => {
    expect(() => configure({ task: "pointmaze-umaze", evaluationWorkers })).toThrow(/evaluationWorkers/);
  });
});
