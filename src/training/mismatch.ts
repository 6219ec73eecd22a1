/**
 * Do the recorded data and the environment belong together? Checked before anything is trained or written.
 */
import { countSteps, type Dataset } from "../data/episode.js";
import type { Environment } from "../environments/environment.js";
import { DataError, UsageError } from "../errors.js";

/** @throws UsageError naming the sizes or bounds that differ, or that the data are empty */
export function refuseMismatch(environment: Environment, dataset: Dataset, task: string): void {
  const pairs = [
    ["observations", dataset.observationSize, environment.observationSpace.size],
    ["actions", dataset.actionSize, environment.actionSpace.size],
  ] as const;
  if (countSteps(dataset) === 0) {
    throw new DataError(`${dataset.source} holds no steps to learn from; give data with at least one episode.`);
  }
  for (const [what, recorded, expected] of pairs) {
    if (recorded === expected) continue;
    throw new DataError(
      `${dataset.source} holds ${what} of ${recorded} numbers, but ${task} has ${expected}; use data of the same task.`,
    );
  }
  const { low, high } = environment.actionSpace;
  if (low.every((x) => x === -1) && high.every((x) => x === 1)) return;
  throw new UsageError(
    `The actions of ${task} are not bounded by -1 and 1, as the policy's are; scale them in the environment.`,
  );
}
