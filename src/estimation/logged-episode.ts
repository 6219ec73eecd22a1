/**
 * What an estimate from logs looks at: of every logged step its reward, how likely the action was under the policy that
 * logged it, and how likely it is under the one that is judged. Which data, networks or servers these come from is told
 * elsewhere.
 */
import { DataError } from "../errors.js";

/** One logged episode; all arrays [steps]. */
export interface LoggedEpisode {
  readonly rewards: ArrayLike<number>;
  /** mu(a_t|s_t), the propensity that was logged: above 0. */
  readonly propensities: ArrayLike<number>;
  /** pi(a_t|s_t) of the policy that is judged. */
  readonly probabilities: ArrayLike<number>;
}

/** What a model says of an episode's states beside it; all arrays [steps]. */
export interface ModelledEpisode extends LoggedEpisode {
  /** Q(s_t, a_t) of the judged policy. */
  readonly actionValues: ArrayLike<number>;
  /** V(s_t) = E_pi Q(s_t, .). */
  readonly values: ArrayLike<number>;
}

/**
 * Cumulative ratios rho_{0:t} = prod_{k <= t} pi(a_k|s_k) / mu(a_k|s_k) of an episode [steps].
 * @param episode its number in the data, for the error
 * @throws DataError for a propensity that is not in (0, 1], or a probability that is not in [0, 1]
 */
export function cumulativeRatios({ propensities, probabilities }: LoggedEpisode, episode: number): Float64Array {
  const ratios = new Float64Array(propensities.length);
  let ratio = 1;
  for (let step = 0; step < ratios.length; step++) {
    const [logged, judged] = [propensities[step]!, probabilities[step]!];
    if (!(logged > 0 && logged <= 1))
      throw new DataError(
        `Step ${step + 1} of episode ${episode + 1} was logged with a probability of ${logged}; it must be above 0 and at most 1, as the action was taken.`,
      );
    if (!(judged >= 0 && judged <= 1 + 1e-6))
      throw new DataError(
        `The policy takes the action of step ${step + 1} of episode ${episode + 1} with a probability of ${judged}; it must be from 0 to 1.`,
      );
    ratio *= judged / logged;
    ratios[step] = ratio;
  }
  return ratios;
}

/** The discounted return of an episode from its first step. */
export function discountedReturn({ rewards }: Pick<LoggedEpisode, "rewards">, discount: number): number {
  let sum = 0;
  for (let step = rewards.length - 1; step >= 0; step--) sum = rewards[step]! + discount * sum;
  return sum;
}
