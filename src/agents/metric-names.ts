/**
 * What each metric means, once for all agents: the contract refuses a metric without a meaning, the docs print them.
 * Numbers in a name count the critics and stand here as "#".
 */
const meanings: Readonly<Record<string, string>> = {
  actorLoss: "Loss of the policy.",
  actorGradientNorm: "Norm of the policy's gradient.",
  criticLoss: "Loss of the critics: their mean over the ensemble, in AWAC and TD3 their sum.",
  "critic#Loss": "Loss of one critic.",
  criticGradientNorm: "Norm of the critics' gradient, all of them together.",
  bellmanLoss: "Squared Bellman error, mean over the ensemble.",
  "bellmanLoss#": "Squared Bellman error of one critic.",
  "q#Mean": "One critic's mean value of the data's actions.",
  dataQMean: "Mean value of the data's actions, over the ensemble.",
  policyQMean: "Mean value of the policy's actions.",
  targetQMean: "Mean value that is backed up from the next states.",
  returnToGoMean: "Mean return-to-go G of the batch.",
  shareBelowReturn: "Share of states whose policy value lies below G.",
  actionGap:
    "Mean value of the data's actions minus that of the actions which the backup would take in the same states.",
  startQMean: "Mean value of the policy's deterministic actions in the states where recorded episodes begin.",
  startReturnMean: "Mean return-to-go G of the recorded episodes, from their beginning.",
  startWholeShare: "Share of the recorded episodes whose return is whole, not cut off by the clock, where not all are.",
  idleValue:
    "What a low reward (5 % of the recorded steps that end no episode have a lower one) is worth if received forever.",
  mixingRatio: "Share of recorded data in the online batches, where it follows a schedule.",
  conservativeGap: "Log-sum-exp of the proposals' values minus the data action's, mean over the ensemble.",
  "conservativeGap#": "The same for one critic.",
  conservativeLoss: "The weighted conservative term, mean over the ensemble.",
  "conservativeLoss#": "The same for one critic.",
  boundRate: "Share of bounded actions whose value lies below the reference, where calibration acts.",
  "boundRate#Next": "The same for one critic and the actions from the next state's policy.",
  "boundRate#Current": "The same for one critic and the actions from the state's own policy.",
  "boundRate#": "The same for one critic.",
  alphaPrime: "Lagrange multiplier of the conservative term.",
  alphaPrimeLoss: "Loss of that multiplier.",
  logAlphaPrimeGradientNorm: "Norm of its gradient.",
  temperature: "Temperature alpha of the entropy.",
  temperatureLoss: "Loss of the temperature.",
  logAlphaGradientNorm: "Norm of its gradient.",
  logPiMean: "Mean log-probability of the policy's own actions.",
  valueLoss: "Loss of the state-value network.",
  valueGradientNorm: "Norm of its gradient.",
  advantageMean: "Mean advantage of the data's actions, their value minus the state's or the policy's.",
  advantageWeightMean: "Mean weight with which the data's actions are imitated.",
  dataLogPiMean: "Mean log-probability of the data's actions.",
  cloningError: "Mean squared distance of the policy's actions from the data's.",
  cloningWeight: "Share of the behaviour-cloning term that is left.",
};

/** The name under which a metric is described: "q2Mean" is "q#Mean". */
export function metricFamily(name: string): string {
  return Object.hasOwn(meanings, name) ? name : name.replace(/\d+/, "#");
}

/** One sentence, or undefined for a metric without a description. */
export function metricMeaning(name: string): string | undefined {
  const family = metricFamily(name);
  return Object.hasOwn(meanings, family) ? meanings[family] : undefined;
}

export const describedMetrics: readonly string[] = Object.keys(meanings);
