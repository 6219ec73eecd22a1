/**
 * Every agent on pictures, alone and beside a vector: what its encoder learns from, that it acts and is exported with bytes,
 * and that pictures are shifted in updates alone.
 */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import type { ObservationParts, VectorRows } from "../data/columns.js";
import type { EncoderName } from "../networks/convolution-stacks.js";
import { memberRange, type Parameters } from "../networks/parameters.js";
import { RandomStream } from "../random.js";
import { randomBatch, sizes, smallAgent, smallSettings, snapshot } from "./agent.fixture.js";
import type { Agent } from "./agent.js";
import { type AgentName, type AgentSettings, agentDefinition, builtInAgents } from "./registry.js";

const PIXELS = 7 * 6 * 3;
const CHOICES = 4;
const image = { type: "uint8", shape: [7, 6, 3] } as const;
const alone: ObservationParts = { image };
const beside: ObservationParts = { state: { type: "float32", shape: [sizes.observationSize] }, image };
const ONE = "picture0/layer0/kernel";

function bytes(rows: number, seed: number): Uint8Array {
  const random = new RandomStream(seed, "bytes");
  return Uint8Array.from({ length: rows * PIXELS }, () => random.integer(256));
}

function seen(rows: number, parts: ObservationParts, seed = 1) {
  const state = new Float32Array(rows * sizes.observationSize);
  new RandomStream(seed).fillNormal(state);
  return { ...(parts.state ? { state } : {}), image: bytes(rows, seed) };
}

async function looking(name: string, parts: ObservationParts, settings: AgentSettings = {}, seed = 1): Promise<Agent> {
  const discrete = agentDefinition(name).actions === "discrete" ? { actionSize: 1, discreteActions: CHOICES } : {};
  const observationSize = PIXELS + (parts.state ? sizes.observationSize : 0);
  const known = Object.fromEntries(
    Object.entries({ encoderTrunk: 5, ...settings }).filter(([key]) => key in agentDefinition(name).settings.shape),
  );
  return smallAgent(name, known, { observationSize, observations: parts, seed, ...discrete });
}

function batchFor(agent: Agent, seed: number): VectorRows {
  const rows = smallSettings.batchSize * agent.batchesPerUpdate;
  const random = new RandomStream(seed);
  const batch = randomBatch(random, rows);
  const pictures = {
    "observations/image": bytes(rows, seed),
    "nextObservations/image": bytes(rows, seed + 100),
  };
  if (agent.sizes.discreteActions === undefined) return { ...batch, ...pictures } as unknown as VectorRows;
  const indices = () => batch.rewards.map(() => random.integer(CHOICES));
  return { ...batch, ...pictures, actions: indices(), nextActions: indices() } as unknown as VectorRows;
}

async function updated(agent: Agent, count = 3): Promise<Agent> {
  for (let i = 0; i < count; i++) await agent.update(batchFor(agent, i + 1));
  return agent;
}

/** The numbers of one array of a network, as they stand. */
function numbersOf(agent: Agent, network: Parameters, array: string): Float32Array {
  return agent.state(network.name).slice(...memberRange(network, array));
}

function largestMove(now: Float32Array, before: Float32Array): number {
  return now.reduce((most, value, i) => Math.max(most, Math.abs(value - before[i]!)), 0);
}

const hasCritics = (name: AgentName) => name !== "bc";
const hasPolicy = (name: AgentName) => agentDefinition(name).actions === "continuous";

