/** Agents of the user's own: what is refused when one is registered, and the example of docs/own-agent.md at work. */
import { describe, expect, it } from "vitest";
import { agentSection } from "../cli/agents.js";
import { RandomStream } from "../random.js";
import { registered } from "../registered.js";
import { allSettings, resolveConfiguration, type TrainSettings } from "../settings/configuration.js";
import { version } from "../version.js";
import {
  Agent,
  type AgentSettings,
  actorCritic,
  agentNames,
  agentSettings,
  cqlCriticLosses,
  cqlSettings,
  PolicyFile,
  registerAgent,
  type SettingsInput,
  z,
} from "./index.js";
import { agentDefinition } from "./registry.js";
import "../../examples/my-agent.mjs";

const facts = { summary: "A test's.", source: "none", formula: "none" };
const settings = cqlSettings.extend({ penalty: z.number().min(0).default(2).describe("What is added.") });
const build = actorCritic(cqlCriticLosses);

describe("registerAgent", () => {
  it("makes an agent known wherever agents are named, with its settings and its facts", () => {
    registerAgent("my-cql", { ...facts, settings, build, needsReturnToGo: true });
    expect(agentNames().slice(-2)).toEqual(["mixture-bc", "my-cql"]);
    expect(agentDefinition("my-cql")).toMatchObject({ name: "my-cql", needsReturnToGo: true, actions: "continuous" });
    expect(allSettings().get("penalty")?.agents).toEqual(["my-cql"]);
    expect(() => agentDefinition("my-cq")).toThrow('Unknown agent "my-cq". Did you mean "my-cql"?');
    expect(resolveConfiguration({ agent: "my-cql" }, 1).flat).toMatchObject({ penalty: 2, maxTargetBackup: true });
    const written: TrainSettings<SettingsInput<typeof settings>> = { agent: "my-cql", penalty: 3 };
    expect(resolveConfiguration(written, 1).flat).toMatchObject({ penalty: 3 });
    const wrong = { ...written, penalty: -1 };
    expect(() => resolveConfiguration(wrong, 1)).toThrow(
      'The setting penalty of agent "my-cql" is -1; it must be at least 0.',
    );
  });

  it("is described by `calql agents` as calql's own are", () => {
    const section = agentSection(agentDefinition("mixture-bc")).join("\n");
    for (const words of ["## mixture-bc", "Bishop 1994", "-mean(logsumexp over k", "`components`", "actorLoss"])
      expect(section).toContain(words);
  });

  it("takes lists that are constants", () => {
    const preset = { criticHidden: [8, 8], logStdRange: [-5, 2] } as const satisfies AgentSettings;
    expect(resolveConfiguration({ agent: "cql", ...preset }, 1).flat).toMatchObject(preset);
  });

  it.each([
    ["", {}, "An agent cannot be registered without a name; give it one."],
    [" ", {}, "An agent cannot be registered without a name; give it one."],
    [
      "two words",
      {},
      'The agent\'s name "two words" must be one word of letters, digits, hyphens and dots; rename it.',
    ],
    ["sac", {}, 'An agent "sac" is registered already; register yours under another name.'],
    ["mixture-bc", {}, 'An agent "mixture-bc" is registered already; register yours under another name.'],
    ["other", { build: 3 }, 'The entry build of agent "other" is 3; it must be a function from a context to { policy'],
    ["other", { summary: undefined }, 'The entry summary of agent "other" is undefined; it must be text.'],
    ["other", { sumary: "" }, 'Unknown entry of agent "other" "sumary". Did you mean "summary"?'],
    [
      "other",
      { settings: z.object({}) },
      "it must be agentSettings, or one of its extensions, with settings of its own.",
    ],
    [
      "other",
      { settings: agentSettings.extend({ width: z.number() }) },
      'The setting width of agent "other" has no default; give it one: .default(...).',
    ],
  ])("refuses the name %j, or an entry: %#", (name, part, sentence) => {
    const agent = { ...facts, settings, build, ...part } as Parameters<typeof registerAgent>[1];
    expect(() => registerAgent(name, agent)).toThrow(sentence);
  });

  it("reports a build function that throws or returns nothing, and an agent without a usable name", async () => {
    const sizes = { observationSize: 2, actionSize: 1 };
    registerAgent("throwing", {
      ...facts,
      settings,
      build: () => {
        throw new Error("no idea.");
      },
    });
    registerAgent("empty", { ...facts, settings, build: (() => ({})) as unknown as typeof build });
    await expect(Agent.create("throwing", sizes)).rejects.toThrow(
      'The agent "throwing" cannot be built: no idea. Mend its build function.',
    );
    await expect(Agent.create("empty", sizes)).rejects.toThrow(
      'The build function of agent "empty" must return { policy, update }; return both.',
    );
  });
});

