/**
 * An environment that fails is the user's to mend: the error says in which episode and at which step it happened. So does
 * the one of a policy that gives an action which no environment can play: there is nothing to mend in the environment.
 */
import { actionProblem } from "../environments/contract.js";
import type { Environment, ResetResult, StepResult } from "../environments/environment.js";
import { makeEnvironment, mendFirst } from "../environments/registry.js";
import { RunFailure, reasonIn } from "../errors.js";
import type { HangWatch } from "./hang-watch.js";

/** An episode, for messages: "online episode 3", counted from 1. */
export interface EpisodeName {
  readonly kind: "online episode" | "evaluation episode" | "the episode with seed";
  readonly number: number;
}

const mendAndGoOn =
  'What was recorded before is kept; mend it and go on with "calql resume", or with resume() where it is your own.';

/** A call of an environment that threw, gave a malformed answer, or none. */
export class EnvironmentFailure extends RunFailure {
  /**
   * @param what happened, where: half a sentence, "The environment ... failed at step 5 of ...: ..."
   * @param hung whether it gave no answer: then not even `close` may be called
   * @param next what is to be done
   */
  constructor(
    readonly what: string,
    readonly hung: boolean,
    { cause, next = mendAndGoOn }: { readonly cause?: unknown; readonly next?: string } = {},
  ) {
    super(`${what}. ${next}`, { cause });
  }
}

/** A call that gave no answer. @param what as `failureAt` gives it */
export function hungIn(call: CallKind, what: string): EnvironmentFailure {
  return new EnvironmentFailure(what, true, call === "make" ? { next: mendFirst } : {});
}

/** Calls of an environment: `reset` and `step`, `saveState`, `restoreState`, and that of its factory. */
export const callKinds = ["play", "save", "restore", "make"] as const;
export type CallKind = (typeof callKinds)[number];

/**
 * What failed where: half a sentence. It stands on its own, so that a thread can be given its text.
 * @param step counted from 1; 0 is the beginning of the episode
 */
export function failureAt(
  environment: string,
  { kind, number }: EpisodeName,
  step: number,
  reason: string,
  call: CallKind = "play",
): string {
  if (call === "make") return `The environment ${environment} could not be made: ${reason}`;
  const place = step === 0 ? "at the beginning" : `at step ${step}`;
  const what = {
    play: "",
    save: "its state could not be saved: ",
    restore: "the state of the checkpoint could not be restored: ",
  }[call];
  return `The environment ${environment} failed ${place} of ${kind} ${number}: ${what}${reason}`;
}

/** A fresh environment by its name. @throws as `makeEnvironment` does */
export function makeIn(name: string, watch?: HangWatch): Environment {
  watch?.enter(nowhere, 0, "make");
  try {
    return makeEnvironment(name);
  } finally {
    watch?.leave();
  }
}

/** Where an environment is made. */
const nowhere: EpisodeName = { kind: "online episode", number: 0 };

/** `reset`. @throws EnvironmentFailure if the environment throws */
export function resetIn(environment: Environment, seed: number, episode: EpisodeName, watch?: HangWatch): ResetResult {
  watch?.enter(episode, 0);
  try {
    return environment.reset({ seed });
  } catch (error) {
    throw failureOf(environment, episode, 0, error);
  } finally {
    watch?.leave();
  }
}

/**
 * `step`.
 * @param step counted from 1
 * @throws EnvironmentFailure if the environment throws; another RunFailure if it was the action that could not be played
 */
export function stepIn(
  environment: Environment,
  action: Float32Array,
  episode: EpisodeName,
  step: number,
  watch?: HangWatch,
): StepResult {
  watch?.enter(episode, step);
  try {
    return environment.step(action);
  } catch (error) {
    // Looked at only now: the guard has looked at every action already.
    const wrong = actionProblem(action, environment.actionSpace);
    if (wrong) throw policyFailure(environment, episode, step, wrong, error);
    throw failureOf(environment, episode, step, error);
  } finally {
    watch?.leave();
  }
}

/** `saveState`, where the environment offers it. @throws EnvironmentFailure if it throws, or gives no finite numbers */
export function saveStateIn(
  environment: Environment,
  episode: EpisodeName,
  step: number,
  watch?: HangWatch,
): Float64Array | undefined {
  watch?.enter(episode, step, "save");
  try {
    return environment.saveState?.();
  } catch (error) {
    throw failureOf(environment, episode, step, error, "save");
  } finally {
    watch?.leave();
  }
}

/** `restoreState`. @throws EnvironmentFailure if the environment throws, or offers none */
export function restoreStateIn(
  environment: Environment,
  state: Float64Array,
  episode: EpisodeName,
  step: number,
  watch?: HangWatch,
): void {
  watch?.enter(episode, step, "restore");
  try {
    environment.restoreState!(state);
  } catch (error) {
    throw failureOf(environment, episode, step, error, "restore");
  } finally {
    watch?.leave();
  }
}

function failureOf(
  environment: Environment,
  episode: EpisodeName,
  step: number,
  error: unknown,
  call: CallKind = "play",
): EnvironmentFailure {
  return new EnvironmentFailure(failureAt(environment.name, episode, step, reasonIn(error), call), false, {
    cause: error,
  });
}

/** No EnvironmentFailure: no fresh environment would help, so that the episode must not be dropped. */
function policyFailure(
  { name }: Environment,
  { kind, number }: EpisodeName,
  step: number,
  wrong: string,
  cause: unknown,
): RunFailure {
  return new RunFailure(
    `The policy gave the environment ${name} an action that cannot be played, for step ${step} of ${kind} ${number}: it ${wrong}. What was recorded before is kept; lower the learning rates or look at the data, and begin another run.`,
    { cause },
  );
}

/** Closes an environment; that it cannot be closed must not hide how the work in it ended. */
export function closeQuietly(environment: Environment): void {
  try {
    environment.close();
  } catch {}
}
