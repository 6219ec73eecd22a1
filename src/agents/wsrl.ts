/**
 * WSRL (Zhou et al. 2024): after any offline pre-training, plain SAC without the recorded data, with an ensemble of
 * normalised critics and several critic steps per step of the environment. What makes up for the missing data is the
 * run's warm-up: some thousand steps with the frozen policy before the first update.
 */
import { sacSettings } from "./sac.js";
import { withDefaults } from "./settings.js";

export const wsrlSettings = withDefaults(sacSettings, {
  criticCount: 10,
  criticLayerNorm: true,
  targetCriticCount: 2,
  policyObjective: "mean",
  criticSteps: 4,
});
