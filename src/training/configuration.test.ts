/**
 * From what was written to what is run: presets, their numbers in the paper, the order of precedence, and the sentences
 * about settings that do not fit.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { agentDefinition, agentNames } from "../agents/registry.js";
import { UsageError } from "../errors.js";
import { version } from "../version.js";
import { allSettings, resolveConfiguration, type TrainSettings } from "./configuration.js";
import { methods } from "./methods.js";
import { ownDataOf } from "./presets.js";

const tasks = ["umaze", "medium", "large"].flatMap((maze) => [`pointmaze-${maze}`, `antmaze-${maze}`]);

/** Agents that are not a method of another agent under the same name. */
const plainAgents = agentNames.filter((name) => (methods[name]?.settings.agent ?? name) === name);

describe("a preset", () => {
  const cases = tasks.flatMap((task) =>
    plainAgents.flatMap((agent) => (["paper", "laptop"] as const).map((preset) => ({ task, agent, preset }))),
  );
  it.each(cases)("resolves: $task, $agent, $preset", (written) => {
    const { run, agent, agentSettings, online, flat } = resolveConfiguration(written);
    expect(run).toMatchObject(written);
    expect(agent.name).toBe(written.agent);
    expect(online).toBeNull();
    expect(Object.keys(agentSettings).sort()).toEqual(
      Object.keys(agentDefinition(written.agent).settings.shape).sort(),
    );
    for (const [name, value] of Object.entries(flat)) expect(value, name).not.toBeUndefined();
    expect(resolveConfiguration(flat).flat).toEqual(flat);
  });

  const named = tasks.flatMap((task) =>
    Object.keys(methods).flatMap((agent) => (["paper", "laptop"] as const).map((preset) => ({ task, agent, preset }))),
  );
  it.each(named)("of a method is the same again from the record of a run: $task, $agent, $preset", (written) => {
    const { flat } = resolveConfiguration(written);
    const recorded = JSON.parse(JSON.stringify(flat)) as TrainSettings;
    expect(resolveConfiguration(recorded).flat).toEqual(flat);
  });

  it("of the paper for AntMaze holds the table of its appendix", () => {
    const { flat } = resolveConfiguration({ task: "antmaze-medium" });
    expect(flat).toMatchObject({
      agent: "cal-ql",
      actorHidden: [256, 256],
      criticHidden: [256, 256, 256, 256],
      criticCount: 2,
      conservativeWeight: 5,
      lagrange: true,
      targetActionGap: 0.8,
      initialLogAlphaPrime: 1,
      importanceSampling: true,
      maxTargetBackup: true,
      backupEntropy: false,
      rewardScale: 10,
      rewardShift: -5,
      offlineUpdates: 1_000_000,
      onlineSteps: 1_000_000,
      offlineShare: 0.5,
      utdRatio: 1,
      actorLearningRate: 1e-4,
      criticLearningRate: 3e-4,
      temperatureLearningRate: 1e-4,
      lagrangeLearningRate: 3e-4,
      discount: 0.99,
      polyakTau: 5e-3,
      batchSize: 256,
      nActions: 10,
      evaluationEpisodes: 20,
      evaluateEverySteps: 2_000,
      calibrationSource: "monte-carlo",
    });
  });

  it("of the paper for the binary hand tasks holds the table of its appendix", () => {
    for (const [task, onlineSteps] of [
      ["pen-binary", 200_000],
      ["door-binary", 1_000_000],
      ["relocate-binary", 1_000_000],
    ] as const) {
      expect(resolveConfiguration({ task }).flat).toMatchObject({
        actorHidden: [512, 512],
        criticHidden: [512, 512, 512],
        conservativeWeight: 1,
        lagrange: false,
        importanceSampling: true,
        rewardScale: 10,
        rewardShift: 5,
        failureReward: -1,
        offlineUpdates: 20_000,
        onlineSteps,
        offlineShare: 0.5,
      });
      expect(resolveConfiguration({ task, agent: "iql" }).flat).toMatchObject({ expectile: 0.8, rewardScale: 10 });
    }
  });

  it("of the paper is the same for the point mazes, and no laptop's", () => {
    const { task: _, ...point } = resolveConfiguration({ task: "pointmaze-large" }).flat;
    const { task: __, ...ant } = resolveConfiguration({ task: "antmaze-large" }).flat;
    expect(point).toEqual(ant);
    for (const task of tasks)
      expect(resolveConfiguration({ task, preset: "laptop" }).run.offlineUpdates).toBeLessThan(100_000);
    const { task: ___, ...spread } = resolveConfiguration({ task: "pointmaze-large-diverse" }).flat;
    expect(spread).toEqual(point);
    expect(ownDataOf("pointmaze-large-diverse")).toEqual(ownDataOf("pointmaze-large"));
  });

  it("lets an ant learn to walk with SAC from nothing, the same at both scales", () => {
    const { run, agentSettings } = resolveConfiguration({ task: "ant-direction" });
    expect(run).toMatchObject({
      agent: "sac",
      offlineUpdates: 0,
      offlineShare: 0,
      onlineSteps: 200_000,
      utdRatio: 0.5,
    });
    expect(agentSettings).toMatchObject({
      actorHidden: [256, 256],
      batchSize: 256,
      discount: 0.99,
      backupEntropy: false,
    });
    const { preset: _, ...laptop } = resolveConfiguration({ task: "ant-direction", preset: "laptop" }).flat;
    expect(resolveConfiguration({ task: "ant-direction" }).flat).toMatchObject(laptop);
  });

  it("knows data of their own for D4RL's six ant mazes, not for mazes that are none of its data sets", () => {
    for (const name of ["umaze", "umaze-diverse", "medium-play", "medium-diverse", "large-play", "large-diverse"])
      expect(ownDataOf(`antmaze-${name}`)).toEqual({ seed: 0, steps: 100_000 });
    expect([ownDataOf("antmaze-medium"), ownDataOf("ant-direction")]).toEqual([undefined, undefined]);
  });

  it("gives a fixed weight, and SAC its own backup", () => {
    expect(resolveConfiguration({ agent: "sac" }).agentSettings.maxTargetBackup).toBe(false);
    expect(resolveConfiguration({ task: "antmaze-umaze", lagrange: false }).agentSettings.lagrange).toBe(false);
  });
});

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

  it("leaves the online agent its own defaults, but for the shape of the networks that it takes over", () => {
    const { online, agentSettings } = resolveConfiguration({ agent: "cal-ql", onlineAgent: "wsrl", criticCount: 5 });
    expect(agentSettings).toMatchObject({ maxTargetBackup: true, criticSteps: 1, criticLayerNorm: false });
    expect(online?.settings).toMatchObject({ maxTargetBackup: false, criticSteps: 4, criticLayerNorm: false });
    expect(online?.settings.criticCount).toBe(5);
  });
});

