/**
 * The doubly robust estimate: a model's value, corrected by importance-weighted errors of the model. It is right on
 * average where either the propensities or the model are right, and varies less the better the model is.
 */
import { averaged, type RatioTerms } from "./importance-sampling.js";
import { cumulativeRatios, type ModelledEpisode } from "./logged-episode.js";

/** V_t = V(s_t) + rho_t (r_t + gamma V_{t+1} - Q(s_t, a_t)), from the last step backwards (Jiang and Li 2016, equation 10). */
export function doublyRobust(episodes: readonly ModelledEpisode[], discount: number): RatioTerms {
  return averaged(
    episodes.map((episode, i) => {
      const { rewards, propensities, probabilities, actionValues, values } = episode;
      cumulativeRatios(episode, i); // refuses what cannot be a probability
      let ahead = 0;
      for (let step = rewards.length - 1; step >= 0; step--) {
        const ratio = probabilities[step]! / propensities[step]!;
        ahead = values[step]! + ratio * (rewards[step]! + discount * ahead - actionValues[step]!);
      }
      return ahead;
    }),
  );
}

/**
 * The same, each step's weights divided by their sum over the episodes: a little wrong on average, and far less at the mercy
 * of one heavy episode (Thomas and Brunskill 2016, section 5),
 *
 *   sum_t gamma^t (sum_i rho_{0:t} (r_t - Q(s_t, a_t)) / sum_i rho_{0:t} + sum_i rho_{0:t-1} V(s_t) / sum_i rho_{0:t-1}).
 *
 * An episode that has ended keeps its weight, and its values are 0.
 */
export function weightedDoublyRobust(episodes: readonly ModelledEpisode[], discount: number): RatioTerms {
  const steps = episodes.reduce((longest, { rewards }) => Math.max(longest, rewards.length), 0);
  const terms = 2 * steps;
  const numerators = new Float64Array(episodes.length * terms);
  const denominators = new Float64Array(episodes.length * terms);
  for (const [i, episode] of episodes.entries()) {
    const ratios = cumulativeRatios(episode, i);
    for (let step = 0, at = i * terms; step < steps; step++, at += 2) {
      const [ratio, before] = [ratios[step] ?? ratios.at(-1)!, step === 0 ? 1 : (ratios[step - 1] ?? ratios.at(-1)!)];
      denominators[at] = ratio;
      denominators[at + 1] = before;
      if (step >= ratios.length) continue;
      numerators[at] = discount ** step * ratio * (episode.rewards[step]! - episode.actionValues[step]!);
      numerators[at + 1] = discount ** step * before * episode.values[step]!;
    }
  }
  return { numerators, denominators, episodes: episodes.length, terms };
}
