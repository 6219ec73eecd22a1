/**
 * Whose encoder looks at pictures: one that learns from the critics' loss alone, or one for each network; and what an agent
 * that goes on as another keeps of it.
 */
import { describe, expect, it } from "vitest";
import type { ObservationParts } from "../data/columns.js";
import type { EncoderName } from "../networks/convolution-stacks.js";
import { memberRange, type Parameters } from "../networks/parameters.js";
import { smallAgent, snapshot } from "./agent.fixture.js";
import type { Agent } from "./agent.js";
import {
  beside,
  hasCritics,
  hasPolicy,
  largestMove,
  looking,
  numbersOf,
  ONE,
  seen,
  updated,
} from "./pictures.fixture.js";
import { type AgentSettings, agentDefinition, builtInAgents } from "./registry.js";

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
