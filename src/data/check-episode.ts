/**
 * Whether an episode is consistent and can be written; every writer checks this before it writes one.
 */

import { UsageError } from "../errors.js";
import { STATE, widthOf } from "./columns.js";
import { findWrongIndex } from "./discrete-actions.js";
import type { Dataset, Episode } from "./episode.js";
import { counted } from "./figures.js";
import { legalityProblem } from "./legal-actions.js";
import { findWrongPropensity, propensityProblem } from "./propensities.js";

type Shapes = Pick<Dataset, "observations" | "actionSize" | "discreteActions" | "hasPropensities">;

/** What is wrong with an episode of such a dataset, to go after "it cannot be written: "; undefined where nothing is. */
export function episodeProblem(shapes: Shapes, episode: Episode): string | undefined {
  const { observations: parts, actionSize, discreteActions, hasPropensities } = shapes;
  const { length } = episode;
  if (length === 0) return "it has no steps; leave it out";
  const lengths = [
    ...Object.entries(parts).map(([name, part]) => {
      const key = name === STATE ? "observations" : `observations/${name}`;
      return [key, episode.observations[name]?.length ?? 0, (length + 1) * widthOf(part)] as const;
    }),
    ["actions", episode.actions.length, length * actionSize],
    ["rewards", episode.rewards.length, length],
    ["terminated", episode.terminated.length, length],
    ...(hasPropensities ? [["propensities", episode.propensities?.length ?? 0, length] as const] : []),
  ] as const;
  for (const [key, found, expected] of lengths)
    if (found !== expected)
      return `${key} hold ${counted(found, "number")} where ${counted(length, "step")} need ${expected}`;
  const wrong = discreteActions === undefined ? -1 : findWrongIndex(episode.actions, discreteActions);
  if (wrong >= 0) return `its action ${episode.actions[wrong]} in step ${wrong} is none of ${discreteActions}`;
  const unlikely = hasPropensities ? findWrongPropensity(episode.propensities!) : -1;
  if (unlikely >= 0) return `its propensity in step ${unlikely} ${propensityProblem(episode.propensities![unlikely]!)}`;
  return legalityProblem(shapes, episode);
}

/** Why rows that mark where an episode ends cannot tell this one; undefined where they can. */
export function endProblem({ length, terminated, truncated }: Episode): string | undefined {
  const early = terminated.subarray(0, length - 1).indexOf(1);
  if (early >= 0)
    return `it is terminated in step ${early} but goes on; write it before any rule that marks such steps`;
  if (terminated[length - 1] === 1 || truncated) return undefined;
  return "it ends neither terminated nor truncated; say which of the two it is";
}

/**
 * @param index the episode's number, for messages
 * @param layout where it is to be written, e.g. " in the D4RL layout"
 * @param further what else the layout asks of an episode that is consistent
 * @throws UsageError where it cannot be written
 */
export function checkWritable(
  header: Shapes & Pick<Dataset, "source">,
  episode: Episode,
  index: number,
  layout = "",
  further?: (episode: Episode) => string | undefined,
): void {
  const problem = episodeProblem(header, episode) ?? further?.(episode);
  if (problem === undefined) return;
  throw new UsageError(`Episode ${index} of "${header.source}" cannot be written${layout}: ${problem}.`);
}
