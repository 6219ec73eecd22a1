/**
 * The contract between a policy and the world it acts in, in the spirit of Gymnasium. An environment answers at once or,
 * where the world is elsewhere (a robot, a web page, a simulator), with promises. It says how an episode ended:
 * `terminated` when the task itself ended (nothing follows, no bootstrap), `truncated` when only the clock ran out (the
 * bootstrap stays). What registers, wraps or checks environments lives beside this file.
 */

import type { Frame } from "../rendering/frame.js";
import type { ActionSpace, BoxSpace, Observation, ObservationSpace } from "./spaces.js";

export * from "./spaces.js";

/**
 * What an environment reports besides the observation; `success` says whether the task is achieved in this state. In a
 * task that is never achieved, only done better or worse, it is null: then returns are shown, and no success of 0 %.
 */
export interface StepInfo {
  readonly success: boolean | null;
  readonly [key: string]: unknown;
}

/** The answer of `reset`: the first observation of an episode. */
export interface ResetResult<Observed extends Observation = Observation> {
  readonly observation: Observed;
  readonly info: StepInfo;
}

/**
 * The answer of `step`: what is observed afterwards, and the reward in the environment's own units. `terminated` means
 * that the task ended the episode, so that nothing can be earned after it; `truncated` that the clock did.
 */
export interface StepResult<Observed extends Observation = Observation> extends ResetResult<Observed> {
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
}

/** An answer, or the promise of one. */
export type MaybePromise<Answer> = Answer | Promise<Answer>;

/** Where a policy acts, one episode after the other. `checkEnvironment` checks that one keeps this contract. */
export interface Environment {
  readonly name: string;
  readonly observationSpace: ObservationSpace;
  /**
   * Actions are in the environment's own units: a box may have any finite bounds. Where not every one of discrete actions
   * is legal in every state, observations have the part `legal`, a box(count, 0, 1) of 1 for each legal action and 0 for
   * each other one; whatever acts then chooses among the legal ones.
   */
  readonly actionSpace: ActionSpace;
  /** The largest number of steps of an episode; the step that reaches it reports `truncated`. */
  readonly horizon: number;
  /** Begins an episode. With a seed, everything random until the next seeded reset follows from it. */
  reset(options?: { readonly seed?: number }): MaybePromise<ResetResult>;
  /**
   * Acts once, with [actionVectorSize(actionSpace)] numbers. The observation is a fresh array (or arrays) that the caller
   * may keep. The next call comes when this one has been answered.
   */
  step(action: Float32Array): MaybePromise<StepResult>;
  /**
   * What the task's own script does after this observation: something that a comparison wants every agent to have met before
   * it learns (`warmupActions: scripted`). A fresh array, like the actions of `step`.
   */
  scriptedAction?(observation: Observation): Float32Array;
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
  /** A published score of a mean return without discount (D4RL's: 0 is random, 100 an expert), where the task has one. */
  normalisedScore?(episodeReturn: number): number | undefined;
  /** Frees what the environment holds outside JavaScript's memory; further calls throw. It may return a promise. */
  close(): void;
}

/** An environment that answers at once, with vectors; the built-in ones do. */
export interface SyncEnvironment extends Environment {
  readonly observationSpace: BoxSpace;
  reset(options?: { readonly seed?: number }): ResetResult<Float32Array>;
  step(action: Float32Array): StepResult<Float32Array>;
}

/** Options as they arrive from a caller, a config file or a flag; each environment validates its own. */
export type EnvironmentOptions = Readonly<Record<string, unknown>>;

/** Whether an answer is a promise. Called at every step, so that an immediate answer is not awaited. */
export function isPromise<Answer>(answer: MaybePromise<Answer>): answer is Promise<Answer> {
  return typeof (answer as { readonly then?: unknown } | null | undefined)?.then === "function";
}

/** Continues with an answer: at once if it is there, otherwise when it comes. */
export function whenAnswered<Answer, Result>(
  answer: MaybePromise<Answer>,
  then: (answer: Answer) => Result,
): MaybePromise<Result> {
  return isPromise(answer) ? answer.then(then) : then(answer);
}
