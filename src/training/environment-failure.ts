/**
 * An environment that fails is the user's to mend: the error says in which episode and at which step it happened.
 */
import type { Environment, ResetResult, StepResult } from "../environments/environment.js";
import { RunFailure } from "../errors.js";

/** `reset`. @param episode in words, such as "online episode 3". @throws RunFailure if the environment throws */
export function resetIn(environment: Environment, seed: number, episode: string): ResetResult {
  return attempt(environment, `at the beginning of ${episode}`, () => environment.reset({ seed }));
}

/** `step`. @param step counted from 1. @throws RunFailure if the environment throws */
export function stepIn(environment: Environment, action: Float32Array, episode: string, step: number): StepResult {
  return attempt(environment, `at step ${step} of ${episode}`, () => environment.step(action));
}

function attempt<Result>(environment: Environment, place: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replace(/[\s.]+$/, "");
    throw new RunFailure(
      `The environment ${environment.name} failed ${place}: ${reason}. What was recorded before is kept; mend it and run again.`,
      { cause: error },
    );
  }
}
