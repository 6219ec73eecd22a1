/**
 * The clock of the built-in environments: the one place that decides between `terminated` and `truncated`.
 */

/**
 * How the step number `step` (counted from 1) ends the episode. Where the task ends in the very step that also reaches
 * the horizon, the task wins: nothing follows, so nothing may be bootstrapped.
 */
export function endOfStep(taskEnded: boolean, step: number, horizon: number) {
  return { terminated: taskEnded, truncated: !taskEnded && step >= horizon };
}
