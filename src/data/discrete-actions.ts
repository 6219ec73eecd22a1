/**
 * Actions that are a choice among `count`: recorded as one number per step, 0 .. count - 1, in the array where others
 * keep their vectors. Whatever takes such numbers in checks them against the count here, because what learns from
 * them uses them as an index.
 */

import { DataError, UsageError } from "../errors.js";
import type { Dataset } from "./episode.js";

/** The first entry that numbers no action, or -1. */
export function findWrongIndex(actions: ArrayLike<number>, count: number): number {
  for (let i = 0; i < actions.length; i++) if (!isActionIndex(actions[i]!, count)) return i;
  return -1;
}

/** Why a number is not an action, to go after "the action"; undefined where it is one. */
export function actionIndexProblem(value: number, count: number): string | undefined {
  return isActionIndex(value, count) ? undefined : `holds ${value}, which is no whole number from 0 to ${count - 1}`;
}

/**
 * The number of actions of data that have one number an action and no axis for more, which are choices.
 * @param shape of the actions, the rows first
 * @param where the file and the array, to stand at the beginning of the message
 * @throws DataError where nobody says among how many they choose
 */
export function countOfChoices(shape: readonly number[], told: number | undefined, where: string): number | undefined {
  if (shape.length !== 1) return undefined;
  if (told !== undefined) return told;
  throw new DataError(
    `${where} has one number a row, as choices have; say among how many with --discrete-actions N, or store vectors of one number in the shape [rows, 1].`,
  );
}

/** Beyond it, float32 could not tell two of them apart. */
export const MOST_ACTIONS = 2 ** 24;

/** Whether a number of actions makes sense. */
export function isActionCount(count: unknown): count is number {
  return Number.isInteger(count) && (count as number) >= 1 && (count as number) <= MOST_ACTIONS;
}

/**
 * The same header (or dataset), with the number of actions that a caller gives where the data do not state it.
 * @throws UsageError for a number that makes no sense, or is another than that of the data; DataError for data of vectors
 */
export function withActionCount<Header extends Pick<Dataset, "source" | "actionSize" | "discreteActions">>(
  header: Header,
  told: number | null | undefined,
): Header {
  const { source, actionSize, discreteActions } = header;
  if (told === undefined || told === null || (told === discreteActions && actionSize === 1)) return header;
  if (!isActionCount(told))
    throw new UsageError(`The number of discrete actions (discreteActions) is ${told}; give a whole number from 1 on.`);
  if (actionSize !== 1)
    throw new DataError(
      `The actions of ${source} are vectors of ${actionSize} numbers and no choice among ${told}; leave discreteActions out.`,
    );
  if (discreteActions !== undefined)
    throw new UsageError(
      `${source} says itself that its actions are a choice among ${discreteActions}, not ${told}; leave discreteActions out.`,
    );
  return { ...header, discreteActions: told };
}

function isActionIndex(value: number, count: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < count;
}
