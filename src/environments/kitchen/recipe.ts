/** How the data of each kitchen task are collected by default: D4RL's numbers of rows, with the expert's noise. */
import type { KitchenTaskName } from "./elements.js";

export interface KitchenRecipe {
  /** The standard deviation of the noise on each entry of an action. */
  readonly noise: number;
  readonly seed: number;
  readonly steps: number;
}

/** Of "complete" only successes are kept, and four elements nearly fill an episode: more noise makes many of them late. */
export const kitchenRecipes: Readonly<Record<KitchenTaskName, KitchenRecipe>> = {
  "kitchen-complete": { noise: 0.03, seed: 0, steps: 3_680 },
  "kitchen-partial": { noise: 0.1, seed: 0, steps: 136_950 },
  "kitchen-mixed": { noise: 0.1, seed: 0, steps: 136_950 },
};
