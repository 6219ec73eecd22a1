/**
 * The true values of a gridworld, to compare learned ones with: of the best policy (value iteration) and of any given
 * one (policy evaluation). They are those of the task without its clock, as a critic that bootstraps at a truncation
 * learns them, and on the scale of the rewards as they are learned from.
 */
import { UsageError } from "../../errors.js";
import type { GridModel } from "./gridworld-dynamics.js";

/** What a reward is worth. */
export interface ValueOptions {
  /** In [0, 1). */
  readonly discount: number;
  /** Rewards become rewardScale * reward + rewardShift; default 1. */
  readonly rewardScale?: number;
  /** Default 0. */
  readonly rewardShift?: number;
  /** The largest error of a value; default 1e-10. */
  readonly tolerance?: number;
}

/** Values of a policy; 0 in the goal, where nothing follows. */
export interface TabularValues {
  /** [states] */
  readonly values: Float64Array;
  /** [states, actions] */
  readonly actionValues: Float64Array;
}

/** V* and Q*, by value iteration (Sutton and Barto, section 4.4). @throws UsageError for a discount out of range */
export function optimalValues(model: GridModel, options: ValueOptions): TabularValues {
  return iterate(model, options, (_, actionValues) => Math.max(...actionValues));
}

/**
 * V and Q of a policy, by iterative evaluation (section 4.1).
 * @param policy [states, actions], the probabilities of the actions; the goal's row is not looked at
 * @throws UsageError for a discount out of range or a policy that is none
 */
export function policyValues(model: GridModel, policy: Float64Array, options: ValueOptions): TabularValues {
  refuseNoPolicy(model, policy);
  const { actions } = model;
  return iterate(model, options, (state, actionValues) =>
    actionValues.reduce((sum, value, action) => sum + policy[state * actions + action]! * value, 0),
  );
}

/**
 * The policy that takes the best action, or with probability `epsilon` any of them. Among actions that are equally good
 * but for rounding, the one with the lowest number counts as the best.
 * @returns [states, actions]
 */
export function epsilonGreedyPolicy(model: GridModel, actionValues: Float64Array, epsilon: number): Float64Array {
  const { states, actions } = model;
  const policy = new Float64Array(states * actions).fill(epsilon / actions);
  for (let state = 0; state < states; state++) {
    const row = actionValues.subarray(state * actions, (state + 1) * actions);
    const highest = Math.max(...row);
    const best = row.findIndex((value) => value >= highest - 1e-9 * Math.max(1, Math.abs(highest)));
    policy[state * actions + best]! += 1 - epsilon;
  }
  return policy;
}

/** Sweeps over the states, each time with the newest values, until no value can be further off than the tolerance. */
function iterate(
  model: GridModel,
  options: ValueOptions,
  pool: (state: number, actionValues: Float64Array) => number,
): TabularValues {
  const { discount, tolerance = 1e-10 } = options;
  if (!(discount >= 0 && discount < 1))
    throw new UsageError(`The discount of exact values is ${discount}; give a number from 0 to below 1.`);
  const { states, actions } = model;
  const values = new Float64Array(states);
  const actionValues = new Float64Array(states * actions);
  for (;;) {
    let change = 0;
    let largest = 0;
    for (let state = 0; state < states; state++) {
      if (state === model.layout.goal) continue;
      const row = actionValues.subarray(state * actions, (state + 1) * actions);
      for (let action = 0; action < actions; action++) row[action] = backUp(model, options, values, state, action);
      const value = pool(state, row);
      change = Math.max(change, Math.abs(value - values[state]!));
      largest = Math.max(largest, Math.abs(value));
      values[state] = value;
    }
    // A sweep is a contraction by the discount; below the rounding of the largest value it cannot get any better.
    if (change * discount <= tolerance * (1 - discount) || change <= largest * 2 ** -51)
      return { values, actionValues };
  }
}

/** The expected reward and discounted value that follow an action (Bellman's equation). */
function backUp(model: GridModel, options: ValueOptions, values: Float64Array, state: number, action: number): number {
  const { discount, rewardScale = 1, rewardShift = 0 } = options;
  let expected = 0;
  for (const { probability, state: next, reward, terminated } of model.outcomes[state]![action]!)
    expected += probability * (rewardScale * reward + rewardShift + (terminated ? 0 : discount * values[next]!));
  return expected;
}

function refuseNoPolicy({ states, actions, layout }: GridModel, policy: Float64Array): void {
  if (policy.length !== states * actions)
    throw new UsageError(
      `A policy of ${policy.length} probabilities does not fit ${states} states with ${actions} actions.`,
    );
  for (let state = 0; state < states; state++) {
    const row = policy.subarray(state * actions, (state + 1) * actions);
    const total = row.reduce((sum, probability) => sum + probability, 0);
    if (state === layout.goal || (Math.abs(total - 1) < 1e-9 && row.every((probability) => probability >= 0))) continue;
    throw new UsageError(
      `The policy's probabilities in state ${state} are ${row.join(", ")}; give numbers from 0 on that add up to 1.`,
    );
  }
}
