/** What is wrong with the spaces that an environment declares, for the check of environments (check.ts). */
import { isActionCount } from "../data/discrete-actions.js";
import type { Problem } from "./contract.js";
import type { ActionSpace, BoxSpace, ObservationSpace, PixelsSpace } from "./spaces.js";

/** Policies act between the bounds, in the environment's own units. */
export function actionSpaceProblems(space: ActionSpace | undefined): Problem[] {
  if (space?.kind === "box") {
    const problem = boxProblem(space) ?? endlessProblem(space);
    return problemsOf(problem && `actionSpace ${problem}`, "make actionSpace with box(size, low, high)");
  }
  if (space?.kind !== "discrete")
    return problemsOf(
      "actionSpace is no space of actions",
      "make actionSpace with box(size, low, high) or discrete(count)",
    );
  if (isActionCount(space.count)) return [];
  return problemsOf(
    `actionSpace has the count ${space.count}, not a positive integer`,
    "make actionSpace with discrete(count)",
  );
}

export function observationSpaceProblems(space: ObservationSpace | undefined): Problem[] {
  if (space?.kind === "box") return partProblems("observationSpace", space);
  if (space?.kind !== "dict")
    return problemsOf(
      "observationSpace is no space of observations",
      "make observationSpace with box(size, low, high) or dict(parts)",
    );
  if (typeof space.parts !== "object" || space.parts === null || Object.keys(space.parts).length === 0)
    return problemsOf("observationSpace has no parts", "name at least one: dict({ state: box(size, low, high) })");
  return Object.entries(space.parts).flatMap(([name, part]) => partProblems(`observationSpace.parts.${name}`, part));
}

function partProblems(key: string, space: BoxSpace | PixelsSpace | undefined): Problem[] {
  if (space?.kind === "box") {
    const problem = boxProblem(space);
    return problemsOf(problem && `${key} ${problem}`, `make ${key} with box(size, low, high)`);
  }
  if (space?.kind !== "pixels")
    return problemsOf(
      `${key} is neither a box nor pixels`,
      `make ${key} with box(size, low, high) or pixels(height, width, channels)`,
    );
  if (space.shape?.length === 3 && space.shape.every((length) => Number.isSafeInteger(length) && length > 0)) return [];
  return problemsOf(`${key} has the shape [${space.shape}]`, `make ${key} with pixels(height, width, channels)`);
}

function problemsOf(what: string | undefined, nextStep: string): Problem[] {
  return what === undefined ? [] : [{ what, nextStep }];
}

function endlessProblem({ low, high }: BoxSpace): string | undefined {
  const at = low.findIndex((bound, i) => !(Number.isFinite(bound) && Number.isFinite(high[i]!) && bound < high[i]!));
  return at === -1
    ? undefined
    : `has the bounds [${low[at]}, ${high[at]}] at index ${at}, between which nobody can act`;
}

function boxProblem(space: BoxSpace): string | undefined {
  if (!Number.isSafeInteger(space.size) || space.size < 1) return `has the size ${space.size}, not a positive integer`;
  for (const bound of ["low", "high"] as const) {
    const values: unknown = space[bound];
    if (!(values instanceof Float32Array) || values.length !== space.size)
      return `has a bound "${bound}" that is not a Float32Array of its size, ${space.size}`;
  }
  const crossed = space.low.findIndex((low, i) => !(low <= space.high[i]!)); // also true for NaN
  if (crossed === -1) return undefined;
  return `has the bounds [${space.low[crossed]}, ${space.high[crossed]}] at index ${crossed}, a lower one that is not below the upper`;
}
