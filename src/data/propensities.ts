/**
 * The propensity of a logged action: how likely it was under the policy that logged it. Estimates divide by it, so that
 * whatever takes one in checks it here.
 */

/** Why a number is no propensity, to go after "the propensity"; undefined where it is one. */
export function propensityProblem(value: number): string | undefined {
  const kept = Math.fround(value);
  if (kept > 0 && kept <= 1) return undefined;
  return `is ${value}, where a probability above 0 and at most 1 belongs, as the action was taken`;
}

/** The first step whose propensity is none, or -1. */
export function findWrongPropensity(propensities: ArrayLike<number>): number {
  for (let step = 0; step < propensities.length; step++) if (propensityProblem(propensities[step]!)) return step;
  return -1;
}
