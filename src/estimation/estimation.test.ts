/**
 * The estimators against exact expectations: in a task of two steps every episode that a policy can log is listed with its
 * probability, so that what is right on average is right to rounding here, without drawing anything.
 */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { doublyRobust, weightedDoublyRobust } from "./doubly-robust.js";
import {
  effectiveSampleSize,
  estimated,
  importanceSampling,
  perDecision,
  type RatioTerms,
  weightedImportanceSampling,
  weightedPerDecision,
} from "./importance-sampling.js";
import { interval, intervalOfDifference } from "./interval.js";
import type { ModelledEpisode } from "./logged-episode.js";

const discount = 0.9;
/** In state 0 action 0 earns 1 and leads to state 1, action 1 earns 2 and ends; in state 1 they earn 3 and -1 and end. */
const rewards = [
  [1, 2],
  [3, -1],
] as const;
/** Of action 0, in each state. */
const behaviour = [0.3, 0.6];
const judged = [0.8, 0.25];
const of = (policy: readonly number[], state: number, action: number) =>
  action === 0 ? policy[state]! : 1 - policy[state]!;
const valueIn1 = judged[0 + 1]! * 3 + (1 - judged[1]!) * -1;
const truth = judged[0]! * (1 + discount * valueIn1) + (1 - judged[0]!) * 2;

type Pair = readonly [state: number, action: number];
const episodes: readonly (readonly Pair[])[] = [
  [
    [0, 0],
    [1, 0],
  ],
  [
    [0, 0],
    [1, 1],
  ],
  [[0, 1]],
];
const probabilityOf = (policy: readonly number[], steps: readonly Pair[]) =>
  steps.reduce((product, [state, action]) => product * of(policy, state, action), 1);

/** A listed episode, with a model that says of every action what `model` says. */
function logged(steps: readonly Pair[], model: (state: number, action: number) => number = () => 0): ModelledEpisode {
  const value = (state: number) => of(judged, state, 0) * model(state, 0) + of(judged, state, 1) * model(state, 1);
  return {
    rewards: steps.map(([state, action]) => rewards[state]![action]!),
    propensities: steps.map(([state, action]) => of(behaviour, state, action)),
    probabilities: steps.map(([state, action]) => of(judged, state, action)),
    actionValues: steps.map(([state, action]) => model(state, action)),
    values: steps.map(([state]) => value(state)),
  };
}

/** The expectation over logged episodes of an estimate from a single one. */
function expected(
  estimate: (episodes: readonly ModelledEpisode[]) => RatioTerms,
  model?: (s: number, a: number) => number,
) {
  return episodes.reduce(
    (sum, steps) => sum + probabilityOf(behaviour, steps) * estimated(estimate([logged(steps, model)])),
    0,
  );
}

describe("an estimate that is right on average", () => {
  it.each([
    ["importance sampling", importanceSampling],
    ["per-decision importance sampling", perDecision],
  ] as const)("%s is", (_, estimate) => {
    expect(expected((some) => estimate(some, discount))).toBeCloseTo(truth, 12);
  });

  it("doubly robust is, whatever the model says", () => {
    for (const model of [() => 0, () => 7, (state: number, action: number) => 3 * state - action])
      expect(expected((some) => doublyRobust(some, discount), model)).toBeCloseTo(truth, 12);
  });
});

describe("the doubly robust estimate", () => {
  it("is the truth in every single episode where the model is right", () => {
    const right = (state: number, action: number) =>
      rewards[state]![action]! + (state === 0 && action === 0 ? discount * valueIn1 : 0);
    for (const steps of episodes)
      expect(estimated(doublyRobust([logged(steps, right)], discount))).toBeCloseTo(truth, 12);
  });
});

describe("the self-normalised doubly robust estimate", () => {
  const counts = episodes.map((steps) => 1000 * probabilityOf(behaviour, steps));

  it("reaches the truth with many episodes, whatever the model says", () => {
    for (const model of [() => 0, () => 7, (state: number, action: number) => 3 * state - action]) {
      const terms = weightedDoublyRobust(
        episodes.map((steps) => logged(steps, model)),
        discount,
      );
      expect(estimated(terms, counts)).toBeCloseTo(truth, 12);
    }
  });

  it("is the self-normalised per-decision one without a model, and the model's value where that is right", () => {
    const all = episodes.map((steps) => logged(steps));
    expect(estimated(weightedDoublyRobust(all, discount))).toBeCloseTo(
      estimated(weightedPerDecision(all, discount)),
      12,
    );
    const right = (state: number, action: number) =>
      rewards[state]![action]! + (state === 0 && action === 0 ? discount * valueIn1 : 0);
    const known = episodes.map((steps) => logged(steps, right));
    expect(estimated(weightedDoublyRobust(known.slice(1), discount))).toBeCloseTo(truth, 12);
  });
});

