/**
 * What a program sees that calls the library with the wrong thing: one sentence that names it, the reason and the next
 * step, and nothing written.
 */
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compare } from "../comparison/compare.js";
import { UsageError } from "../errors.js";
import { type Environment, registerEnvironment } from "../index.js";
import { evaluate } from "../training/environment-evaluator.js";
import { trainInMemory } from "../training/train-in-memory.js";
import { exportPolicy } from "./export-policy.js";
import { writeDataset } from "./task-data.js";
import { errorOf, lineData, newFolder, registerLine, tiny, train } from "./tiny-run.fixture.js";
import { resume } from "./train.js";

const task = registerLine("asked wrongly");
const settings = { ...tiny, task };
const folder = newFolder();
const dataset = lineData();

/** Calls of JavaScript, which knows no types. */
const call = (door: unknown, ...given: readonly unknown[]) =>
  (door as (...given: readonly unknown[]) => Promise<unknown>)(...given);
const begin = (options?: unknown) => call(train, settings, options);
const begun = (option: object) => begin({ folder, dataset, ...option });

const wrong: readonly (readonly [name: string, work: () => Promise<unknown>, sentence: RegExp])[] = [
  ["no options", () => begin(), /^The options of train\(\) are undefined; give an object such as \{ folder: "runs/],
  ["options that are text", () => begin("runs/first"), /^The options of train\(\) are "runs\/first"; give an object/],
  ["a list of options", () => begin([folder]), /^The options of train\(\) are \[".*; give an object such as/],
  [
    "no folder",
    () => begin({ dataset }),
    /^The option folder of train\(\) is undefined; it must name the run folder, /,
  ],
  [
    "an empty folder",
    () => begun({ folder: " " }),
    /^The option folder of train\(\) is " "; it must name the run fold/,
  ],
  ["a folder that is a number", () => begun({ folder: 3 }), /^The option folder of train\(\) is 3; it must name the /],
  [
    "datset",
    () => begin({ folder, datset: dataset }),
    /^Unknown option of train\(\) "datset"\. Did you mean "dataset"\?/,
  ],
  [
    "a datasetFile, which is for a run that goes on",
    () => begin({ folder, datasetFile: "maze.hdf5" }),
    /^Unknown option of train\(\) "datasetFile"\. Did you mean "dataset"\?/,
  ],
  ["onEvaluate", () => begun({ onEvaluate: () => {} }), /^Unknown option of train\(\) "onEvaluate"\. .*"onEvaluation"/],
  [
    "an onEvaluation of 5",
    () => begun({ onEvaluation: 5 }),
    /^The option onEvaluation of train\(\) is 5; it must be a f/,
  ],
  [
    "an onNotice of text",
    () => begun({ onNotice: "log" }),
    /^The option onNotice of train\(\) is "log"; it must be a fu/,
  ],
  [
    "an onProgress of null",
    () => begun({ onProgress: null }),
    /^The option onProgress of train\(\) is none; it must be/,
  ],
  [
    "a signal of text",
    () => begun({ signal: "x" }),
    /^The option signal of train\(\) is "x"; it must be an AbortSignal/,
  ],
  [
    "a controller for a signal",
    () => begun({ signal: new AbortController() }),
    /^The option signal of train\(\) is \{/,
  ],
  [
    "mayEndProcess: 1",
    () => begun({ mayEndProcess: 1 }),
    /^The option mayEndProcess of train\(\) is 1; it must be true/,
  ],
  [
    "a file for data",
    () => begun({ dataset: "maze.hdf5" }),
    /^The option dataset of train\(\) is "maze\.hdf5"; it must be a dataset in memory, .* in the setting dataset\.$/,
  ],
  [
    "data without anything",
    () => begun({ dataset: { foo: 1 } }),
    /^The option dataset of train\(\) is \{"foo":1\}, which is no dataset; .* the entries source, observations, actionSize and episodes\.$/,
  ],
  [
    "data without a source",
    () => begun({ dataset: { ...dataset, source: undefined } }),
    /^The entry source of the dataset given to train\(\) is undef/,
  ],
  [
    "data without episodes",
    () => begun({ dataset: { ...dataset, episodes: undefined } }),
    /^The entry episodes of the dataset given to train\(\) is undefined; it must be a list of episodes\.$/,
  ],
  [
    "data with an observation of no size",
    () => begun({ dataset: { ...dataset, observations: { state: { type: "float32", shape: [Number.NaN] } } } }),
    /^The entry observations of the dataset given to train\(\) is \{.*must be a finite number\.$/,
  ],
  ...(["x", null, [0, 5], { low: "0", high: 5 }, { low: 0 }, { low: Number.NaN, high: 5 }] as const).map(
    (actionBounds) =>
      [
        `action bounds of ${JSON.stringify(actionBounds)}`,
        () => begun({ dataset: { ...dataset, actionBounds } }),
        /^The entry actionBounds of the dataset given to train\(\) is .*; it must be \{ low, high \}, each a number for all entries of an action or a list with one for each\.$/,
      ] as const,
  ),
  [
    "bounds of two entries for an action of one",
    () => begun({ dataset: { ...dataset, actionBounds: { low: [0, 0], high: [5, 5] } } }),
    /^The action bounds of example are 2 and 2 numbers where an action has 1; give one number for all, or one each\.$/,
  ],
  [
    "bounds the wrong way round",
    () => begun({ dataset: { ...dataset, actionBounds: { low: 5, high: 0 } } }),
    /^The action bounds of example are \[5, 0\]; name the lower one first\.$/,
  ],
  [
    "bounds that are text, in memory",
    () => call(trainInMemory, settings, { dataset: { ...dataset, actionBounds: "x" } }),
    /^The entry actionBounds of the dataset given to trainInMemory\(\) is "x"; it must be \{ low, high \}/,
  ],
  [
    "writeDataset(path, { foo: 1 })",
    () => call(writeDataset, folder, { foo: 1 }),
    /^The dataset given to writeDataset\(\) is \{"foo":1\}, which is no dataset; give one as/,
  ],
  [
    "evaluate() in no environments",
    () => call(evaluate, { act: () => new Float32Array(1) }, [], 1),
    /^The environments of evaluate\(\) are \[\]; give a list with one for each episode to play\.$/,
  ],
  [
    "a function for a folder",
    () => begun({ folder: () => folder }),
    /^The option folder of train\(\) is a function; it/,
  ],
  [
    "no settings",
    () => call(train, null, { folder, dataset }),
    /^The settings of a run are none; give an object such as/,
  ],
  [
    "an agent for settings",
    () => call(train, "cal-ql", { folder }),
    /^The settings of a run are "cal-ql"; give an obj/,
  ],
  [
    "a list of settings",
    () => call(train, [settings], { folder }),
    /^The settings of a run are \[\{.*; give an object/,
  ],
  ["resume()", () => call(resume), /^The options of resume\(\) are undefined; give an object such as/],
  ["resume({})", () => call(resume, {}), /^The option folder of resume\(\) is undefined; it must name the run folder/],
  ["resume(folder)", () => call(resume, "runs/first"), /^The options of resume\(\) are "runs\/first"; give an object/],
  [
    "a datasetFile of 1",
    () => call(resume, { folder, datasetFile: 1 }),
    /^The option datasetFile of resume\(\) is 1; /,
  ],
  ["exportPolicy()", () => call(exportPolicy), /^The options of exportPolicy\(\) are undefined; give an object/],
  [
    "exportPolicy({})",
    () => call(exportPolicy, {}),
    /^The option folder of exportPolicy\(\) is undefined; it must name/,
  ],
  [
    "a wish for best",
    () => call(exportPolicy, { folder, best: "yes" }),
    /^The option best of exportPolicy\(\) is "yes";/,
  ],
  [
    "an output",
    () => call(exportPolicy, { folder, output: "x" }),
    /^Unknown option of exportPolicy\(\) "output"\. Did/,
  ],
  ["compare()", () => call(compare), /^The tasks of the comparison are undefined; give a list of at least one\.$/],
  [
    "compare({})",
    () => call(compare, {}),
    /^The tasks of the comparison are undefined; give a list of at least one\.$/,
  ],
  [
    "seeds that are a number",
    () => call(compare, { tasks: [task], seeds: 3, variants: [{ label: "cql", settings: {} }] }),
    /^The seeds of the comparison are 3; give a list of at least one\.$/,
  ],
  [
    "variants that are names",
    () => call(compare, { tasks: [task], seeds: [0], variants: ["cql"] }),
    /^A variant of the comparison is "cql"; give \{ label, settings \}, or variantOf\("cql"\) for an agent alone\.$/,
  ],
  [
    "a variant that is none",
    () => call(compare, { tasks: [task], seeds: [0], variants: [undefined] }),
    /^A variant of the comparison is undefined; give \{ label, settings \}/,
  ],
];

describe("a program's mistake", () => {
  it.each(wrong)("%s", async (_name, work, sentence) => {
    const error = await errorOf(work());
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(sentence);
    expect(error.message).not.toContain("\n");
    expect(existsSync(folder)).toBe(false);
  });

  it.each([
    ["an environment", { horizon: 5 }, '{"horizon":5}'],
    ["nothing", undefined, "undefined"],
    ["null", null, "none"],
  ])("%s in place of a factory", (name, factory, shown) => {
    expect(() => registerEnvironment(name, factory as unknown as () => Environment)).toThrow(
      new UsageError(
        `The factory of the environment "${name}" is ${shown}; give a function that returns a fresh environment at every call.`,
      ),
    );
  });
});

describe("no mistake", () => {
  it.each([
    ["numbers", { low: -1, high: 1 }],
    ["lists", { low: [-1], high: [1] }],
    ["arrays", { low: Float32Array.of(-1), high: Float64Array.of(1) }],
  ])("are bounds of actions that are %s", async (_name, actionBounds) => {
    const options = { folder: newFolder(), dataset: { ...dataset, actionBounds } };
    const { summary } = await train({ ...settings, onlineSteps: 0 }, options);
    expect(summary.status).toBe("completed");
  });

  it("is an option without a value, a signal of another make, or more in a dataset than is asked for", async () => {
    const signal = { aborted: false, throwIfAborted: () => {} };
    const options = { folder: newFolder(), onNotice: undefined, signal, dataset: { ...dataset, weather: "fine" } };
    await expect(call(train, { ...settings, onlineSteps: 0 }, options)).resolves.toMatchObject({
      summary: { status: "completed" },
    });
  });
});
