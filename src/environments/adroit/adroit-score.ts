/**
 * D4RL's scale for the dense returns of the Adroit tasks: 0 is what random actions earn, 100 what D4RL's expert does.
 */
import type { AdroitTaskName } from "../../data/adroit-success.js";

/** The returns, without discount, of random actions and of the expert (D4RL's reference scores). */
const references: Readonly<Record<AdroitTaskName, readonly [random: number, expert: number]>> = {
  pen: [96.26, 3076.83],
  door: [-56.51, 2880.57],
  relocate: [-6.43, 4233.88],
};

/**
 * D4RL's normalised score of a return of the dense form, without discount: 100 * (return - random) / (expert - random).
 * Undefined for environments that have none, the binary forms among them.
 */
export function adroitScore(environmentName: string, episodeReturn: number): number | undefined {
  if (!Object.hasOwn(references, environmentName)) return undefined;
  const [random, expert] = references[environmentName as AdroitTaskName];
  return (100 * (episodeReturn - random)) / (expert - random);
}
