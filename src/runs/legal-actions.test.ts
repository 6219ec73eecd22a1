/**
 * A task whose actions are not all legal in every state, from its check to a run that learns from masked data and by play;
 * and what a run's policy says of the numbers that it takes and gives.
 */
import { describe, expect, it } from "vitest";
import { PolicyFile } from "../agents/policy-file.js";
import { vectorParts } from "../data/columns.js";
import { type Dataset, type Observation, packEpisode } from "../data/episode.js";
import { legalPart } from "../data/legal-actions.js";
import { checkEnvironment } from "../environments/check.js";
import { box, dict, discrete, type Environment } from "../environments/environment.js";
import { guardEnvironment } from "../environments/guard.js";
import { registerEnvironment } from "../environments/registry.js";
import { RandomStream } from "../random.js";
import { trainInMemory } from "../training/train-in-memory.js";

const CARDS = ["ace", "king", "queen", "jack"];

/** A hand of cards, each of which can be played once: the mask is the hand. The ace pays 1, the others nothing. */
function hand(changes: { readonly mask?: (hand: Float32Array, ended: boolean) => Float32Array } = {}): Environment {
  const { mask = (cards) => cards } = changes;
  let random = new RandomStream(0, "hand");
  let cards = new Float32Array(CARDS.length);
  const seen = (ended: boolean): Observation => ({ state: cards.slice(), legal: mask(cards.slice(), ended) });
  return {
    name: "hand",
    horizon: CARDS.length,
    observationSpace: dict({ state: box(CARDS.length, 0, 1), legal: box(CARDS.length, 0, 1) }),
    actionSpace: discrete(CARDS),
    reset: ({ seed } = {}) => {
      if (seed !== undefined) random = new RandomStream(seed, "hand");
      cards = cards.map(() => Number(random.uniform() < 0.7));
      cards[random.integer(CARDS.length)] = 1;
      return { observation: seen(false), info: { success: false } };
    },
    step: (action) => {
      const card = action[0]!;
      if (cards[card] !== 1) throw new Error(`card ${card} is not in the hand`);
      cards[card] = 0;
      const terminated = card === 0 || !cards.includes(1);
      return {
        observation: seen(terminated),
        reward: Number(card === 0),
        terminated,
        truncated: false,
        info: { success: card === 0 },
      };
    },
    close: () => {},
  };
}

describe("an environment with masks", () => {
  it("is played with legal actions alone by its check, which finds masks that are none", async () => {
    expect(await checkEnvironment(hand())).toEqual([]);
    const [nothing] = await checkEnvironment(hand({ mask: (cards, ended) => (ended ? cards : cards.fill(0)) }));
    expect(nothing).toMatch(
      /^hand: reset\(\): the mask has no legal action; give one number for each action in the part "legal"/,
    );
    const [half] = await checkEnvironment(hand({ mask: (cards) => cards.fill(0.5, 0, 1) }));
    expect(half).toMatch(/the mask says 0\.5 of action 0, where 0 or 1 belongs/);
  });

  it("is guarded: an illegal action is the caller's mistake, and a mask without legal actions the environment's", async () => {
    const guarded = guardEnvironment(hand());
    const { observation } = await guarded.reset({ seed: 1 });
    const { legal } = observation as { readonly legal: Float32Array };
    const illegal = legal.indexOf(0);
    expect(illegal).toBeGreaterThanOrEqual(0);
    expect(() => guarded.step(Float32Array.of(illegal))).toThrow(
      `hand: the action for step 1 is ${illegal}, which is not legal there; choose one whose number in the observation's part "legal" is 1.`,
    );
    const empty = guardEnvironment(hand({ mask: (cards) => cards.fill(0) }));
    expect(() => empty.reset({ seed: 1 })).toThrow(
      "reset() broke the contract of an environment: the mask has no legal action",
    );
  });
});

/** Hands that chance has played. */
function played(): Dataset {
  const random = new RandomStream(5, "test");
  const episodes = Array.from({ length: 60 }, () => {
    const cards = new Float32Array(CARDS.length).fill(1);
    const seen = () => ({ state: cards.slice(), legal: cards.slice() });
    const observations = [seen()];
    const [actions, rewards]: [Float32Array[], number[]] = [[], []];
    while (rewards.at(-1) !== 1 && cards.includes(1)) {
      const held = [...cards.keys()].filter((card) => cards[card] === 1);
      const card = held[random.integer(held.length)]!;
      cards[card] = 0;
      actions.push(Float32Array.of(card));
      rewards.push(Number(card === 0));
      observations.push(seen());
    }
    return packEpisode(observations, actions, rewards, true);
  });
  const observations = { ...vectorParts(CARDS.length), legal: legalPart(CARDS.length) };
  return { source: "hands", observations, actionSize: 1, discreteActions: CARDS.length, episodes };
}

describe("a run on it", () => {
  const settings = {
    ...{
      task: "hand",
      agent: "cal-ql-discrete",
      preset: "laptop" as const,
      seed: 0,
      threads: 1,
      batchSize: 16,
      criticHidden: [16],
    },
    ...{ offlineUpdates: 60, onlineSteps: 60, warmupSteps: 20, explorationEpsilon: 0.5, evaluationEpisodes: 3 },
  } as const;

  it.each(["random", "policy"] as const)(
    "never plays a card that is not in the hand, warm-up %s",
    async (warmupActions) => {
      const task = `hand-${warmupActions}`;
      registerEnvironment(task, () => hand());
      const record = await trainInMemory({ ...settings, task, warmupActions }, { dataset: played() });
      expect(record.ending).toMatchObject({ status: "completed" });
      expect(record.episodes.length).toBeGreaterThan(14);
      for (const { length, actions, observations } of record.episodes)
        for (let step = 0; step < length; step++)
          expect(observations.legal![step * CARDS.length + actions[step]!]).toBe(1);
      const file = await PolicyFile.load(record.model!, "hand.onnx");
      expect(file.names).toEqual({ actions: CARDS });
      const hands = { state: new Float32Array(8).fill(1), legal: Float32Array.of(0, 0, 1, 0, 0, 1, 0, 0) };
      expect([...(await file.act(hands))]).toEqual([2, 1]);
      await file.release();
    },
    60_000,
  );
});