describe("self-normalised estimates", () => {
  /** Every episode as often as the behaviour policy logs it, in the limit. */
  const counts = episodes.map((steps) => 1000 * probabilityOf(behaviour, steps));
  const all = episodes.map((steps) => logged(steps));

  it.each([
    ["weighted importance sampling", weightedImportanceSampling],
    ["weighted per-decision importance sampling", weightedPerDecision],
  ] as const)("%s reaches the truth with many episodes", (_, estimate) => {
    expect(estimated(estimate(all, discount), counts)).toBeCloseTo(truth, 12);
  });

  it("is the mean return of what was logged where the judged policy logged it", () => {
    const own = all.map((episode) => ({ ...episode, probabilities: episode.propensities }));
    const returns = [1 + discount * 3, 1 - discount, 2];
    for (const estimate of [weightedImportanceSampling, weightedPerDecision, importanceSampling, perDecision])
      expect(estimated(estimate(own, discount))).toBeCloseTo(returns.reduce((a, b) => a + b) / 3, 12);
  });

  it("never leaves the range of the returns, as the plain form does", () => {
    const one = [
      logged([
        [0, 0],
        [1, 0],
      ]),
    ];
    expect(estimated(weightedImportanceSampling(one, discount))).toBeCloseTo(3.7, 12);
    expect(estimated(importanceSampling(one, discount))).toBeCloseTo((0.8 / 0.3) * (0.25 / 0.6) * 3.7, 12);
  });
});

describe("the effective sample size", () => {
  it.each([
    [[2, 2, 2, 2], 4],
    [[0, 0, 5], 1],
    [[1, 3], 1.6],
    [[0, 0], 0],
  ])("of weights %j is %d", (weights, size) => {
    expect(effectiveSampleSize(weights)).toBeCloseTo(size, 12);
  });
});

describe("intervals over episodes", () => {
  it("cover the truth in about 95 of 100 data sets", () => {
    const random = new RandomStream(5, "test");
    const drawn = () => {
      const steps: Pair[] = [[0, random.uniform() < behaviour[0]! ? 0 : 1]];
      if (steps[0]![1] === 0) steps.push([1, random.uniform() < behaviour[1]! ? 0 : 1]);
      return logged(steps);
    };
    const covered = { plain: 0, weighted: 0 };
    const sets = 200;
    for (let set = 0; set < sets; set++) {
      const some = Array.from({ length: 200 }, drawn);
      const options = { resamples: 200, seed: set };
      const holds = ({ low, high }: { low: number; high: number }) => Number(low <= truth && truth <= high);
      covered.plain += holds(interval(perDecision(some, discount), options));
      covered.weighted += holds(interval(weightedPerDecision(some, discount), options));
    }
    for (const share of Object.values(covered).map((count) => count / sets)) {
      expect(share).toBeGreaterThan(0.91);
      expect(share).toBeLessThan(0.98);
    }
  });

  it("of a difference leave out what both have in common", () => {
    const figures = [1, 5, 9, 2, 7];
    const first = {
      numerators: Float64Array.from(figures),
      denominators: new Float64Array(5).fill(1),
      episodes: 5,
      terms: 1,
    };
    const second = { ...first, numerators: first.numerators.map((figure) => figure - 2) };
    const { value, low, high } = intervalOfDifference(first, second);
    for (const end of [value, low, high]) expect(end).toBeCloseTo(2, 12);
  });
});

describe("what cannot be a probability", () => {
  it.each([
    [
      { propensities: [0.5, 0] },
      "Step 2 of episode 1 was logged with a probability of 0; it must be above 0 and at most 1, as the action was taken.",
    ],
    [{ propensities: [1.5, 1] }, "Step 1 of episode 1 was logged with a probability of 1.5;"],
    [
      { probabilities: [0.5, Number.NaN] },
      "The policy takes the action of step 2 of episode 1 with a probability of NaN; it must be from 0 to 1.",
    ],
  ])("%j is refused", (faulty, sentence) => {
    const episode = {
      ...logged([
        [0, 0],
        [1, 0],
      ]),
      ...faulty,
    };
    for (const estimate of [
      importanceSampling,
      weightedImportanceSampling,
      perDecision,
      weightedPerDecision,
      doublyRobust,
      weightedDoublyRobust,
    ])
      expect(() => estimate([episode], discount)).toThrow(sentence);
  });
});
