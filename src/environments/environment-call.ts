/**
 * The calls of a user's environment: a run makes each of them here, where the watch is told of it and whatever it throws
 * becomes an error that says where. A policy that gives an action which no environment can play is told of as such: there
 * is nothing to mend in the environment.
 */

import { RunFailure, reasonIn } from "../errors.js";
import { actionProblem } from "./contract.js";
import type { Environment, ResetResult, StepResult } from "./environment.js";
import { type CallKind, EnvironmentFailure, type EpisodeName, failureAt } from "./environment-failure.js";
import { makeEnvironment } from "./registry.js";
import { differenceFrom } from "./same-environment.js";

/** Whoever watches over the calls of an environment. */
export interface CallWatch {
  /** A call begins; in which episode and at which step, counted from 1, unless it is `make`. 0 is an episode's beginning. */
  enter(call: CallKind, episode?: EpisodeName, step?: number): void;
  /** The call has ended. */
  leave(): void;
}

/** Where an episode is played. */
export interface Stage {
  readonly environment: Environment;
  readonly episode: EpisodeName;
  readonly watch?: CallWatch | undefined;
}

/**
 * A fresh environment by its name.
 * @param first the run's first one, unless this is it
 * @throws EnvironmentFailure if its factory fails, or makes one of another kind than the first; UsageError for an unknown name
 */
export function makeIn(name: string, watch?: CallWatch, first?: Environment): Environment {
  watch?.enter("make");
  try {
    return likeFirst(makeEnvironment(name), first);
  } catch (error) {
    if (!(error instanceof RunFailure)) throw error;
    const { cause } = error;
    throw new EnvironmentFailure(failureAt(name, "make", undefined, reasonIn(cause)), { call: "make", cause });
  } finally {
    watch?.leave();
  }
}

/** @throws RunFailure, after it was closed, if it is of another kind */
function likeFirst(made: Environment, first = made): Environment {
  const difference = differenceFrom(first, made);
  if (difference === undefined) return made;
  closeQuietly(made);
  throw new RunFailure(difference, { cause: difference });
}

/** `reset`. @throws EnvironmentFailure if the environment throws */
export function resetIn(stage: Stage, seed: number): ResetResult {
  return called(stage, "play", 0, ({ environment }) => environment.reset({ seed }));
}

/**
 * `step`.
 * @param step counted from 1
 * @throws EnvironmentFailure if the environment throws; another RunFailure if it was the action that could not be played
 */
export function stepIn(stage: Stage, action: Float32Array, step: number): StepResult {
  const { environment, episode, watch } = stage;
  watch?.enter("play", episode, step);
  try {
    return environment.step(action);
  } catch (error) {
    // Looked at only now: the guard has looked at every action already.
    const wrong = actionProblem(action, environment.actionSpace);
    if (wrong) throw policyFailure(stage, step, wrong, error);
    throw failureOf(stage, step, error);
  } finally {
    watch?.leave();
  }
}

/** `saveState`, where the environment offers it. @throws EnvironmentFailure if it throws, or gives no finite numbers */
export function saveStateIn(stage: Stage, step: number): Float64Array | undefined {
  return called(stage, "save", step, ({ environment }) => environment.saveState?.());
}

/** `restoreState`. @throws EnvironmentFailure if the environment throws, or offers none */
export function restoreStateIn(stage: Stage, state: Float64Array, step: number): void {
  called(stage, "restore", step, ({ environment }) => environment.restoreState!(state));
}

/** Every call but `step`, which is made too often for a function of its own each time. */
function called<Result>(stage: Stage, call: CallKind, step: number, make: (stage: Stage) => Result): Result {
  stage.watch?.enter(call, stage.episode, step);
  try {
    return make(stage);
  } catch (error) {
    throw failureOf(stage, step, error, call);
  } finally {
    stage.watch?.leave();
  }
}

function failureOf({ environment, episode }: Stage, step: number, cause: unknown, call: CallKind = "play") {
  return new EnvironmentFailure(failureAt(environment.name, call, { episode, step }, reasonIn(cause)), { call, cause });
}

/** No EnvironmentFailure: no fresh environment would help, so that the episode must not be dropped. */
function policyFailure({ environment, episode }: Stage, step: number, wrong: string, cause: unknown): RunFailure {
  return new RunFailure(
    `The policy gave the environment ${environment.name} an action that cannot be played, for step ${step} of ${episode.kind} ${episode.number}: it ${wrong}. What was recorded before is kept; lower the learning rates or look at the data, and begin another run.`,
    { cause },
  );
}

/** Closes an environment; that it cannot be closed must not hide how the work in it ended. */
export function closeQuietly(environment: Environment): void {
  try {
    environment.close();
  } catch {}
}
