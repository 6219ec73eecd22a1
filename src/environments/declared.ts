/**
 * What every environment declares of itself before its first step. Checked when one is created, because a missing
 * member would only show later, as an error somewhere else; whether the environment does what it declares is checked
 * by the guard and the checker.
 */
import { z } from "zod";
import { isActionCount } from "../data/discrete-actions.js";
import { UsageError } from "../errors.js";
import { requirement, shown } from "../requirement.js";
import type { Environment } from "./environment.js";

const method = (call: string) => z.custom((value) => typeof value === "function", `be a method, called as ${call}`);

const size = z.number().int().min(1);
const bounds = z.custom<ArrayLike<number>>(
  (value) => typeof (value as { length?: unknown } | null)?.length === "number",
);
const boxSpace = z.object({ kind: z.literal("box"), size, low: bounds, high: bounds });
const pixelsSpace = z.object({ kind: z.literal("pixels"), shape: z.tuple([size, size, size]) });
const dictSpace = z.object({ kind: z.literal("dict"), parts: z.record(z.string(), z.union([boxSpace, pixelsSpace])) });
const discreteSpace = z.object({ kind: z.literal("discrete"), count: z.custom(isActionCount) });

/** One demand for the whole space: what is wrong inside it is nothing that a person has written. */
const space = (schema: z.ZodType, demand: string) => z.custom((value) => schema.safeParse(value).success, demand);

const declared = z.object({
  observationSpace: space(
    z.union([boxSpace, dictSpace]),
    "be the space of its observations, such as box(4, -1, 1), or dict({ ... }) of several parts",
  ),
  actionSpace: space(
    z.union([boxSpace, discreteSpace]),
    "be the space of its actions, such as box(2, -1, 1) or discrete(4)",
  ),
  horizon: z.custom(isHorizon, "be a whole number, at least 1: the most steps of an episode"),
  reset: method("reset({ seed })"),
  step: method("step(action)"),
  close: method("close()"),
} satisfies Partial<Record<keyof Environment, z.ZodType>>);

function isHorizon(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

/** An environment that is refused may still hold memory or a connection; that it cannot be closed is not reported. */
async function givenBack(made: Partial<Environment>): Promise<void> {
  try {
    await made.close?.();
  } catch {}
}

/** The same environment, or a refused one closed. @throws UsageError naming all members that are missing or of the wrong kind */
export function withDeclaredMembers(made: Environment, name: string): Environment {
  if (typeof made !== "object" || made === null)
    throw new UsageError(`The factory of the environment "${name}" gave ${shown(made)}; return a fresh environment.`);
  const result = declared.safeParse(made);
  if (result.success) return made;
  void givenBack(made);
  const wrong = result.error.issues.map((issue) => {
    const member = issue.path[0] as keyof typeof declared.shape;
    return `has ${member} ${shown(made[member])}; ${requirement(issue, made[member])}`;
  });
  throw new UsageError(`The environment "${name}" ${wrong.join("; it ")}.`);
}
