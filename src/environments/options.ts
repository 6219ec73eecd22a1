/**
 * Options of an environment: what `makeEnvironment` passes on, and how an environment reads them against its zod
 * declaration, so that a misspelt or ill-typed option is one clear sentence.
 */
import type { z } from "zod";
import { parseDeclared } from "../requirement.js";

/** Options as they arrive from a caller, a config file or a flag; each environment validates its own. */
export type EnvironmentOptions = Readonly<Record<string, unknown>>;

/**
 * Validates `options` against the declaration of an environment and fills in its defaults.
 * @throws UsageError that names the environment, the option and what it should be.
 */
export function readOptions<Schema extends z.ZodObject>(
  name: string,
  schema: Schema,
  options: EnvironmentOptions,
): z.output<Schema> {
  return parseDeclared(schema, options, "option", name);
}