describe.each(builtInAgents)("%s", (name) => {
  it.each([
    ["alone", alone],
    ["beside a vector", beside],
  ] as const)("learns from pictures %s to finite numbers, the same bits for the same seed", async (_, parts) => {
    const [agent, again] = [await updated(await looking(name, parts)), await updated(await looking(name, parts))];
    for (const [metric, value] of Object.entries(agent.metrics)) expect(Number.isFinite(value), metric).toBe(true);
    expect(snapshot(again)).toEqual(snapshot(agent));
    const owner = hasCritics(name) ? agent.declared.critics!.parameters : agent.declared.policy.parameters;
    const kernel = `${owner.name}/encoder/${ONE}`;
    const [from, to] = memberRange(owner, kernel);
    const moved = numbersOf(agent, owner, kernel);
    expect(moved).not.toEqual(owner.initial.slice(from, to));
    await agent.release();
    await again.release();
  });

  it("acts on any number of rows, as its exported policy does on bytes", async () => {
    const agent = await updated(await looking(name, beside));
    const session = await InferenceSession.create(agent.exportPolicy(), { logSeverityLevel: 3 });
    expect(session.inputNames).toEqual(["observations", "observations/image"]);
    for (const count of [1, 7, 32]) {
      const given = seen(count, beside);
      const own = (await agent.act(given, { deterministic: true })).slice();
      const { actions } = await session.run({
        observations: new Tensor("float32", given.state!, [count, sizes.observationSize]),
        "observations/image": new Tensor("uint8", given.image, [count, ...image.shape]),
      });
      expect(actions!.dims).toEqual([count, agent.sizes.actionSize]);
      own.forEach((value, i) => {
        expect(Math.abs(value - (actions!.data as Float32Array)[i]!)).toBeLessThan(1e-6);
      });
      const values = await agent.values(given);
      expect(values?.length).toBe(hasCritics(name) ? count : undefined);
      const first = { state: given.state!.subarray(0, sizes.observationSize), image: given.image.subarray(0, PIXELS) };
      const kept = values?.[0];
      if (kept !== undefined) expect((await agent.values(first))![0]).toBeCloseTo(kept, 5);
    }
    await session.release();
    await agent.release();
  });

  it("shifts pictures in updates alone", async () => {
    const [still, moving] = [await looking(name, beside, { randomShift: 0 }), await looking(name, beside)];
    const given = seen(5, beside);
    const calm = (await still.act(given, { deterministic: true })).slice();
    expect(await moving.act(given, { deterministic: true })).toEqual(calm);
    const shifts = (agent: Agent) =>
      [...agent.declared.noise.declared.keys()].filter((noise) => noise.startsWith("shift"));
    expect(shifts(still)).toEqual([]);
    expect(shifts(moving)).toEqual(["shift/observations", "shift/nextObservations"]);
    await updated(still);
    await updated(moving);
    const [learner] = moving.stateNames.filter((state) => /^(critics|actor)$/.test(state));
    expect(moving.state(learner!)).not.toEqual(still.state(learner!));
    await still.release();
    await moving.release();
  });
});

describe.each(builtInAgents.filter((name) => hasCritics(name) && hasPolicy(name)))(
  "%s with critics and a policy",
  (name) => {
    it("moves a shared encoder by the critics' loss alone", async () => {
      // Adam's steps are about the learning rate: these are lost in the numbers.
      const agent = await updated(await looking(name, beside, { criticLearningRate: 1e-30 }));
      const { policy, critics } = agent.declared;
      expect(policy.parameters.definitions.some(({ name: array }) => array.includes("encoder"))).toBe(false);
      expect(largestMove(agent.state("critics"), critics!.parameters.initial)).toBeLessThan(1e-25);
      expect(agent.state("actor")).not.toEqual(policy.parameters.initial);
      expect(policy.reads!().map((network) => network.name)).toEqual(["actor", "critics"]);
      await agent.release();
    });

    it("trains encoders of their own by their own losses, on request", async () => {
      const few = { criticCount: 2, criticSteps: 2, targetCriticCount: 1 };
      const own = { ...few, sharedEncoder: false, criticLearningRate: 1e-30 };
      const agent = await updated(await looking(name, beside, own));
      const { policy, critics } = agent.declared;
      const kernel = `actor/encoder/${ONE}`;
      const [from, to] = memberRange(policy.parameters, kernel);
      expect(numbersOf(agent, policy.parameters, kernel)).not.toEqual(policy.parameters.initial.slice(from, to));
      expect(largestMove(agent.state("critics"), critics!.parameters.initial)).toBeLessThan(1e-25);
      expect(policy.reads!().map((network) => network.name)).toEqual(["actor"]);
      await agent.release();
    });
  },
);

describe.each(builtInAgents.filter(hasCritics))("%s with an encoder for each critic", (name) => {
  it("learns with all of them, and its targets follow all", async () => {
    const few = { criticCount: 2, criticSteps: 2 };
    const agent = await updated(await looking(name, beside, { ...few, sharedEncoder: false, polyakTau: 0.5 }));
    const { parameters } = agent.declared.critics!;
    const firstOf = ({ initial }: Parameters, array: string) => initial.slice(...memberRange(parameters, array));
    const arrays = [1, 2].map((i) => `critics/critic${i}/encoder/${ONE}`);
    const [one, two] = arrays.map((array) =>
      largestMove(numbersOf(agent, parameters, array), firstOf(parameters, array)),
    );
    expect(Math.min(one!, two!)).toBeGreaterThan(1e-5);
    expect(firstOf(parameters, arrays[0]!)).not.toEqual(firstOf(parameters, arrays[1]!));
    const targets = agent.state("targetCritics");
    for (const array of arrays) {
      const target = targets.slice(...memberRange(parameters, array));
      const online = numbersOf(agent, parameters, array);
      expect(largestMove(target, firstOf(parameters, array))).toBeGreaterThan(1e-6);
      expect(largestMove(target, firstOf(parameters, array))).toBeLessThan(
        largestMove(online, firstOf(parameters, array)),
      );
    }
    await agent.release();
  });
});

