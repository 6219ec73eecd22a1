/**
 * What the contract of an environment demands of each single value, as findings in words: the guard turns the first one
 * into an error while an environment runs, the checker collects them all.
 */
import { actionIndexProblem } from "../data/discrete-actions.js";
import type { ActionSpace, BoxSpace, ResetResult, StepResult } from "./environment.js";

/** What is wrong with a value as an action of a space, or undefined where nothing is; the bounds of a box may be passed. */
export function actionProblem(value: unknown, space: ActionSpace): string | undefined {
  if (space.kind === "box") return vectorProblem(value, space);
  if (!(value instanceof Float32Array)) return `is ${describe(value)} and not a Float32Array`;
  if (value.length !== 1) return `has length ${value.length} where a discrete action is one number`;
  return actionIndexProblem(value[0]!, space.count);
}

/** What is wrong with a value as a vector of a space (its bounds aside), or undefined where nothing is. */
export function vectorProblem(value: unknown, space: BoxSpace): string | undefined {
  if (!(value instanceof Float32Array)) return `is ${describe(value)} and not a Float32Array`;
  if (value.length !== space.size) return `has length ${value.length} where the space declares ${space.size}`;
  // One pass without a callback: this runs twice for every step of every environment.
  for (let i = 0; i < value.length; i++)
    if (!Number.isFinite(value[i]!)) return `holds ${value[i]} at index ${i}, which is not a finite number`;
  return undefined;
}

/** The first entry of a vector that lies outside the bounds of its space, in words, or undefined. */
export function boundsProblem(value: Float32Array, space: BoxSpace): string | undefined {
  const index = value.findIndex((entry, i) => entry < space.low[i]! || entry > space.high[i]!);
  if (index === -1) return undefined;
  return `holds ${value[index]} at index ${index}, outside the declared [${space.low[index]}, ${space.high[index]}]`;
}

/** Something that breaks the contract: what it is, and what to do about it. */
export interface Problem {
  readonly what: string;
  readonly nextStep: string;
}

/**
 * Whether a value is a promise. Nobody waits for one that an environment returns, so that its failure must not be taken
 * for one that nobody has seen to, which ends the process.
 */
export function isUnawaitedPromise(value: unknown): boolean {
  if (typeof (value as { readonly then?: unknown } | null | undefined)?.then !== "function") return false;
  Promise.resolve(value).catch(() => {});
  return true;
}

/** What is wrong with an answer as one of a synchronous call, or undefined where nothing is. */
export function promiseProblem(answer: unknown, call: string): Problem | undefined {
  if (!isUnawaitedPromise(answer)) return undefined;
  const nextStep = "environments are synchronous, so return what it resolves to";
  return { what: `${call} returned a Promise`, nextStep };
}

/** Everything that is wrong with an answer of `reset`, or with that part of an answer of another call. */
export function resetProblems(result: ResetResult, space: BoxSpace, call = "reset()"): Problem[] {
  const promise = promiseProblem(result, call);
  if (promise) return [promise];
  if (typeof result !== "object" || result === null)
    return [{ what: `the answer is ${describe(result)}`, nextStep: "return an object with observation and info" }];
  const problems: Problem[] = [];
  const observation = vectorProblem(result.observation, space);
  if (observation)
    problems.push({
      what: `the observation ${observation}`,
      nextStep: "return a Float32Array with as many finite numbers as observationSpace.size says",
    });
  const success: unknown = (result.info as { success?: unknown } | undefined)?.success;
  if (typeof success !== "boolean")
    problems.push({
      what: `info.success is ${describe(success)} and not a boolean`,
      nextStep: "tell in info.success whether the task is achieved in this state",
    });
  return problems;
}

/** Everything that is wrong with an answer of `step`. */
export function stepProblems(result: StepResult, space: BoxSpace): Problem[] {
  const problems = resetProblems(result, space, "step()");
  if (typeof result !== "object" || result === null || isUnawaitedPromise(result)) return problems;
  if (!Number.isFinite(result.reward))
    problems.push({
      what: `the reward is ${describe(result.reward)} and not a finite number`,
      nextStep: "return a finite number as reward",
    });
  for (const key of ["terminated", "truncated"] as const)
    if (typeof result[key] !== "boolean")
      problems.push({
        what: `${key} is ${describe(result[key])} and not a boolean`,
        nextStep: `return ${key} as true or false: ${key === "terminated" ? "whether the task itself ended" : "whether only the clock ran out"}`,
      });
  return problems;
}

/** What is wrong with an answer of `saveState`, or undefined where nothing is. */
export function stateProblem(state: unknown): Problem | undefined {
  const promise = promiseProblem(state, "saveState()");
  if (promise) return promise;
  if (!(state instanceof Float64Array))
    return { what: `the state is ${describe(state)} and not a Float64Array`, nextStep: "return a Float64Array" };
  const index = state.findIndex((entry) => !Number.isFinite(entry));
  if (index === -1) return undefined;
  return {
    what: `the state holds ${state[index]} at index ${index}, which is not a finite number`,
    nextStep: "save finite numbers alone",
  };
}

/** A value in a few words, for messages. */
function describe(value: unknown): string {
  if (typeof value === "string") return `the string "${value}"`;
  if (typeof value !== "object" || value === null) return String(value);
  return `of type ${value.constructor?.name ?? "object"}`;
}
