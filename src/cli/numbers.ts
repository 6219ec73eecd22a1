/**
 * Numbers on the command line that are not settings of a run.
 */
import { UsageError } from "../errors.js";

interface Bounds {
  readonly whole?: boolean;
  readonly least?: number;
  readonly most?: number;
}

/** The number that a flag's text spells; undefined without the flag. @throws UsageError if it is none or out of range */
export function numberOf(text: string | undefined, flag: string, bounds: Bounds = {}): number | undefined {
  if (text === undefined) return undefined;
  const { whole = false, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = bounds;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  const fits = Number.isFinite(value) && (!whole || Number.isSafeInteger(value)) && value >= least && value <= most;
  if (fits) return value;
  const range = [Number.isFinite(least) && `at least ${least}`, Number.isFinite(most) && `at most ${most}`];
  const wanted = [`a ${whole ? "whole " : ""}number`, range.filter(Boolean).join(" and ")].filter(Boolean).join(", ");
  throw new UsageError(`The flag ${flag} is "${text}"; give ${wanted}.`);
}
