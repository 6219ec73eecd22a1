/**
 * Is an episode consistent? Every writer checks this before it writes one.
 */
import { STATE, widthOf } from "./columns.js";
import { findWrongIndex } from "./discrete-actions.js";
import type { Dataset, Episode } from "./episode.js";

/** What is wrong with an episode of such a dataset, to go after "it cannot be written: "; undefined where nothing is. */
export function episodeProblem(
  {
    observations: parts,
    actionSize,
    discreteActions,
  }: Pick<Dataset, "observations" | "actionSize" | "discreteActions">,
  episode: Episode,
): string | undefined {
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
  ] as const;
  for (const [key, found, expected] of lengths)
    if (found !== expected) return `${key} hold ${found} numbers where ${length} steps need ${expected}`;
  const wrong = discreteActions === undefined ? -1 : findWrongIndex(episode.actions, discreteActions);
  return wrong < 0 ? undefined : `its action ${episode.actions[wrong]} in step ${wrong} is none of ${discreteActions}`;
}
