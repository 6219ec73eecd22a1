/**
 * Refusing the read options that mean nothing to a format, in the same words for every format.
 */
import { UsageError } from "../../errors.js";
import type { ReadOptions } from "./format.js";

const sayings: Partial<Record<keyof ReadOptions, string>> = {
  horizon: "a horizon",
  observationKeys: "a choice of observation keys",
  mapping: "a mapping of columns",
  goal: "a goal",
};

/** @throws UsageError for a given option that is not among those which mean something to the format */
export function refuseOptions(
  name: string,
  format: string,
  options: ReadOptions,
  meaningful: readonly (keyof ReadOptions)[],
): void {
  for (const key of Object.keys(sayings) as (keyof ReadOptions)[])
    if (options[key] !== undefined && !meaningful.includes(key))
      throw new UsageError(`"${name}" is ${format}, to which ${sayings[key]} means nothing; leave it out.`);
}
