/**
 * What the contract of an environment demands of each single value, as findings in words: the guard turns the first one
 * into an error while an environment runs, the checker collects them all.
 */
import type { Values } from "../data/columns.js";
import { actionIndexProblem } from "../data/discrete-actions.js";
import { LEGAL, maskOf, maskProblem } from "../data/legal-actions.js";
import {
  type ActionSpace,
  type BoxSpace,
  isPromise,
  type Observation,
  type ObservationSpace,
  type PixelsSpace,
  type ResetResult,
  type StepResult,
} from "./environment.js";

/** What is wrong with a value as an action of a space, or undefined where nothing is; the bounds of a box may be passed. */
export function actionProblem(value: unknown, space: ActionSpace): string | undefined {
  if (space.kind === "box") return vectorProblem(value, space);
  if (!(value instanceof Float32Array)) return `is ${describe(value)} and not a Float32Array`;
  if (value.length !== 1) return `has length ${value.length} where a discrete action is one number`;
  return actionIndexProblem(value[0]!, space.count);
}

/** What is wrong with a value as a vector of a space (its bounds aside), or undefined where nothing is. */
function vectorProblem(value: unknown, space: BoxSpace): string | undefined {
  if (!(value instanceof Float32Array)) return `is ${describe(value)} and not a Float32Array`;
  if (value.length !== space.size) return `has length ${value.length} where the space declares ${space.size}`;
  // One pass without a callback: this runs twice for every step of every environment.
  for (let i = 0; i < value.length; i++)
    if (!Number.isFinite(value[i]!)) return `holds ${value[i]} at index ${i}, which is not a finite number`;
  return undefined;
}

function pixelsProblem(value: unknown, { shape }: PixelsSpace): string | undefined {
  if (!(value instanceof Uint8Array)) return `is ${describe(value)} and not a Uint8Array`;
  const size = shape[0] * shape[1] * shape[2];
  if (value.length === size) return undefined;
  return `has length ${value.length} where the space declares ${shape.join(" x ")} = ${size}`;
}

/** What is wrong with a value as an observation of a space (bounds aside), or undefined where nothing is. */
export function observationProblem(value: unknown, space: ObservationSpace): string | undefined {
  if (space.kind === "box") return vectorProblem(value, space);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value))
    return `is ${describe(value)} and not an object with the parts ${Object.keys(space.parts).join(", ")}`;
  const parts = value as Readonly<Record<string, unknown>>;
  for (const [name, part] of Object.entries(space.parts)) {
    const problem = part.kind === "box" ? vectorProblem(parts[name], part) : pixelsProblem(parts[name], part);
    if (problem) return `has a part "${name}" that ${problem}`;
  }
  const foreign = Object.keys(parts).find((name) => !Object.hasOwn(space.parts, name));
  return foreign === undefined ? undefined : `has a part "${foreign}" that the space does not declare`;
}

/**
 * What is wrong with the mask of an observation, or undefined where nothing is or it has none.
 * @param goesOn whether anything follows, be it after the clock's end: one action at least must then be legal
 */
export function maskProblemIn(observation: Observation, space: ActionSpace, goesOn: boolean): Problem | undefined {
  const mask = space.kind === "discrete" ? maskOf(observation) : undefined;
  if (!mask || !goesOn) return undefined;
  const nextStep = `give one number for each action in the part "${LEGAL}", 1 where it is legal (one at least) and 0 elsewhere`;
  const count = space.kind === "discrete" ? space.count : 0;
  if (mask.length !== count) return { what: `the mask has ${mask.length} numbers for ${count} actions`, nextStep };
  const problem = maskProblem(mask);
  return problem === undefined ? undefined : { what: `the mask ${problem}`, nextStep };
}

/** The first entry of an observation that lies outside the bounds of its space, in words, or undefined. */
export function boundsProblem(
  parts: Readonly<Record<string, Values>>,
  spaces: Readonly<Record<string, BoxSpace | PixelsSpace>>,
): string | undefined {
  for (const [name, space] of Object.entries(spaces)) {
    if (space.kind !== "box") continue;
    const { low, high } = space;
    const index = (parts[name] as Float32Array).findIndex((entry, i) => entry < low[i]! || entry > high[i]!);
    if (index === -1) continue;
    return `holds ${parts[name]![index]} at index ${index}, outside the declared [${low[index]}, ${high[index]}]`;
  }
  return undefined;
}

/** Something that breaks the contract: what it is, and what to do about it. */
export interface Problem {
  readonly what: string;
  readonly nextStep: string;
}

/**
 * What is wrong with an answer of a call that must answer at once, or undefined if nothing is. A promise is not
 * awaited here, so its failure is ignored: left unhandled, it would end the process.
 */
export function promiseProblem(answer: unknown, call: string): Problem | undefined {
  if (!isPromise(answer)) return undefined;
  ignoreFailure(answer);
  return { what: `${call} returned a Promise`, nextStep: "only reset, step and close may; return what it resolves to" };
}

/** Keeps a promise that is not awaited from ending the process. */
export function ignoreFailure(answer: unknown): void {
  if (isPromise(answer)) Promise.resolve(answer).catch(() => {});
}

/** Everything that is wrong with an answer of `reset`, or with that part of an answer of another call. */
export function resetProblems(result: ResetResult, space: ObservationSpace): Problem[] {
  if (typeof result !== "object" || result === null)
    return [{ what: `the answer is ${describe(result)}`, nextStep: "return an object with observation and info" }];
  const problems: Problem[] = [];
  const observation = observationProblem(result.observation, space);
  if (observation)
    problems.push({
      what: `the observation ${observation}`,
      nextStep:
        space.kind === "box"
          ? "return a Float32Array with as many finite numbers as observationSpace.size says"
          : "return one array for every part of observationSpace: finite numbers in a Float32Array, pixels in a Uint8Array",
    });
  const success: unknown = (result.info as { success?: unknown } | undefined)?.success;
  if (typeof success !== "boolean" && success !== null)
    problems.push({
      what: `info.success is ${describe(success)} and not a boolean`,
      nextStep:
        "tell in info.success whether the task is achieved in this state, or null where it is only done better or worse",
    });
  return problems;
}

/** Everything that is wrong with an answer of `step`. */
export function stepProblems(result: StepResult, space: ObservationSpace): Problem[] {
  const problems = resetProblems(result, space);
  if (typeof result !== "object" || result === null) return problems;
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
