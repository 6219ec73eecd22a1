/**
 * The networks and the order of an update for discrete actions: an ensemble of critics that value all actions at once,
 * their slow targets, and a policy that takes the best. What the critics learn from is the one thing in which the
 * algorithms of this family differ; actor-critic.ts is its sibling for actions that are vectors.
 */
import { minimumOverCritics } from "../networks/critic.js";
import {
  declareDiscreteCritics,
  greedyPolicy,
  isAction,
  type LegalActions,
  valuesOfAll,
  valuesWhere,
} from "../networks/discrete.js";
import type { Ensemble } from "../networks/ensemble.js";
import type { Tensor } from "../tensor/tensor.js";
import { type AgentContext, type AgentParts, adamSettings, legalActionsIn, type ValueOfActions } from "./context.js";
import { twinOf } from "./critics.js";
import type { DqnSettings } from "./dqn.js";
import { encoderOfCritics } from "./encoders.js";
import type { Losses } from "./losses.js";
import { type OwnParameters, ownParameters } from "./model.js";
import { Update } from "./update.js";

/** What the family's losses speak about: a batch and all networks before an update. */
export interface QModel<Settings extends DqnSettings = DqnSettings> extends AgentContext<Settings>, OwnParameters {
  /** How many actions there are to choose from. */
  readonly actionCount: number;
  /** Which of them are legal in given observations; undefined where all are in every state. */
  readonly legalIn: LegalActions | undefined;
  /** `valuesOfAll` asks them for the values [critics, batch, actions] of observations. */
  readonly critics: Ensemble;
  readonly targetCritics: Ensemble;
}

/** The family's networks, with first values from the context's stream; targets start as their critics. */
export function declareQModel<S extends DqnSettings>(context: AgentContext<S>): QModel<S> {
  const { settings, sizes, random } = context;
  const { criticHidden: hidden, criticCount: count, criticLayerNorm: layerNorm } = settings;
  const actionCount = sizes.discreteActions!; // definition.ts builds no agent of this family without it
  const { observationSize } = sizes;
  const shape = (name: string) => {
    return {
      observationSize,
      actions: actionCount,
      hidden,
      count,
      layerNorm,
      encoder: encoderOfCritics(name, context),
    };
  };
  const sameStart = twinOf(random);
  return {
    ...context,
    actionCount,
    legalIn: legalActionsIn(sizes),
    critics: declareDiscreteCritics("critics", shape("critics"), random),
    targetCritics: declareDiscreteCritics("targetCritics", shape("targetCritics"), sameStart),
    parameters: ownParameters(random),
  };
}

/** Q(s, a) of numbered actions [rows, 1], the smallest of the critics' values. */
function valueOfActions({ critics, actionCount }: QModel): ValueOfActions {
  const value = (observations: Tensor, actions: Tensor) =>
    minimumOverCritics(valuesWhere(isAction(actions, actionCount), valuesOfAll(critics, observations)));
  return { parameters: critics.parameters, value };
}

/**
 * The agent of the family whose critics learn from the given losses: in an update the critics step first, then the
 * targets follow them by Polyak averaging.
 */
export function qLearning<S extends DqnSettings>(criticLosses: (model: QModel<S>) => Losses) {
  return (context: AgentContext<S>): AgentParts => {
    const { explorationEpsilon, polyakTau } = context.settings;
    const update = new Update(adamSettings(context.settings));
    const model = declareQModel(context);
    update.learn(criticLosses(model));
    update.follow(model.targetCritics.parameters, model.critics.parameters, polyakTau);
    return {
      policy: greedyPolicy(model.critics, model.actionCount, explorationEpsilon, model.legalIn),
      update,
      critics: valueOfActions(model),
    };
  };
}
