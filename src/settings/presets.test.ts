/** Presets and methods: each resolves for every task and agent, and holds the numbers of its paper. */
import { describe, expect, it } from "vitest";
import { agentDefinition, builtInAgents } from "../agents/registry.js";
import { ownDataOf } from "../environments/collect-task.js";
import { families } from "../environments/families.js";
import { allSettings, resolveConfiguration, type TrainSettings } from "./configuration.js";
import { methods } from "./methods.js";

const tasks = ["umaze", "medium", "large"].flatMap((maze) => [`pointmaze-${maze}`, `antmaze-${maze}`]);

/** Agents that are not a method of another agent under the same name. */
const plainAgents = builtInAgents.filter((name) => (methods[name]?.settings.agent ?? name) === name);

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
      mixingRatio: 0.5,
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
        mixingRatio: 0.5,
      });
      expect(resolveConfiguration({ task, agent: "iql" }).flat).toMatchObject({ expectile: 0.8, rewardScale: 10 });
    }
  });

  it("of the paper for the kitchen has its weight, shift and share, in every task and under options", () => {
    for (const task of ["kitchen-complete", "kitchen-partial", "kitchen-mixed?rewards=satisfied"])
      expect(resolveConfiguration({ task }).flat).toMatchObject({
        actorHidden: [512, 512, 512],
        criticHidden: [512, 512, 512],
        conservativeWeight: 5,
        importanceSampling: false,
        mixingRatio: 0.25,
        rewardShift: -4,
        offlineUpdates: 250_000,
      });
    for (const agent of plainAgents.filter((name) => name !== "cal-ql-discrete" && !name.endsWith("-discrete")))
      expect(resolveConfiguration({ task: "kitchen-mixed", agent, preset: "laptop" }).agent.name).toBe(agent);
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
      mixingRatio: 0,
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

  it("knows data of their own for D4RL's six ant mazes, not for mazes that are none of its datasets", () => {
    for (const name of ["umaze", "umaze-diverse", "medium-play", "medium-diverse", "large-play", "large-diverse"])
      expect(ownDataOf(`antmaze-${name}`)).toEqual({ seed: 0, steps: 100_000 });
    expect([ownDataOf("antmaze-medium"), ownDataOf("ant-direction")]).toEqual([undefined, undefined]);
  });

  it("of a laptop gives small networks and short phases to a task that no family knows, for every agent", () => {
    for (const agent of plainAgents) {
      const { flat } = resolveConfiguration({ task: "my-robot", preset: "laptop", agent });
      expect(flat).toMatchObject({ preset: "laptop", threads: 1, evaluateEverySteps: 1_000, logEveryUpdates: 100 });
      for (const layers of ["actorHidden", "criticHidden", "valueHidden"])
        if (layers in flat) expect(flat[layers], `${agent} ${layers}`).toEqual([64, 64]);
      expect(resolveConfiguration(flat).flat).toEqual(flat);
    }
    const { flat } = resolveConfiguration({ task: "my-robot", preset: "laptop", nActions: 6 });
    expect(flat).toMatchObject({ agent: "cal-ql", nActions: 6, criticLearningRate: 1e-3, onlineSteps: 5_000 });
    expect(resolveConfiguration({ task: "my-robot" }).flat).toMatchObject({ actorHidden: [256, 256], nActions: 10 });
  });

  it("of a family is not for a task of the user's own, whatever its name begins with", () => {
    for (const preset of ["paper", "laptop"] as const) {
      const { task: _, ...mine } = resolveConfiguration({ task: "pointmaze-mine", preset }).flat;
      const { task: __, ...any } = resolveConfiguration({ task: "my-robot", preset }).flat;
      expect(mine).toEqual(any);
    }
  });

  it("names nothing but settings, for agents that there are", () => {
    const known = [...allSettings().keys()];
    const presets = families.flatMap((family) => family.presets);
    expect(presets.length).toBeGreaterThan(5);
    for (const { prefix, paper, laptop } of presets)
      for (const { preset, agents = {} } of [paper, laptop]) {
        for (const values of [preset, ...Object.values(agents)])
          expect(known, prefix).toEqual(expect.arrayContaining(Object.keys(values)));
        expect(builtInAgents, prefix).toEqual(expect.arrayContaining(Object.keys(agents)));
      }
  });

  it("gives a fixed weight, and SAC its own backup", () => {
    expect(resolveConfiguration({ agent: "sac" }).agentSettings.maxTargetBackup).toBe(false);
    expect(resolveConfiguration({ task: "antmaze-umaze", lagrange: false }).agentSettings.lagrange).toBe(false);
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
    const { run } = resolveConfiguration({ agent: "hybrid", mixingRatio: 0.25, offlineUpdates: 10 });
    expect(run).toMatchObject({ agent: "sac", label: "hybrid", mixingRatio: 0.25, offlineUpdates: 10 });
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
    expect(rlpd.run).toMatchObject({ offlineUpdates: 0, mixingRatio: 0.5, warmupSteps: 5000 });
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
    expect(wsrl.run).toMatchObject({ mixingRatio: 0, warmupSteps: 5000, warmupActions: "policy" });
  });
});
