/**
 * The contract between a policy and the world it acts in, in the spirit of Gymnasium and synchronous. An environment
 * says how an episode ended: `terminated` when the task itself ended (nothing follows, no bootstrap), `truncated` when
 * only the clock ran out (the bootstrap stays). What registers, wraps or checks environments lives beside this file.
 */

import type { Frame } from "../rendering/frame.js";

/** A box of real numbers: one lower and one upper bound per entry (infinite where there is none). */
export interface BoxSpace {
  readonly kind: "box";
  readonly size: number;
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/**
 * A choice among `count` actions, numbered from 0. An action of it is a Float32Array of length 1 that holds the number,
 * so that replay, data and files have one layout for every kind of action.
 */
export interface DiscreteSpace {
  readonly kind: "discrete";
  readonly count: number;
}

export type ActionSpace = BoxSpace | DiscreteSpace;

/** What an environment tells besides the observation; `success` says whether the task is achieved in this state. */
export interface StepInfo {
  readonly success: boolean;
  readonly [key: string]: unknown;
}

export interface ResetResult {
  readonly observation: Float32Array;
  readonly info: StepInfo;
}

export interface StepResult extends ResetResult {
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
}

export interface Environment {
  readonly name: string;
  readonly observationSpace: BoxSpace;
  readonly actionSpace: ActionSpace;
  /** The largest number of steps of an episode; the step that reaches it reports `truncated`. */
  readonly horizon: number;
  /** Begins an episode. With a seed, everything random until the next seeded reset follows from it. */
  reset(options?: { readonly seed?: number }): ResetResult;
  /** Acts once, with [actionVectorSize(actionSpace)] numbers. The observation is a fresh array that the caller may keep. */
  step(action: Float32Array): StepResult;
  /** Draws the present state into the frame, whatever its size; environments that cannot draw themselves leave it out. */
  render?(frame: Frame): void;
  /**
   * Everything that the rest of the episode, and those after it, follow from (physics, goal, clock, random stream), as
   * plain, finite numbers that a checkpoint can hold. Optional: what offers it also offers `restoreState`.
   */
  saveState?(): Float64Array;
  /**
   * Continues where `saveState` was called, on this environment or on a fresh one made with the same options: the same
   * actions then lead to the same bits.
   * @throws UsageError when the state has another length than this environment's.
   */
  restoreState?(state: Float64Array): void;
  /** Frees what the environment holds outside JavaScript's memory; further calls throw. */
  close(): void;
}

/** The box of `size` entries that all share the same bounds. */
export function box(size: number, low: number, high: number): BoxSpace {
  return { kind: "box", size, low: new Float32Array(size).fill(low), high: new Float32Array(size).fill(high) };
}

/** The choice among `count` actions. */
export function discrete(count: number): DiscreteSpace {
  return { kind: "discrete", count };
}

/** The length of an action's array: 1 for a discrete space (the action's number), the size of a box. */
export function actionVectorSize(space: ActionSpace): number {
  return space.kind === "discrete" ? 1 : space.size;
}

/** How many actions there are to choose from; undefined where actions are vectors. */
export function discreteActionsOf(space: ActionSpace): number | undefined {
  return space.kind === "discrete" ? space.count : undefined;
}