describe("a fitted V^mu", () => {
  it.each([true, false])("learns an encoder of its own where they are not shared: shared %s", async (sharedEncoder) => {
    const agent = await looking("cal-ql", beside, { sharedEncoder, calibrationSource: "network" });
    const before = agent.state("value").slice();
    const perceptron = (5 + 1) * 8 + (8 + 1) * 8 + (8 + 1);
    expect(before.length > perceptron).toBe(!sharedEncoder);
    await updated(agent);
    const moved = agent.state("value").map((value, i) => Math.abs(value - before[i]!));
    expect(Math.max(...moved.slice(0, perceptron))).toBeGreaterThan(1e-5);
    expect(Math.max(0, ...moved.slice(perceptron)) > 1e-5).toBe(!sharedEncoder);
    await agent.release();
  });
});

/** Pictures with a square somewhere, and the place of it as actions in [-0.8, 0.8], the reward being the first of them. */
function squares(rows: number, random: RandomStream): VectorRows {
  const [side, square] = [32, 6];
  const picture = new Uint8Array(rows * side * side);
  const actions = new Float32Array(2 * rows);
  for (let row = 0; row < rows; row++) {
    const places = [random.integer(side - square), random.integer(side - square)] as const;
    for (let i = 0; i < square; i++)
      picture.fill(
        255,
        (row * side + places[0] + i) * side + places[1],
        (row * side + places[0] + i) * side + places[1] + square,
      );
    places.forEach((place, k) => {
      actions[2 * row + k] = (1.6 * place) / (side - square - 1) - 0.8;
    });
  }
  const rewards = actions.filter((_, i) => i % 2 === 0);
  const numbers = { rewards, terminated: rewards.map(() => 1), returnsToGo: rewards };
  const pictures = { "observations/image": picture, "nextObservations/image": picture };
  return { ...pictures, ...numbers, actions, nextActions: actions } as unknown as VectorRows;
}

describe("an agent that must look", () => {
  // The mean square of an action is 0.23; TD3+BC's policy sees only what its critics' encoder finds.
  it.each([
    ["bc", { cloningLoss: "mse" }],
    ["bc", { cloningLoss: "mse", encoder: "small-embedded" }],
    ["td3-bc", { bcAlpha: 0.2, actorDelay: 1, criticLearningRate: 1e-3 }],
  ] as const)("%s finds a square in the picture", async (name, own) => {
    const observations: ObservationParts = { image: { type: "uint8", shape: [32, 32, 1] } };
    const settings = { batchSize: 32, randomShift: 0, actorLearningRate: 1e-3, ...own };
    const agent = await smallAgent(name, { ...settings, actorHidden: [64] }, { observationSize: 1024, observations });
    const random = new RandomStream(1);
    for (let i = 0; i < 120; i++) await agent.update(squares(32, random));
    const { actions, ...rows } = squares(64, random);
    const found = await agent.act({ image: rows["observations/image"]! }, { deterministic: true });
    const error = found.reduce((total, action, i) => total + (action - actions[i]!) ** 2, 0) / found.length;
    expect(error).toBeLessThan(0.02);
    await agent.release();
  });
});

describe("pictures too small for an encoder", () => {
  it("are refused in a sentence that names another", async () => {
    const tiny: ObservationParts = { image: { type: "uint8", shape: [3, 9, 1] } };
    const create = (encoder: EncoderName) => smallAgent("bc", { encoder }, { observationSize: 27, observations: tiny });
    await expect(create("cog")).rejects.toThrow(
      "Pictures of 3x9 are too small for the encoder cog; take the encoder small.",
    );
    for (const encoder of ["small", "small-embedded", "impala-small"] as const) await (await create(encoder)).release();
  });
});

describe("going on with another algorithm", () => {
  it("keeps the encoder, its target and its moments", async () => {
    const calQl = await updated(await looking("cal-ql", beside));
    const before = snapshot(calQl);
    const given = seen(3, beside);
    const actions = (await calQl.act(given, { deterministic: true })).slice();
    const sac = await calQl.continueAs("sac");
    for (const network of ["actor", "critics", "targetCritics", "critics/firstMoment"])
      expect(sac.state(network), network).toEqual(before[network]);
    expect(await sac.act(given, { deterministic: true })).toEqual(actions);
    await updated(sac, 1);
    await sac.release();
  });

  it("refuses a policy that looks with an encoder of its own where the other borrows one", async () => {
    const bc = await looking("bc", beside);
    await expect(bc.continueAs("sac")).rejects.toThrow(/"actor" has \d+ numbers .* the same .*encoder/);
    const sac = await bc.continueAs("sac", { ...bcSettings(bc), sharedEncoder: false });
    await updated(sac, 1);
    await sac.release();
  });
});

/** Those of its settings that SAC has too. */
function bcSettings(bc: Agent): AgentSettings {
  const { shape } = agentDefinition("sac").settings;
  return Object.fromEntries(Object.entries(bc.settings).filter(([key]) => key in shape));
}
