/**
 * A synthetic shop with a known response model: a session shows one of four offers in each of at most so many steps, to a
 * customer of one of four types in a warm or a cool mood. The customer buys or not, for the margin of the offer; the offer
 * moves the mood; and the session ends early after a purchase, or when the customer leaves, sooner in a cool mood.
 */
import type { Outcome } from "../../src/environments/gridworld/gridworld-dynamics.js";
import { type KnownTask, rowOf, type Table } from "./known-task.js";

export interface ShopSetup {
  readonly label: string;
  /** The most steps of a session. */
  readonly steps: number;
  readonly discount: number;
}

const [types, moods, actions] = [4, 2, 4];
/** How likely each type buys on each offer in a cool mood: nothing, small discount, large discount, premium. */
const purchases = [
  [0.1, 0.15, 0.2, 0.02],
  [0.05, 0.2, 0.45, 0.01],
  [0.15, 0.2, 0.25, 0.15],
  [0.02, 0.05, 0.1, 0.2],
] as const;
/** What a warm mood multiplies these by. */
const warmth = 1.7;
const margins = [1, 0.8, 0.5, 1.6] as const;
/** How likely the mood is warm after each offer, from a cool and from a warm one. */
const warming = [
  [0.1, 0.4, 0.6, 0.05],
  [0.6, 0.8, 0.9, 0.3],
] as const;
/** How likely the customer leaves, in a cool and in a warm mood. */
const leaving = [0.3, 0.1] as const;
const leavesAfterPurchase = 0.6;

/** The state [step, type, mood] as one number, later steps last. */
const stateAt = (step: number, type: number, mood: number) => (step * types + type) * moods + mood;

export function shopTask({ label, steps, discount }: ShopSetup): KnownTask {
  const states = Array.from({ length: steps * types * moods }, (_, state) => state);
  const outcomes = states.map((state) =>
    Array.from({ length: actions }, (_, offer) => outcomesOf(steps, state, offer)),
  );
  return {
    ...{ name: label, actions, discount, horizon: steps, outcomes },
    starts: Float64Array.from(states, (state) => (state < types * moods ? 1 / (types * moods) : 0)),
    observations: states.map((state) => observe(steps, state)),
    stateOf: (row) => {
      const [step, type, mood] = [row.indexOf(1), row.indexOf(1, steps), row.indexOf(1, steps + types)];
      return stateAt(step, type - steps, mood - steps - types);
    },
    actionValues: (policy) => backwards(outcomes, discount, policy),
  };
}

function placeOf(state: number) {
  const rest = Math.floor(state / moods);
  return { step: Math.floor(rest / types), type: rest % types, mood: state % moods };
}

/** One-hot by step, by type and by mood, one after the other. */
function observe(steps: number, state: number): Float32Array {
  const { step, type, mood } = placeOf(state);
  const observation = new Float32Array(steps + types + moods);
  for (const at of [step, steps + type, steps + types + mood]) observation[at] = 1;
  return observation;
}

function outcomesOf(steps: number, state: number, offer: number): Outcome[] {
  const { step, type, mood } = placeOf(state);
  const buys = purchases[type]![offer]! * (mood ? warmth : 1);
  const warm = warming[mood]![offer]!;
  const last = step === steps - 1;
  return [true, false].flatMap((bought) => {
    const [chance, reward] = bought ? [buys, margins[offer]!] : [1 - buys, 0];
    const leaves = last ? 1 : bought ? leavesAfterPurchase : leaving[mood]!;
    const ended = { probability: chance * leaves, state, reward, terminated: true };
    if (last) return [ended];
    const goesOn = (share: number, next: number) => ({
      ...{ probability: chance * (1 - leaves) * share, state: stateAt(step + 1, type, next) },
      ...{ reward, terminated: false },
    });
    return [ended, goesOn(1 - warm, 0), goesOn(warm, 1)];
  });
}

/** Q by dynamic programming from the last step backwards: every outcome leads to a later state. */
function backwards(outcomes: KnownTask["outcomes"], discount: number, policy?: Table): Table {
  const values = new Float64Array(outcomes.length);
  const table = new Float64Array(outcomes.length * actions);
  for (let state = outcomes.length - 1; state >= 0; state--) {
    const row = rowOf(table, state, actions);
    for (const [action, some] of outcomes[state]!.entries())
      row[action] = some.reduce(
        (sum, { probability, reward, terminated, state: next }) =>
          sum + probability * (reward + (terminated ? 0 : discount * values[next]!)),
        0,
      );
    values[state] = policy
      ? row.reduce((sum, value, action) => sum + policy[state * actions + action]! * value, 0)
      : Math.max(...row);
  }
  return table;
}
