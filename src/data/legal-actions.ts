/**
 * Which actions are legal in a state, where that changes: the mask is a part of the observation, `legal`, with a 1 for each
 * legal action and a 0 for each other one. So it goes wherever observations go (data, replays, checkpoints, policies), the
 * next state's comes with the next observation, and networks see it as they see every other part.
 */

import { UsageError } from "../errors.js";
import type { Observations, Part } from "./columns.js";
import type { Dataset, Episode, Observation } from "./episode.js";

/** The part of an observation that is a mask, where actions are a choice. */
export const LEGAL = "legal";

/** The mask of choices among so many. */
export function legalPart(actions: number): Part {
  return { type: "float32", shape: [actions] };
}

type Shapes = Pick<Dataset, "observations" | "discreteActions">;

/**
 * Whether observations have a mask: a part of that name, and actions that are a choice.
 * @throws UsageError where that part has not one float32 number for each action
 */
export function hasMask({ observations, discreteActions }: Shapes): boolean {
  const part = observations[LEGAL];
  if (part === undefined || discreteActions === undefined) return false;
  if (part.type === "float32" && part.shape.length === 1 && part.shape[0] === discreteActions) return true;
  throw new UsageError(
    `The observations' part "${LEGAL}" is ${part.type} [${part.shape.join(", ")}], and as the mask of ${discreteActions} actions it must be float32 [${discreteActions}]; give one number for each action, 1 where it is legal, or call the part something else.`,
  );
}

/** What is wrong with a mask whose state goes on; undefined where nothing is. */
export function maskProblem(mask: ArrayLike<number>): string | undefined {
  let legal = 0;
  for (let action = 0; action < mask.length; action++) {
    if (mask[action] !== 0 && mask[action] !== 1)
      return `says ${mask[action]} of action ${action}, where 0 or 1 belongs`;
    legal += mask[action]!;
  }
  return legal > 0 ? undefined : "has no legal action";
}

/** The mask of one observation; undefined where it has none. */
export function maskOf(observation: Observation): Float32Array | undefined {
  return observation instanceof Float32Array ? undefined : (observation[LEGAL] as Float32Array | undefined);
}

/** What is wrong with the masks of an episode's steps, and with its actions under them; undefined where nothing is. */
export function legalityProblem(shapes: Shapes, { length, observations, actions }: Episode): string | undefined {
  if (!hasMask(shapes)) return undefined;
  const count = shapes.discreteActions!;
  for (let step = 0; step < length; step++) {
    const mask = observations[LEGAL]!.subarray(step * count, (step + 1) * count);
    const problem = maskProblem(mask);
    if (problem) return `its mask in step ${step} ${problem}`;
    if (mask[actions[step]!] !== 1) return `its action ${actions[step]} in step ${step} is not legal by its mask`;
  }
  return undefined;
}

/**
 * The same observations, with every action legal in those that have no legal one: a state after the end, where the answer
 * of a policy that is asked counts for nothing.
 */
export function withSomeChoice(observations: Observations, actions: number): Observations {
  const masks = observations[LEGAL];
  if (masks === undefined) return observations;
  const legal = masks.slice();
  for (let from = 0; from < legal.length; from += actions)
    if (!legal.subarray(from, from + actions).includes(1)) legal.fill(1, from, from + actions);
  return { ...observations, [LEGAL]: legal };
}

/** @throws UsageError where a state to act in has no legal action; @param masks [rows, actions] */
export function refuseWithoutChoice(masks: ArrayLike<number>, actions: number): void {
  for (let row = 0; row * actions < masks.length; row++) {
    const problem = maskProblem(Array.prototype.slice.call(masks, row * actions, (row + 1) * actions) as number[]);
    if (problem)
      throw new UsageError(
        `The mask of observation ${row} ${problem}; give 1 for each legal action, at least one, and 0 for the others.`,
      );
  }
}
