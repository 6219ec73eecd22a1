/**
 * The clock of the built-in environments, and saved states: parts (physics, goal, clock, chance) laid end to end in one
 * array of plain numbers, and taken apart again.
 */
import { UsageError } from "../errors.js";

/**
 * How the step number `step` (counted from 1) ends the episode. Where the task ends in the very step that also reaches
 * the horizon, the task wins: nothing follows, so nothing may be bootstrapped.
 */
export function endOfStep(taskEnded: boolean, step: number, horizon: number) {
  return { terminated: taskEnded, truncated: !taskEnded && step >= horizon };
}

/** The parts of a state, in an order that `splitState` repeats. */
export function joinState(...parts: readonly ArrayLike<number>[]): Float64Array {
  const state = new Float64Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    state.set(part, at);
    at += part.length;
  }
  return state;
}

/**
 * The parts of a state that `joinState` made, as copies.
 * @param sizes the length of each part; @param name what messages call the environment.
 * @throws UsageError when the state has another length, as that of another environment has.
 */
export function splitState(name: string, state: Float64Array, sizes: readonly number[]): Float64Array[] {
  const expected = sizes.reduce((sum, size) => sum + size, 0);
  if (state.length !== expected)
    throw new UsageError(
      `${name}: restoreState() was given a state that is ${Math.abs(state.length - expected)} numbers too ${state.length < expected ? "short" : "long"}; pass what saveState() of the same environment returned.`,
    );
  let at = 0;
  return sizes.map((size) => {
    at += size;
    return state.slice(at - size, at);
  });
}

/** The numbers that hold a random stream's state (`RandomStream.state`). */
export const randomStateSize = 4;
