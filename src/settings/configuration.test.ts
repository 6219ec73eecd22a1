/**
 * From what was written to what is run: the order of precedence, the settings of the two phases, and the sentences about
 * settings that do not fit.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { UsageError } from "../errors.js";
import { version } from "../version.js";
import { allSettings, resolveConfiguration, type TrainSettings } from "./configuration.js";

describe("what a caller writes", () => {
  it("stands over the preset, which stands over the default", () => {
    const { flat } = resolveConfiguration({ task: "antmaze-umaze", discount: 0.5, rewardShift: 0 });
    expect(flat).toMatchObject({ discount: 0.5, rewardShift: 0, rewardScale: 10, polyakTau: 0.005 });
  });

  it("of undefined is not written", () => {
    const written = { task: "antmaze-umaze", rewardScale: undefined } as unknown as TrainSettings;
    expect(resolveConfiguration(written).run.rewardScale).toBe(10);
  });

  it("of 0 threads becomes the machine's", () => {
    expect(resolveConfiguration({ threads: 0 }).run.threads).toBeGreaterThan(0);
    expect(resolveConfiguration({ threads: 3 }).run.threads).toBe(3);
  });

  it("may be settings of either agent, where the algorithm changes, or of the online one alone", () => {
    const written = { agent: "sac", onlineAgent: "cql", conservativeWeight: 3, discount: 0.9, criticHidden: [7] };
    const { online, agentSettings } = resolveConfiguration({ ...written, online: { initialTemperature: 0.2 } });
    expect(online?.settings).toMatchObject({ conservativeWeight: 3, initialTemperature: 0.2, discount: 0.9 });
    expect(online?.settings.criticHidden).toEqual([7]);
    expect(agentSettings).toMatchObject({ discount: 0.9, initialTemperature: 1, criticHidden: [7] });
    expect(agentSettings).not.toHaveProperty("conservativeWeight");
  });

  it("may be settings of the same agent for the online phase alone", () => {
    const { run, online, agentSettings, flat } = resolveConfiguration({ online: { conservativeWeight: 0 } });
    expect(run).toMatchObject({ agent: "cal-ql", onlineAgent: "cal-ql" });
    expect([agentSettings.conservativeWeight, online?.settings.conservativeWeight]).toEqual([5, 0]);
    expect(resolveConfiguration(flat).flat).toEqual(flat);
  });

  it("leaves the online agent its own defaults, but for the shape of the networks, which it inherits", () => {
    const { online, agentSettings } = resolveConfiguration({ agent: "cal-ql", onlineAgent: "wsrl", criticCount: 5 });
    expect(agentSettings).toMatchObject({ maxTargetBackup: true, criticSteps: 1, criticLayerNorm: false });
    expect(online?.settings).toMatchObject({ maxTargetBackup: false, criticSteps: 4, criticLayerNorm: false });
    expect(online?.settings.criticCount).toBe(5);
  });
});

describe("a wrong setting", () => {
  const cases: [TrainSettings | Record<string, unknown>, string][] = [
    [{ discount: 2 }, 'The setting discount of agent "cal-ql" is 2; it must be at most 1.'],
    [{ discount: "high" }, 'The setting discount of agent "cal-ql" is "high"; it must be a number.'],
    [{ batchSize: -1 }, 'The setting batchSize of agent "cal-ql" is -1; it must be at least 1.'],
    [{ batchSize: 1.5 }, 'The setting batchSize of agent "cal-ql" is 1.5; it must be a whole number.'],
    [{ actorHidden: [64, 0] }, 'The setting actorHidden of agent "cal-ql" is [64,0]; entry 2 must be at least 1.'],
    [{ actorHidden: [] }, 'The setting actorHidden of agent "cal-ql" is []; it must have at least 1 entry.'],
    [{ actorHidden: 64 }, 'The setting actorHidden of agent "cal-ql" is 64; it must be a list such as 64,64.'],
    [{ logStdRange: [1] }, 'The setting logStdRange of agent "cal-ql" is [1]; it must have at least 2 entries.'],
    [{ criticLearningRate: 0 }, 'The setting criticLearningRate of agent "cal-ql" is 0; it must be above 0.'],
    [{ adamBeta1: 1 }, 'The setting adamBeta1 of agent "cal-ql" is 1; it must be below 1.'],
    [{ lagrange: "yes" }, 'The setting lagrange of agent "cal-ql" is "yes"; it must be true or false.'],
    [{ seed: Number.NaN }, "The setting seed of the run is NaN; it must be a finite number."],
    [{ task: 5 }, "The setting task of the run is 5; it must be text."],
    [
      { preset: "laptob" },
      'The setting preset of the run is "laptob"; it must be one of paper, laptop (did you mean "laptop"?).',
    ],
    [
      { rollback: { belw: 5 } },
      'The setting rollback of the run is {"belw":5}; it has no entry "belw" (did you mean "below"?); its entries are below, episodes, restore, restores.',
    ],
    [
      { rollback: { below: 5, episodes: 10, retore: true } },
      'The setting rollback of the run is {"below":5,"episodes":10,"retore":true}; it has no entry "retore" (did you mean "restore"?); its entries are below, episodes, restore, restores.',
    ],
    [
      { rollback: { "below:5": null } },
      'The setting rollback of the run is {"below:5":null}; it has no entry "below:5" (did you mean "below"?); its entries are below, episodes, restore, restores; a space stands after each colon.',
    ],
    [{ evaluationEpisodes: "none" }, 'The setting evaluationEpisodes of the run is "none"; it must be a number.'],
    [
      { rollback: { below: 5, episodes: 1001 } },
      'The setting rollback of the run is {"below":5,"episodes":1001}; its episodes must be at most 1000.',
    ],
    [
      { rollback: { below: Number.POSITIVE_INFINITY } },
      'The setting rollback of the run is {"below":Infinity}; its below must be a finite number.',
    ],
    [
      { rollback: { below: Number.NaN, episodes: Number.NEGATIVE_INFINITY } },
      'The setting rollback of the run is {"below":NaN,"episodes":-Infinity}; its below must be a finite number.',
    ],
    [{ rollback: { episodes: 5 } }, 'The setting rollback of the run is {"episodes":5}; its below must be a number.'],
    [
      { mixingRatio: -1, mixingRatioEnd: 0.1 },
      "The mixing ratio is to go from -1, which means by size, to 0.1; give a mixingRatio from 0 to 1, or leave out mixingRatioEnd.",
    ],
    [
      { mixingSteps: 10 },
      "The setting mixingSteps is 10, but the mixing ratio stays as it is; give mixingRatioEnd too, or leave it out.",
    ],
    [{ datasetHorizon: 0 }, "The setting datasetHorizon of the run is 0; it must be at least 1."],
    [
      { agent: "sac", conservativeWeight: 5 },
      "The setting conservativeWeight means nothing to sac; it belongs to " +
        `${allSettings().get("conservativeWeight")!.agents.join(", ")}. Leave it out.`,
    ],
  ];
  it.each(cases)("%j is one sentence", (written, sentence) => {
    const resolve = () => resolveConfiguration(written as TrainSettings);
    expect(resolve).toThrow(UsageError);
    expect(resolve).toThrow(new UsageError(sentence));
  });

  it.each([
    [{ agent: "calql" }, /^Unknown agent "calql"\. Did you mean "cal-ql"\?/],
    [{ agent: "hybird" }, /^Unknown agent "hybird"\. Did you mean "hybrid"\?/],
    [{ online: { discoun: 1 } }, /^Unknown online setting "discoun"\. Did you mean "discount"\?/],
    [{ online: { mixingRatio: 1 } }, /^Unknown online setting "mixingRatio"\. /],
    [{ online: { discount: 0.5 } }, /^The setting discount is the same in both phases; write it beside online/],
    [{ online: { criticHidden: [5] } }, /^The setting criticHidden is the same in both phases/],
    [{ onlineAgent: "hybrid" }, /^The onlineAgent hybrid is a method, not an agent; name the agent, such as sac\.$/],
    [{ online: 5 }, /^The settings under online are 5; give "name: value" entries\.$/],
    [{ onlineAgent: "sack" }, /^Unknown agent "sack"\. Did you mean "sac"\?/],
    [{ criticHiden: [5] }, /^Unknown setting "criticHiden"\. Did you mean "criticHidden"\?/],
  ])("name %j gets a suggestion", (written, message) => {
    expect(() => resolveConfiguration(written as TrainSettings)).toThrow(message);
  });
});

describe("the declarations", () => {
  it("say of every setting what it is", () => {
    for (const [name, { schema }] of allSettings())
      expect((schema as { description?: string }).description, name).toMatch(/^[A-Z].*\.$/);
  });
});

describe("the version", () => {
  it("is that of package.json", () => {
    const path = new URL("../../package.json", import.meta.url);
    expect((JSON.parse(readFileSync(path, "utf8")) as { version: string }).version).toBe(version);
  });
});

describe("a schedule of the mixing ratio that does less than it seems to", () => {
  const noticesOf = (written: TrainSettings) => resolveConfiguration({ onlineSteps: 1000, ...written }).notices;

  it("is told", () => {
    expect(noticesOf({ mixingRatio: 0.5, mixingRatioEnd: 0.1, mixingSteps: 4000 })).toEqual([
      "The mixing ratio is to reach 0.1 after 4000 online steps (mixingSteps), and the online phase has 1000: it ends at 0.4; give a smaller mixingSteps, or leave it out.",
    ]);
    expect(noticesOf({ mixingRatio: 0.5, mixingRatioEnd: 0.1, mixingSteps: 1000, warmupSteps: 500 })).toEqual([
      "The mixing ratio is to reach 0.1 after 1000 online steps (mixingSteps), and the online phase has 500 after its warm-up: it ends at 0.3; give a smaller mixingSteps, or leave it out.",
    ]);
    expect(noticesOf({ mixingRatio: 0.5, mixingRatioEnd: 0.5 })).toEqual([
      "The mixing ratio goes from 0.5 to 0.5: mixingRatioEnd changes nothing; leave it out.",
    ]);
  });

  it.each<TrainSettings>([
    { mixingRatio: 0.5, mixingRatioEnd: 0.1, mixingSteps: 1000 },
    { mixingRatio: 0.5, mixingRatioEnd: 0.1 },
    { mixingRatio: 0.5, mixingRatioEnd: 0.1, mixingSteps: 4000, onlineSteps: 0 },
    { mixingRatio: 0.5 },
  ])("but %j is not", (written) => {
    expect(noticesOf(written)).toEqual([]);
  });
});

it("a rollback may leave out what has a default", () => {
  const { rollback } = resolveConfiguration({ rollback: { below: 5 } }).run;
  expect(rollback).toEqual({ below: 5, episodes: 10, restore: false, restores: 3 });
});

it("takes none, as a file and the list of settings write it, where a setting may be none", () => {
  const written = { task: "corridor-exit", mixingRatioEnd: "none", rollback: "none", dataset: "none", nActions: 4 };
  const { run } = resolveConfiguration(written as unknown as TrainSettings);
  expect([run.mixingRatioEnd, run.rollback, run.dataset]).toEqual([null, null, null]);
});
