/** From words and files to the list of runs: which there are, where they go and with which settings. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { UsageError } from "../errors.js";
import { configure } from "../runs/configure.js";
import type { TrainSettings } from "../settings/configuration.js";
import { newPlace } from "./comparison.fixture.js";
import { seedsOf, variantOf, withCommon } from "./comparison.js";
import { readComparison } from "./file.js";
import { type PlannedRun, planRuns, slug } from "./plan.js";

vi.mock("../runs/configure.js", { spy: true });
const { place, remove } = newPlace();
afterAll(remove);

function file(name: string, text: string): string {
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, name), text);
  return join(place, name);
}

describe("words", () => {
  it.each([
    ["0..4", [0, 1, 2, 3, 4]],
    ["3", [3]],
    ["0,2, 7", [0, 2, 7]],
    ["5..6,1", [5, 6, 1]],
  ])("seeds %s", (text, seeds) => {
    expect(seedsOf(text)).toEqual(seeds);
  });

  it.each([
    ["1..0", 'The seeds "1..0" end before they begin; write 0..1.'],
    ["5,3..1", 'The seeds "3..1" end before they begin; write 1..3.'],
    ["0,0", "The seeds hold 0 twice, which would be the same run; name it once."],
    ["5..6,1,5", "The seeds hold 5 twice, which would be the same run; name it once."],
    ["0..1000", 'The seeds "0..1000" are 1001; 1000 are the most: give a shorter range.'],
    ["0...4", 'The seeds "0...4" cannot be read; give a range such as 0..4, or a list such as 0,2,7.'],
  ])("seeds %s are refused for what is wrong with them", (text, sentence) => {
    expect(() => seedsOf(text)).toThrow(sentence);
  });

  it("a colon separates the agent of the online phase", () => {
    expect(variantOf("cql")).toEqual({ label: "cql", settings: { agent: "cql" } });
    expect(variantOf("cql:sac")).toEqual({ label: "cql -> sac", settings: { agent: "cql", onlineAgent: "sac" } });
  });

  it("a label's folder keeps letters, digits and dots", () => {
    expect(["cql -> sac", "Cal-QL, α = 0.5", "../x"].map(slug)).toEqual(["cql-sac", "cal-ql-α-0.5", "x"]);
  });
});

describe("common settings", () => {
  const variants = [variantOf("cql"), variantOf("sac"), variantOf("sac:cql")];

  it("go to the variants whose agents have them, and stand under or over their own", () => {
    const common = withCommon(variants, { conservativeWeight: 3, batchSize: 8 }, "under");
    expect(common.map(({ settings }) => settings.conservativeWeight)).toEqual([3, undefined, 3]);
    expect(common.map(({ settings }) => settings.batchSize)).toEqual([8, 8, 8]);
    const own = [{ label: "own", settings: { agent: "cql", batchSize: 4 } }];
    expect(withCommon(own, { batchSize: 8 }, "under")[0]!.settings.batchSize).toBe(4);
    expect(withCommon(own, { batchSize: 8 }, "over")[0]!.settings.batchSize).toBe(8);
  });

  it("that no variant has go to all, to be refused by name", () => {
    const [sac] = withCommon([variantOf("sac")], { conservativeWeight: 3 }, "under");
    expect(sac!.settings.conservativeWeight).toBe(3);
  });
});

describe("a plan", () => {
  const comparison = { tasks: ["pointmaze-umaze", "pointmaze-large"], seeds: [0, 4], variants: [variantOf("cql:sac")] };

  it("has a folder for each task, variant and seed, and one dataset for each task", async () => {
    const runs = await planRuns(comparison, "out");
    expect(runs.map(({ folder }) => folder)).toEqual([
      join("out", "pointmaze-umaze", "cql-sac-seed0"),
      join("out", "pointmaze-umaze", "cql-sac-seed4"),
      join("out", "pointmaze-large", "cql-sac-seed0"),
      join("out", "pointmaze-large", "cql-sac-seed4"),
    ]);
    expect(runs[2]).toMatchObject({
      name: "cql -> sac on pointmaze-large, seed 0",
      collects: true,
      settings: { label: "cql -> sac", seed: 0, threads: 1, dataset: resolve("out", "pointmaze-large", "data.hdf5") },
      resolved: { conservativeWeight: 5, onlineAgent: "sac", threads: 1 },
    });
  });

  it("resolves the settings of each run once", async () => {
    vi.mocked(configure).mockClear();
    const runs = await planRuns({ ...comparison, variants: ["cql:sac", "cal-ql"].map(variantOf) }, "out");
    expect(runs).toHaveLength(8);
    expect(configure).toHaveBeenCalledTimes(8);
  });

  it("has no data for a run that learns from none, unless they are named", async () => {
    const variants = [variantOf("sac"), { label: "with data", settings: { agent: "sac", dataset: "{task}.hdf5" } }];
    const [without, named] = await planRuns({ tasks: ["pointmaze-umaze"], seeds: [0], variants }, "out");
    expect(without).toMatchObject({ collects: false, settings: { dataset: null }, resolved: { dataset: null } });
    expect(named).toMatchObject({ collects: false, resolved: { dataset: "pointmaze-umaze.hdf5" } });
  });

  it("takes a named dataset, with the task's name in its path", async () => {
    const variants = withCommon(comparison.variants, { dataset: "d4rl/{task}-v2.hdf5", threads: 2 }, "over");
    const runs = await planRuns({ ...comparison, variants }, "out");
    expect(runs.map(({ settings }) => settings.dataset)).toContain("d4rl/pointmaze-large-v2.hdf5");
    expect(runs[0]).toMatchObject({ collects: false, resolved: { threads: 2 } });
  });

  it("refuses variants whose folders would be one", async () => {
    const variants = ["a b", "a-b"].map((label) => ({ label, settings: {} }));
    await expect(planRuns({ ...comparison, variants }, "out")).rejects.toThrow(
      /"a b" and "a-b" would share the folder a-b/,
    );
  });
});

describe("methods in a comparison", () => {
  const runs = (place: "under" | "over", common: TrainSettings, names = ["sac", "hybrid", "rlpd", "wsrl", "cql"]) =>
    planRuns(
      { tasks: ["pointmaze-umaze"], seeds: [0], variants: withCommon(names.map(variantOf), common, place) },
      "out",
    );
  const resolvedOf = (planned: readonly PlannedRun[], name: string) =>
    planned.find(({ label }) => label === name)!.resolved;

  it.each(["under", "over"] as const)("stay what they are %s settings that are common to all", async (place) => {
    const planned = await runs(place, { offlineUpdates: 300, mixingRatio: 0.25, onlineSteps: 600, preset: "laptop" });
    for (const name of ["sac", "hybrid", "rlpd"]) expect(resolvedOf(planned, name).offlineUpdates, name).toBe(0);
    expect(resolvedOf(planned, "wsrl")).toMatchObject({ offlineUpdates: 300, mixingRatio: 0, warmupSteps: 30 });
    expect(resolvedOf(planned, "cql")).toMatchObject({ offlineUpdates: 300, mixingRatio: 0.25, onlineSteps: 600 });
    expect(["sac", "hybrid", "rlpd"].map((name) => resolvedOf(planned, name).mixingRatio)).toEqual([0, 0.5, 0.5]);
  });

  it("are no words of the language: an unknown agent is reported in one sentence", async () => {
    for (const name of ["constructor", "toString"]) await expect(runs("under", {}, [name])).rejects.toThrow(UsageError);
  });

  it("get the common settings of the agents that they stand for", async () => {
    const planned = await runs("over", { initialTemperature: 0.123, conservativeWeight: 7.7 });
    for (const name of ["sac", "hybrid", "rlpd", "wsrl", "cql"])
      expect(resolvedOf(planned, name).initialTemperature, name).toBe(0.123);
    expect([resolvedOf(planned, "wsrl").conservativeWeight, resolvedOf(planned, "cql").conservativeWeight]).toEqual([
      7.7, 7.7,
    ]);
    await runs("over", { criticSteps: 2 }, ["hybrid", "bc"]); // refuses nothing
  });

  it("and agents that cannot follow each other or act in the task are refused before anything is run", async () => {
    const narrow = { actorHidden: [8], criticHidden: [8] };
    await expect(runs("under", narrow, ["iql:awac"])).rejects.toThrow(
      /^iql cannot continue as awac: it has a Gaussian, squashed/,
    );
    await expect(runs("under", narrow, ["td3-bc:sac"])).rejects.toThrow(
      /^td3-bc cannot continue as sac: it has a deterministic/,
    );
    await expect(runs("under", {}, ["dqn"])).rejects.toThrow(/^The agent dqn chooses among discrete actions/);
    await expect(runs("under", { targetCriticCount: 20 }, ["rlpd"])).rejects.toThrow(
      /targetCriticCount is 20, but there are 10/,
    );
  });
});

describe("a comparison file", () => {
  const text = `
title: Two weights
tasks: [pointmaze-umaze, pointmaze-medium]
seeds: 0..2
settings: { batchSize: 64, offlineUpdates: 5 }
variants:
  - cal-ql
  - { label: heavy, agent: cql, conservativeWeight: 20, offlineUpdates: 7 }
  - { agent: cql, onlineAgent: sac }
scales:
  laptop: { preset: laptop, offlineUpdates: 9 }
  paper: { task: antmaze-umaze, seeds: [0], dataset: "{task}.hdf5" }
collection: { steps: 100, noise: 0.2 }
`;

  it("says what is compared; a scale stands over the file's settings and under the variants'", () => {
    expect(readComparison(file("laptop.yaml", text), "laptop")).toEqual({
      title: "Two weights",
      tasks: ["pointmaze-umaze", "pointmaze-medium"],
      seeds: [0, 1, 2],
      variants: [
        { label: "cal-ql", settings: { batchSize: 64, preset: "laptop", offlineUpdates: 9, agent: "cal-ql" } },
        {
          label: "heavy",
          settings: { batchSize: 64, preset: "laptop", offlineUpdates: 7, agent: "cql", conservativeWeight: 20 },
        },
        {
          label: "cql -> sac",
          settings: { batchSize: 64, preset: "laptop", offlineUpdates: 9, agent: "cql", onlineAgent: "sac" },
        },
      ],
      collection: { steps: 100, noise: 0.2, seed: 0 },
    });
  });

  it("may name other tasks and seeds at a scale", () => {
    const { tasks, seeds, variants } = readComparison(file("paper.yaml", text), "paper");
    expect({ tasks, seeds }).toEqual({ tasks: ["antmaze-umaze"], seeds: [0] });
    expect(variants[0]!.settings).toEqual({
      batchSize: 64,
      offlineUpdates: 5,
      dataset: "{task}.hdf5",
      agent: "cal-ql",
    });
  });
});

describe("an error in a variant of a file", () => {
  const planned = async (variants: string) =>
    planRuns(readComparison(file("variants.yaml", `task: corridor-exit\nvariants:\n${variants}`)), "out");

  it("names the variant that has a name of its own", async () => {
    await expect(planned("  - cql\n  - { label: far, agent: cql, discount: 2 }\n")).rejects.toThrow(
      'The variant "far" cannot be run. The setting discount of agent "cql" is 2; it must be at most 1.',
    );
    await expect(planned("  - { agent: cql, discount: 2 }\n")).rejects.toThrow(/^The setting discount of agent "cql"/);
  });

  it("or its place", async () => {
    await expect(planned("  - cql\n  - { agent: cql, seed: 2 }\n")).rejects.toThrow(
      /^The entry seed is in variant 2; name seeds beside the variants\.$/,
    );
    await expect(planned("  - { label: far, agent: 3 }\n")).rejects.toThrow(
      /^The entry agent of the variant "far" is 3; it must be text\.$/,
    );
  });
});
