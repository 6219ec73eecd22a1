/**
 * The order of an update in the SAC family. What the critics learn from is the one thing in which its algorithms differ.
 */
import { type AgentContext, type AgentParts, adamSettings } from "./context.js";
import { smallestValue } from "./critics.js";
import { type Losses, mergeLosses } from "./losses.js";
import { declareModel, type Model, modelAt } from "./model.js";
import { policyLosses, type SacSettings } from "./sac.js";
import { Update } from "./update.js";

/**
 * The agent of the family whose critics learn from the given losses. With one critic step an update takes all gradients
 * at the parameters before it, as the Cal-QL reference does. With K of them, each on its own K-th of the batch, the
 * policy learns once, after them and on the last of these parts (RLPD, Ball et al. 2023, algorithm 1).
 */
export function actorCritic<S extends SacSettings>(criticLosses: (model: Model<S>) => Losses) {
  return (context: AgentContext<S>): AgentParts => {
    const { criticSteps, polyakTau } = context.settings;
    const update = new Update(adamSettings(context.settings));
    const start = declareModel(context);
    for (let step = 0; step < criticSteps; step++) {
      const model = modelAt(start, update, step);
      const losses = criticLosses(model);
      update.learn(criticSteps === 1 ? mergeLosses(policyLosses(model), losses) : losses);
      update.follow(start.targetCritics.parameters, start.critics.parameters, polyakTau);
    }
    if (criticSteps > 1) update.learn(policyLosses(modelAt(start, update, criticSteps - 1)));
    return { policy: start.policy, update, critics: smallestValue(start.critics) };
  };
}
