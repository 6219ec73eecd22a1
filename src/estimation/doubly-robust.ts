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
