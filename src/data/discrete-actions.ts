/**
 * Actions that are a choice among `count`: recorded as one number per step, 0 .. count - 1, in the array where others
 * keep their vectors. Whatever takes such numbers in holds them against the count here, because what learns from them
 * uses them as an index.
 */

/** The first entry that numbers no action, or -1. */
export function findWrongIndex(actions: ArrayLike<number>, count: number): number {
  for (let i = 0; i < actions.length; i++) if (!isActionIndex(actions[i]!, count)) return i;
  return -1;
}

/** Why a number is no action, to go after "the action"; undefined where it is one. */
export function actionIndexProblem(value: number, count: number): string | undefined {
  return isActionIndex(value, count) ? undefined : `holds ${value}, which is no whole number from 0 to ${count - 1}`;
}

/** Whether a number of actions makes sense; beyond 2^24, float32 could not tell two of them apart. */
export function isActionCount(count: unknown): count is number {
  return Number.isInteger(count) && (count as number) >= 1 && (count as number) <= 2 ** 24;
}

function isActionIndex(value: number, count: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < count;
}
