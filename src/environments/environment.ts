/**
 * The contract between a policy and the world it acts in, in the spirit of Gymnasium and synchronous. An environment
 * says how an episode ended: `terminated` when the task itself ended (nothing follows, no bootstrap), `truncated` when
 * only the clock ran out (the bootstrap stays). What registers, wraps or checks environments lives beside this file.
 */

/** A box of real numbers: one lower and one upper bound per entry (infinite where there is none). */
export interface BoxSpace {
  readonly kind: "box";
  readonly size: number;
  readonly low: Float32Array;
  readonly high: Float32Array;
}

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
  readonly actionSpace: BoxSpace;
  /** The largest number of steps of an episode; the step that reaches it reports `truncated`. */
  readonly horizon: number;
  /** Begins an episode. With a seed, everything random until the next seeded reset follows from it. */
  reset(options?: { readonly seed?: number }): ResetResult;
  /** Acts once. The observation is a fresh array that the caller may keep. */
  step(action: Float32Array): StepResult;
  /** Frees what the environment holds outside JavaScript's memory; further calls throw. */
  close(): void;
}

/** The box of `size` entries that all share the same bounds. */
export function box(size: number, low: number, high: number): BoxSpace {
  return { kind: "box", size, low: new Float32Array(size).fill(low), high: new Float32Array(size).fill(high) };
}