it("one registry serves all copies of calql in a process, which must be of one version", () => {
  const holder = globalThis as { [key: symbol]: { version: string } };
  const key = Symbol.for("calql.registry");
  const mine = holder[key]!;
  expect(mine).toMatchObject({ version, agents: expect.any(Map), environments: expect.any(Map) });
  try {
    holder[key] = { ...mine, version: "0.0.9" };
    expect(() => agentNames()).toThrow(
      `Two versions of calql are loaded in one process, 0.0.9 and ${version}; install`,
    );
  } finally {
    holder[key] = mine;
  }
});

describe("the mixture of examples/my-agent.mjs", () => {
  const ROWS = 64;
  /** Half of the data go one way, half the other, whatever is observed. */
  const batchOf = (random: RandomStream) => {
    const observations = new Float32Array(2 * ROWS);
    random.fillUniform(observations, -1, 1);
    const actions = Float32Array.from({ length: ROWS }, (_, i) => (i % 2 === 0 ? 0.7 : -0.7) + 0.05 * random.normal());
    const zeros = new Float32Array(ROWS);
    const others = { rewards: zeros, terminated: zeros, returnsToGo: zeros, nextActions: zeros };
    return { observations, nextObservations: observations, actions, ...others };
  };

  async function cloned(name: string, settings: AgentSettings<{ readonly components?: number }>) {
    const common = { batchSize: ROWS, actorHidden: [16], actorLearningRate: 3e-3, ...settings };
    const agent = await Agent.create(name, {
      observationSize: 2,
      actionSize: 1,
      threads: 1,
      settings: common,
      seed: 1,
    });
    const random = new RandomStream(3);
    let loss = 0;
    for (let i = 0; i < 400; i++) loss = (await agent.update(batchOf(random))).actorLoss!;
    return { agent, loss };
  }

  it("acts in one of two ways where one Gaussian acts in between, and its file acts alike", async () => {
    const observations = Float32Array.of(0.1, 0.2, -0.5, 0.9, 0.4, -0.8);
    const { agent: single, loss: singleLoss } = await cloned("mixture-bc", { components: 1 });
    const { agent, loss } = await cloned("mixture-bc", { components: 3 });
    const between = await single.act(observations, { deterministic: true });
    expect(Math.max(...between.map(Math.abs))).toBeLessThan(0.3);
    // Half of the data each, standard deviation 0.05: log 2 + log(0.05·sqrt(2·pi·e)) = -0.884 is the best there is.
    expect(loss).toBeGreaterThan(-1);
    expect(loss).toBeLessThan(-0.6);
    expect(singleLoss).toBeGreaterThan(0.9);

    const actions = Float32Array.from(await agent.act(observations, { deterministic: true }));
    for (const action of actions) expect(Math.abs(Math.abs(action) - 0.7)).toBeLessThan(0.05);
    const many = await agent.act(new Float32Array(2 * 200).fill(0.3), { deterministic: false });
    const share = many.filter((action) => action > 0).length / 200;
    expect(share).toBeGreaterThan(0.35);
    expect(share).toBeLessThan(0.65);

    const file = await PolicyFile.load(agent.exportPolicy(), "the exported policy");
    for (let row = 0; row < 3; row++) {
      const [action] = await file.act(observations.slice(2 * row, 2 * row + 2), { deterministic: true });
      expect(action).toBeCloseTo(actions[row]!, 6);
    }
    await Promise.all([single, agent, file].map((one) => one.release()));
  });
});

describe("a name that belongs to calql's settings", () => {
  it.each([
    ["mine", "seed", 'The setting seed of agent "mine" has the name of a setting of the run; rename it.'],
    ["hybrid", "more", 'The agent "hybrid" has the name of a method of calql; register it under another name.'],
  ])("%s with %s is refused when settings are resolved", (name, setting, sentence) => {
    const taken = cqlSettings.extend({ [setting]: z.number().default(1) });
    registerAgent(name, { ...facts, settings: taken as unknown as typeof cqlSettings, build });
    try {
      expect(() => resolveConfiguration({}, 1)).toThrow(sentence);
    } finally {
      registered("agents").delete(name);
    }
  });
});