describe("a method", () => {
  it.each(Object.entries(methods))("%s stands for its settings, over the preset's", (name, { settings }) => {
    const { run, flat } = resolveConfiguration({ task: "pointmaze-umaze", preset: "laptop", agent: name });
    const { criticCount: _, criticLayerNorm: __, ...ofTheRun } = settings;
    expect(run).toMatchObject(ofTheRun);
    expect(resolveConfiguration(flat).flat).toEqual(flat);
  });

  it("gives way to what the caller writes", () => {
    const { run } = resolveConfiguration({ agent: "hybrid", offlineShare: 0.25, offlineUpdates: 10 });
    expect(run).toMatchObject({ agent: "sac", label: "hybrid", offlineShare: 0.25, offlineUpdates: 10 });
    expect(resolveConfiguration({ agent: "hybrid", label: "mine" }).run.label).toBe("mine");
  });

  it("follows the length of the run", () => {
    const short = { task: "pointmaze-umaze", preset: "laptop", offlineUpdates: 700, onlineSteps: 600 } as const;
    expect(resolveConfiguration({ ...short, agent: "rlpd", offlineUpdates: 0 }).run.warmupSteps).toBe(30);
    expect(resolveConfiguration({ ...short, agent: "wsrl" }).run.warmupSteps).toBe(30);
    expect(resolveConfiguration({ ...short, agent: "wsrl", warmupSteps: 77 }).run.warmupSteps).toBe(77);
    for (const agent of ["td3-bc", "rebrac"])
      expect(resolveConfiguration({ ...short, agent, utdRatio: 2 }).agentSettings).toMatchObject({
        cloningDecayStart: 700,
        cloningDecayUpdates: 1200,
      });
    const offline = resolveConfiguration({ ...short, agent: "td3-bc", onlineSteps: 0 });
    expect(offline.agentSettings.cloningDecayUpdates).toBeNull();
  });

  it("has the numbers of its paper", () => {
    const rlpd = resolveConfiguration({ agent: "rlpd", task: "a task of one's own" });
    expect(rlpd.agentSettings).toMatchObject({
      criticCount: 10,
      criticLayerNorm: true,
      targetCriticCount: 2,
      criticSteps: 20,
      policyObjective: "mean",
      backupEntropy: true,
      criticLearningRate: 3e-4,
    });
    expect(rlpd.run).toMatchObject({ offlineUpdates: 0, offlineShare: 0.5, warmupSteps: 5000 });
    expect(resolveConfiguration({ agent: "rlpd", task: "antmaze-umaze" }).agentSettings).toMatchObject({
      targetCriticCount: 1,
      backupEntropy: false,
    });
    expect(resolveConfiguration({ agent: "iql", task: "antmaze-umaze" }).agentSettings).toMatchObject({
      expectile: 0.9,
      advantageTemperature: 1,
    });
    const wsrl = resolveConfiguration({ agent: "wsrl" });
    expect(wsrl.online?.settings).toMatchObject({ criticCount: 10, criticLayerNorm: true, criticSteps: 4 });
    expect(wsrl.run).toMatchObject({ offlineShare: 0, warmupSteps: 5000, warmupActions: "policy" });
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
    [{ seed: Number.NaN }, "The setting seed of the run is NaN; it must be a number."],
    [{ task: 5 }, "The setting task of the run is 5; it must be text."],
    [
      { preset: "laptob" },
      'The setting preset of the run is "laptob"; it must be one of paper, laptop (did you mean "laptop"?).',
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
    [{ online: { offlineShare: 1 } }, /^Unknown online setting "offlineShare"\. /],
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
