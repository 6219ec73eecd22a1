/**
 * Importance sampling: what a policy is worth, from episodes that another one logged with its propensities. The plain
 * form is right on average and varies most; the self-normalised ones are a little wrong on average and vary less; the
 * per-decision ones do not let a late action weigh an early reward.
 *
 * Each method is a sum of contributions over a sum of weights, so that resampling episodes needs no second look at them.
 */
import { cumulativeRatios, discountedReturn, type LoggedEpisode } from "./logged-episode.js";

/** An estimate as sum_k (sum_i numerator[i][k] / sum_i denominator[i][k]) over episodes i and terms k. */
export interface RatioTerms {
  /** Rows of episodes [episodes, terms]. */
  readonly numerators: Float64Array;
  readonly denominators: Float64Array;
  readonly episodes: number;
  readonly terms: number;
}

/** The sums over episodes of each term, numerators and denominators [terms]. */
export function sumsOf({ numerators, denominators, episodes, terms }: RatioTerms, counts?: ArrayLike<number>) {
  const [above, below] = [new Float64Array(terms), new Float64Array(terms)];
  for (let i = 0; i < episodes; i++) {
    const count = counts ? counts[i]! : 1;
    if (count === 0) continue;
    for (let term = 0; term < terms; term++) {
      above[term]! += count * numerators[i * terms + term]!;
      below[term]! += count * denominators[i * terms + term]!;
    }
  }
  return { above, below };
}

/** The value for which the episodes speak, each counted so often. @param counts [episodes]; by default once each */
export function estimated(of: RatioTerms, counts?: ArrayLike<number>): number {
  const { above, below } = sumsOf(of, counts);
  return above.reduce((value, sum, term) => (below[term]! > 0 ? value + sum / below[term]! : value), 0);
}

/** Every episode's own figure, averaged. @param known whether the episodes say anything at all; else nothing is summed */
export function averaged(figures: ArrayLike<number>, known = true): RatioTerms {
  const episodes = figures.length;
  const denominators = new Float64Array(episodes).fill(known ? 1 : 0);
  return { numerators: Float64Array.from(figures), denominators, episodes, terms: 1 };
}

/** The plain form: (1/n) sum_i rho_{0:T-1} G_i (Precup, Sutton, Singh 2000, section 2). */
export function importanceSampling(episodes: readonly LoggedEpisode[], discount: number): RatioTerms {
  const weights = weightsOf(episodes);
  const figures = weights.map((weight, i) => weight * discountedReturn(episodes[i]!, discount));
  return averaged(
    figures,
    weights.some((weight) => weight > 0),
  );
}

/** The same, divided by the weights that were drawn in place of those expected: sum_i rho_i G_i / sum_i rho_i. */
export function weightedImportanceSampling(episodes: readonly LoggedEpisode[], discount: number): RatioTerms {
  const denominators = weightsOf(episodes);
  const numerators = denominators.map((weight, i) => weight * discountedReturn(episodes[i]!, discount));
  return { numerators, denominators, episodes: episodes.length, terms: 1 };
}

/** (1/n) sum_i sum_t gamma^t rho_{0:t} r_t: a reward is weighed by the actions before it alone (the same paper, section 3). */
export function perDecision(episodes: readonly LoggedEpisode[], discount: number): RatioTerms {
  let known = false;
  const figures = episodes.map((episode, i) => {
    const ratios = cumulativeRatios(episode, i);
    known ||= ratios[0]! > 0;
    return ratios.reduce((sum, ratio, step) => sum + discount ** step * ratio * episode.rewards[step]!, 0);
  });
  return averaged(figures, known);
}

/**
 * sum_t gamma^t (sum_i rho_{0:t} r_t / sum_i rho_{0:t}) (consistent weighted per-decision, Thomas 2015, section 3.10). An
 * episode that has ended keeps its weight and earns nothing more.
 */
export function weightedPerDecision(episodes: readonly LoggedEpisode[], discount: number): RatioTerms {
  const terms = episodes.reduce((longest, { rewards }) => Math.max(longest, rewards.length), 0);
  const numerators = new Float64Array(episodes.length * terms);
  const denominators = new Float64Array(episodes.length * terms);
  for (const [i, episode] of episodes.entries()) {
    const ratios = cumulativeRatios(episode, i);
    for (let step = 0; step < terms; step++) {
      const ratio = ratios[Math.min(step, ratios.length - 1)]!;
      denominators[i * terms + step] = ratio;
      if (step < ratios.length) numerators[i * terms + step] = discount ** step * ratio * episode.rewards[step]!;
    }
  }
  return { numerators, denominators, episodes: episodes.length, terms };
}

/** rho_{0:T-1} of every episode. */
export function weightsOf(episodes: readonly LoggedEpisode[]): Float64Array {
  return Float64Array.from(episodes, (episode, i) => cumulativeRatios(episode, i).at(-1)!);
}

/**
 * The number of equally weighted episodes that say as much as these (Kish 1965): (sum w)^2 / sum w^2; 0 where no
 * episode has any weight.
 */
export function effectiveSampleSize(weights: ArrayLike<number>): number {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]!;
    squares += weights[i]! ** 2;
  }
  return squares > 0 ? sum ** 2 / squares : 0;
}
