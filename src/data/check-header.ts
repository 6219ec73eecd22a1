/**
 * A dataset that a program hands over: JavaScript has no types, and one that lacks an entry would fail far from its
 * origin. Whether its episodes hang together is asked where they are taken in (training/check-dataset.ts).
 */
import { z } from "zod";
import { UsageError } from "../errors.js";
import { parseDeclared, shown } from "../requirement.js";
import { isActionCount } from "./discrete-actions.js";
import type { Dataset } from "./episode.js";
import { boundsOf, type GivenBounds } from "./transform.js";

/** A dataset whose bounds may be written as those of `box` are. */
export interface GivenDataset extends Omit<Dataset, "actionBounds"> {
  readonly actionBounds?: GivenBounds | undefined;
}

const header = z.object({
  source: z.string(),
  observations: z.record(
    z.string(),
    z.object({ type: z.enum(["float32", "uint8", "int32"]), shape: z.array(z.number().int().min(1)) }),
    'name the parts of an observation, such as { state: { type: "float32", shape: [4] } }',
  ),
  actionSize: z.number().int().min(1),
  discreteActions: z.custom(isActionCount, "be the number of actions, at least 1").optional(),
  actionBounds: z
    .custom(areBounds, "be { low, high }, each a number for all entries of an action or a list with one for each")
    .optional(),
  episodes: z.custom(Array.isArray, "be a list of episodes"),
});

/**
 * The dataset that was given to a function.
 * @param door the function; @param what what it calls the dataset
 * @throws UsageError naming the entry and what it must be
 */
export function datasetOf(given: unknown, door: string, what = `dataset given to ${door}`): Dataset {
  // Whatever else a caller keeps with the data is the caller's business.
  const { source, observations, actionSize, discreteActions, actionBounds, episodes } = Object(given) as GivenDataset;
  if ([source, observations, actionSize, episodes].every((entry) => entry === undefined))
    throw new UsageError(
      `The ${what} is ${shown(given)}, which is no dataset; give one as readDataset or collectTask gives it: an object with the entries source, observations, actionSize and episodes.`,
    );
  const entries = { source, observations, actionSize, discreteActions, actionBounds, episodes };
  parseDeclared(header, entries, "entry", `the dataset given to ${door}`);
  return withBoundsFor(given as GivenDataset);
}

/** The same dataset, with bounds for each entry of an action. @throws UsageError for bounds that are none of its actions */
export function withBoundsFor(given: GivenDataset): Dataset {
  const { source, actionSize, actionBounds } = given;
  if (actionBounds === undefined) return given as Dataset;
  return { ...given, actionBounds: boundsOf(actionBounds.low, actionBounds.high, actionSize, source) };
}

function areBounds(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { low, high } = value as Partial<GivenBounds>;
  return [low, high].every((bound) => isNumber(bound) || areNumbers(bound));
}

function areNumbers(value: unknown): boolean {
  return (Array.isArray(value) || ArrayBuffer.isView(value)) && Array.from(value as ArrayLike<unknown>).every(isNumber);
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" && !Number.isNaN(value);
}
