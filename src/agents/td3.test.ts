/** TD3+BC and ReBRAC: delayed steps, noise on the target, and the cases in which they are one another or cloning. */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { filled, makeUpdates, randomBatch, smallAgent, snapshot, stir, withAgent } from "./agent.fixture.js";
import type { AgentBatch } from "./agent.js";
import type { AgentSettings } from "./registry.js";

const batch = randomBatch(new RandomStream(1));
const noise = { targetNext: batch.actions };
const BEHIND = ["actor", "targetActor", "targetCritics"] as const;

/** Metrics and states after updates on one batch, from networks of order 1 and without the draws of chance. */
function learned(name: string, settings: AgentSettings, updates = 1, given: AgentBatch = batch) {
  return withAgent(name, settings, async (agent) => {
    stir(agent);
    for (let i = 0; i < updates; i++) await agent.update(given, noise);
    return { metrics: { ...agent.metrics }, states: snapshot(agent) };
  });
}

describe.each(["td3-bc", "rebrac"])("%s", (name) => {
  it.each([1, 2, 3])("moves its policy and all targets in every update number a multiple of %i", async (actorDelay) => {
    await withAgent(name, { actorDelay }, async (agent) => {
      for (let update = 1; update <= 7; update++) {
        const before = snapshot(agent);
        await makeUpdates(agent, 1);
        expect(agent.state("critics")).not.toEqual(before.critics);
        for (const state of BEHIND) {
          const moved = agent.state(state).some((value, i) => value !== before[state]![i]);
          expect(moved, `${state} in update ${update}`).toBe(update % actorDelay === 0);
        }
      }
      expect(agent.state("actor/steps")[0]).toBe(Math.floor(7 / actorDelay));
      expect(agent.state("critics/steps")[0]).toBe(7);
    });
  });

  it("starts its targets as their originals", async () => {
    await withAgent(name, {}, async (agent) => {
      expect(agent.state("targetActor")).toEqual(agent.state("actor"));
      expect(agent.state("targetCritics")).toEqual(agent.state("critics"));
    });
  });

  it("puts noise on the target's action, as wide as its settings say and no wider", async () => {
    const critics = async (settings: AgentSettings) => (await learned(name, settings)).metrics.targetQMean;
    const still = await critics({ targetNoise: 0 });
    expect(await critics({ targetNoiseClip: 0 })).toBe(still);
    expect(await critics({ targetNoise: 0.2 })).not.toBe(still);
    expect(await critics({ targetNoise: 1e6, targetNoiseClip: 0.1 })).toBeCloseTo(
      (await critics({ targetNoise: 1e3, targetNoiseClip: 0.1 }))!,
      5,
    );
  });

  it("lets cloning weaken from an update on to its end, and goes on counting after a switch", async () => {
    const settings = { cloningDecayStart: 2, cloningDecayUpdates: 2, cloningDecayEnd: 0.25 };
    const halfway = name === "rebrac" ? 0.625 : 0.5; // along a line, or by the same factor each time
    const first = await smallAgent(name, settings);
    const weights: number[] = [];
    for (let i = 0; i < 4; i++) weights.push((await first.update(batch)).cloningWeight!);
    const second = await first.continueAs(name);
    for (let i = 0; i < 2; i++) weights.push((await second.update(batch)).cloningWeight!);
    await second.release();
    [1, 1, 1, halfway, 0.25, 0.25].forEach((expected, i) => {
      expect(weights[i]).toBeCloseTo(expected, 6);
    });
    expect((await learned(name, {}, 3)).metrics.cloningWeight).toBe(1);
  });
});

describe("td3-bc", () => {
  it("without weight on the values is cloning, whatever the rewards", async () => {
    const rewarded = await learned("td3-bc", { bcAlpha: 0 }, 4, filled(batch, { rewards: 7 }));
    const plain = await learned("td3-bc", { bcAlpha: 0 }, 4);
    expect(plain.metrics.actorLoss).toBe(plain.metrics.cloningError);
    expect(rewarded.states.actor).toEqual(plain.states.actor);
    expect(rewarded.states.critics).not.toEqual(plain.states.critics);
    const valued = await learned("td3-bc", {}, 4);
    expect(valued.states.actor).not.toEqual(plain.states.actor);
  });

  it("divides the values by their mean size: critics of ten times the scale teach the policy the same", async () => {
    const lossFor = (scale: number) =>
      withAgent("td3-bc", { actorDelay: 1, criticLearningRate: 1e-12 }, async (agent) => {
        stir(agent);
        const critics = agent.state("critics");
        const last = critics.length - 2 * 9; // the last layer's kernel and bias of both critics
        for (let i = last; i < critics.length; i++) critics[i]! *= scale;
        return (await agent.update(batch, noise)).actorLoss!;
      });
    expect(await lossFor(10)).toBeCloseTo(await lossFor(1), 5);
  });
});

describe("rebrac", () => {
  const bare = { actorPenalty: 0, criticPenalty: 0, criticLayerNorm: false } as const;

  it("without penalties has TD3's critics, to the bit, and does not look at next actions", async () => {
    const { states } = await learned("rebrac", bare);
    expect(states.critics).toEqual((await learned("td3-bc", {})).states.critics);
    const otherwise = filled(batch, { nextActions: 0.5 });
    expect((await learned("rebrac", bare, 4, otherwise)).states).toEqual((await learned("rebrac", bare, 4)).states);
  });

  it("with one critic is TD3+BC, where the policy's penalty is 1/(bcAlpha·actions)", async () => {
    const one = { criticCount: 1, actorDelay: 1 };
    const penalty = { ...bare, actorPenalty: 1 / (2.5 * 2) };
    const [rebrac, td3Bc] = [await learned("rebrac", { ...one, ...penalty }, 3), await learned("td3-bc", one, 3)];
    expect(2.5 * rebrac.metrics.actorLoss!).toBeCloseTo(td3Bc.metrics.actorLoss!, 4);
    for (const [state, values] of Object.entries(td3Bc.states)) {
      // Adam's step has no scale, and so a loss of another scale leaves the same policy.
      if (/Moment$/.test(state)) continue;
      values.forEach((value, i) => {
        expect(Math.abs(rebrac.states[state]![i]! - value), state).toBeLessThan(2e-6);
      });
    }
  });

  it("takes the critics' penalty off the backed-up value, in proportion, and only where the task goes on", async () => {
    const targetQ = async (criticPenalty: number) =>
      (await learned("rebrac", { criticPenalty, targetNoise: 0 })).metrics.targetQMean!;
    const [none, one, three] = [await targetQ(0), await targetQ(1), await targetQ(3)];
    expect(none - one).toBeGreaterThan(0.1);
    expect((none - three) / (none - one)).toBeCloseTo(3, 4);
    const ended = filled(batch, { terminated: 1 });
    const criticsAfter = async (nextActions: number) =>
      (await learned("rebrac", { criticPenalty: 1 }, 1, filled(ended, { nextActions }))).states.critics;
    expect(await criticsAfter(0.9)).toEqual(await criticsAfter(-0.9));
  });

  it("refuses a batch without next actions, which the others take", async () => {
    const { nextActions: _, ...without } = batch;
    await expect(learned("rebrac", {}, 1, without)).rejects.toThrow(
      "The batch has no nextActions, from which rebrac learns; give it too.",
    );
    expect((await learned("td3-bc", {}, 1, without)).states.updates![0]).toBe(1);
  });
});
