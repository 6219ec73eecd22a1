/**
 * The calls of a user's environment: a run makes each of them here, where the watch is notified and whatever it
 * throws, directly or by its promise, becomes an error that says where. If a policy returns an action that no
 * environment can play, the policy is blamed: the environment needs no fix.
 */

import { RunFailure, reasonIn } from "../errors.js";
import { type CallWatch, NoAnswerError, withinTime } from "./call-watch.js";
import { actionProblem, ignoreFailure } from "./contract.js";
import {
  type Environment,
  isPromise,
  type MaybePromise,
  type Observation,
  type ResetResult,
  type StepResult,
} from "./environment.js";
import { type CallKind, EnvironmentFailure, type EpisodeName, failureAt } from "./environment-failure.js";
import { makeEnvironment } from "./registry.js";
import { differenceFrom } from "./same-environment.js";

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
export async function makeIn(name: string, watch?: CallWatch, first?: Environment): Promise<Environment> {
  try {
    return await likeFirst(await making(name, watch), first);
  } catch (error) {
    if (!(error instanceof RunFailure || error instanceof NoAnswerError)) throw error;
    const hung = error instanceof NoAnswerError;
    const cause = hung ? error : error.cause;
    throw new EnvironmentFailure(failureAt(name, "make", undefined, reasonIn(cause)), { call: "make", hung, cause });
  }
}

/** @throws NoAnswerError where the factory's promise does not come in time; what it makes after that is closed */
async function making(name: string, watch: CallWatch | undefined): Promise<Environment> {
  watch?.enter("make");
  let made: Promise<Environment>;
  try {
    made = makeEnvironment(name); // calls the factory before it returns
  } finally {
    watch?.leave();
  }
  try {
    return await withinTime(made, watch?.seconds);
  } catch (error) {
    if (error instanceof NoAnswerError) made.then(closeQuietly, () => {});
    throw error;
  }
}

/** @throws RunFailure, after it was closed, if it is of another kind */
async function likeFirst(made: Environment, first = made): Promise<Environment> {
  const difference = differenceFrom(first, made);
  if (difference === undefined) return made;
  await closeQuietly(made);
  throw new RunFailure(difference, { cause: difference });
}

/** `reset`. @throws EnvironmentFailure if the environment fails */
export function resetIn(stage: Stage, seed: number): MaybePromise<ResetResult> {
  const answer = called(stage, "play", 0, ({ environment }) => environment.reset({ seed }));
  return isPromise(answer) ? awaited(stage, 0, answer) : answer;
}

/**
 * `step`.
 * @param step counted from 1
 * @throws EnvironmentFailure if the environment fails; another RunFailure if it was the action that could not be played
 */
export function stepIn(stage: Stage, action: Float32Array, step: number): MaybePromise<StepResult> {
  const { environment, episode, watch } = stage;
  watch?.enter("play", episode, step);
  let answer: MaybePromise<StepResult>;
  try {
    answer = environment.step(action);
  } catch (error) {
    // Looked at only now: the guard has looked at every action already.
    const wrong = actionProblem(action, environment.actionSpace);
    if (wrong) throw policyFailure(stage, step, wrong, error);
    throw failureOf(stage, step, error);
  } finally {
    watch?.leave();
  }
  return isPromise(answer) ? awaited(stage, step, answer) : answer;
}

/** `saveState`, where the environment offers it. @throws EnvironmentFailure if it throws, or gives no finite numbers */
export function saveStateIn(stage: Stage, step: number): Float64Array | undefined {
  return called(stage, "save", step, ({ environment }) => environment.saveState?.());
}

/** `restoreState`. @throws EnvironmentFailure if the environment throws, or offers none */
export function restoreStateIn(stage: Stage, state: Float64Array, step: number): void {
  called(stage, "restore", step, ({ environment }) => environment.restoreState!(state));
}

/**
 * `scriptedAction`, of an environment that has one.
 * @param step counted from 1
 * @throws EnvironmentFailure if it throws, or gives no action of the action space
 */
export function scriptIn(stage: Stage, observation: Observation, step: number): Float32Array {
  return called(stage, "script", step, ({ environment }) => {
    const action: unknown = environment.scriptedAction!(observation);
    ignoreFailure(action);
    const wrong = actionProblem(action, environment.actionSpace);
    if (wrong) throw new Error(`its action ${wrong}`);
    return action as Float32Array;
  });
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

/** The answer that was promised, within the time that the watch gives a call. */
async function awaited<Answer>(stage: Stage, step: number, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await withinTime(answer, stage.watch?.seconds);
  } catch (error) {
    throw failureOf(stage, step, error);
  }
}

function failureOf({ environment, episode }: Stage, step: number, cause: unknown, call: CallKind = "play") {
  const what = failureAt(environment.name, call, { episode, step }, reasonIn(cause));
  return new EnvironmentFailure(what, { call, hung: cause instanceof NoAnswerError, cause });
}

/** No EnvironmentFailure: no fresh environment would help, so that the episode must not be dropped. */
function policyFailure({ environment, episode }: Stage, step: number, wrong: string, cause: unknown): RunFailure {
  return new RunFailure(
    `The policy gave the environment ${environment.name} an action that cannot be played, for step ${step} of ${episode.kind} ${episode.number}: it ${wrong}. What was recorded before is kept; lower the learning rates or look at the data, and begin another run.`,
    { cause },
  );
}

/** Seconds that an environment's promise to be closed is waited for. */
const closingTime = 10;

/** Closes an environment; that it cannot be closed must not hide how the work in it ended. */
export async function closeQuietly(environment: Environment): Promise<void> {
  try {
    const closing: unknown = environment.close();
    ignoreFailure(closing);
    if (isPromise(closing)) await withinTime(closing, closingTime);
  } catch {}
}
