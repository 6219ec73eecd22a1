/**
 * Do the recorded data match the environment? Checked before anything is trained or written.
 */
import { columnsDiffer, describeParts, transitionColumns, vectorSizeOf } from "../data/columns.js";
import { areFinite, areSame, boundsText } from "../data/transform.js";
import {
  type ActionSpace,
  actionVectorSize,
  discreteActionsOf,
  type Environment,
  observationPartsOf,
} from "../environments/environment.js";
import { DataError } from "../errors.js";
import type { LearningData } from "./learning-data.js";

/** What is compared of recorded data. */
export type RecordedHeader = Omit<LearningData, "episodes" | "replay" | "identity" | "close">;

/** @throws DataError naming the sizes, kinds or bounds that differ, or that the data are empty */
export function refuseMismatch(environment: Environment, dataset: RecordedHeader, task: string): void {
  refuseNoSteps(dataset);
  refuseOtherActions(environment.actionSpace, dataset, task);
  refuseOtherObservations(environment, dataset, task);
  const [recorded, expected] = [dataset.actionSize, actionVectorSize(environment.actionSpace)];
  if (recorded !== expected)
    throw new DataError(
      `${dataset.source} holds actions of ${recorded} numbers, but ${task} has ${expected}; use data of the same task.`,
    );
  refuseOtherBounds(environment.actionSpace, dataset, task);
}

/** @throws DataError for data of which nothing can be learned */
export function refuseNoSteps({ steps, source }: Pick<LearningData, "steps" | "source">): void {
  if (steps === 0) throw new DataError(`${source} holds no steps to learn from; give data with at least one episode.`);
}

/** Bounds tell the units: in others than the environment's, the same numbers are other actions, even within the bounds. */
function refuseOtherBounds(space: ActionSpace, { source, actionBounds }: RecordedHeader, task: string): void {
  if (space.kind === "discrete" || !actionBounds) return;
  if (!areFinite(space) || !areFinite(actionBounds) || areSame(space, actionBounds)) return;
  throw new DataError(
    `${source} declares actions with the bounds ${boundsText(actionBounds)}, but those of ${task} are ${boundsText(space)}; store the actions in the units of the task, or, in an environment of your own, declare the bounds of the data, box(low, high).`,
  );
}

function refuseOtherObservations(
  { observationSpace }: Environment,
  { source, observations }: RecordedHeader,
  task: string,
) {
  const own = observationPartsOf(observationSpace);
  if (columnsDiffer(transitionColumns(observations, 1), transitionColumns(own, 1)) === undefined) return;
  const [recorded, expected] = [observations, own].map(vectorSizeOf);
  const difference =
    recorded === undefined || expected === undefined
      ? `observations that are ${describeParts(observations)}, but ${task} has ${describeParts(own)}`
      : `observations of ${recorded} numbers, but ${task} has ${expected}`;
  throw new DataError(`${source} holds ${difference}; use data of the same task.`);
}

function refuseOtherActions(space: ActionSpace, { source, discreteActions }: RecordedHeader, task: string): void {
  const expected = discreteActionsOf(space);
  if (discreteActions === expected) return;
  const kind = (count: number | undefined) => (count === undefined ? "vectors" : `a choice among ${count}`);
  const next =
    discreteActions === undefined
      ? `say how many there are with discreteActions (--discrete-actions ${expected}; in a file metadata/discrete_actions), or use data of the same task`
      : "use data of the same task";
  throw new DataError(
    `The actions of ${source} are ${kind(discreteActions)}, but those of ${task} are ${kind(expected)}; ${next}.`,
  );
}
