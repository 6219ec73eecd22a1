/**
 * An environment that fails is the user's to mend: the error says in which episode and at which step it happened.
 */
import type { Environment, ResetResult, StepResult } from "../environments/environment.js";
import { RunFailure } from "../errors.js";
import type { HangWatch } from "./hang-watch.js";

/** An episode, for messages: "online episode 3", counted from 1. */
export interface EpisodeName {
  readonly kind: "online episode" | "evaluation episode" | "the episode with seed";
  readonly number: number;
}

/** A call of an environment that threw, gave a malformed answer, or none. */
export class EnvironmentFailure extends RunFailure {
  /**
   * @param what happened, where: half a sentence, "The environment ... failed at step 5 of ...: ..."
   * @param hung whether it gave no answer: then not even `close` may be called
   */
  constructor(
    readonly what: string,
    readonly hung: boolean,
    cause?: unknown,
  ) {
    super(`${what}. What was recorded before is kept; mend it and run again.`, { cause });
  }
}

/** What failed where. @param step counted from 1; 0 is the beginning of the episode */
export function failureAt(environment: string, { kind, number }: EpisodeName, step: number, reason: string): string {
  const place = step === 0 ? "at the beginning" : `at step ${step}`;
  return `The environment ${environment} failed ${place} of ${kind} ${number}: ${reason}`;
}

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

/** `step`. @param step counted from 1. @throws EnvironmentFailure if the environment throws */
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
    throw failureOf(environment, episode, step, error);
  } finally {
    watch?.leave();
  }
}

function failureOf(environment: Environment, episode: EpisodeName, step: number, error: unknown): EnvironmentFailure {
  return new EnvironmentFailure(failureAt(environment.name, episode, step, reasonIn(error)), false, error);
}

/** Closes an environment; that it cannot be closed must not hide how the work in it ended. */
export function closeQuietly(environment: Environment): void {
  try {
    environment.close();
  } catch {}
}

function reasonIn(error: unknown): string {
  const [line] = (error instanceof Error ? error.message : String(error)).split("\n");
  return line!.replace(/[\s.]+$/, "") || "it threw an error without a message";
}
