/**
 * RLPD (Ball et al. 2023, algorithm 1): SAC that learns online from the start, half of every batch recorded data, made
 * efficient by many critic steps per step of the environment and kept stable by layer normalisation and an ensemble of
 * critics, of which a random few are backed up. (How much of a batch is recorded is the run's mixingRatio.)
 */
import { actorCritic } from "./actor-critic.js";
import type { AgentContext, AgentParts } from "./context.js";
import { type SacSettings, sacCriticLosses, sacSettings } from "./sac.js";
import { withDefaults } from "./settings.js";

export const rlpdSettings = withDefaults(sacSettings, {
  criticCount: 10,
  criticLayerNorm: true,
  targetCriticCount: 2,
  policyObjective: "mean",
  criticSteps: 20,
  backupEntropy: true,
  actorLearningRate: 3e-4,
  criticLearningRate: 3e-4,
  temperatureLearningRate: 3e-4,
});

/** SAC's update under RLPD's settings. */
export function rlpd(context: AgentContext<SacSettings>): AgentParts {
  const targetEntropy = context.settings.targetEntropy ?? -context.sizes.actionSize / 2;
  return actorCritic(sacCriticLosses)({ ...context, settings: { ...context.settings, targetEntropy } });
}
