/**
 * What the agents outside the SAC family share about their critics: an ensemble with slow targets, the Bellman backup
 * of any next value, and the regression of every critic on it.
 */
import { actionValues, declareCritics, minimumOverCritics, valuesOfActions } from "../networks/critic.js";
import type { Encoder } from "../networks/encoder.js";
import type { Ensemble, Networks } from "../networks/ensemble.js";
import { RandomStream } from "../random.js";
import { add, concat, mean, mul, reshape, square, stopGradient, sub, sum } from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import type { AgentContext, ValueOfActions } from "./context.js";
import { encoderBeside, encoderOfCritics } from "./encoders.js";
import { type Losses, numbered } from "./losses.js";
import type { ActorCriticSettings } from "./settings.js";

type CriticContext = AgentContext<Omit<ActorCriticSettings, "logStdRange">>;

/** Critics, and the targets that follow them by Polyak averaging. */
export interface CriticPair {
  readonly critics: Ensemble;
  readonly targetCritics: Ensemble;
}

/** Critics with first values from the context's stream; targets start as their critics. */
export function declareCriticPair({ settings, sizes, random }: CriticContext): CriticPair {
  const { criticHidden: hidden, criticCount: count, criticLayerNorm: layerNorm } = settings;
  const shape = (name: string) => ({
    ...sizes,
    hidden,
    count,
    layerNorm,
    encoder: encoderOfCritics(name, { settings, sizes }),
  });
  const sameStart = twinOf(random);
  return {
    critics: declareCritics("critics", shape("critics"), random),
    targetCritics: declareCritics("targetCritics", shape("targetCritics"), sameStart),
  };
}

/**
 * A policy, declared with its encoder before the critics, and the critics: in this order their first values are drawn.
 * @param declare the policy, and whatever else comes before the critics
 */
export function declareWithCritics<Declared>(
  context: CriticContext,
  declare: (encoder: Encoder, pair: () => CriticPair) => Declared,
): Declared & CriticPair {
  let pair: CriticPair | undefined;
  const declared = declare(
    encoderBeside("actor", context, () => pair!.critics),
    () => pair!,
  );
  pair = declareCriticPair(context);
  return { ...declared, ...pair };
}

/** A stream that yields the same numbers: for a target network that starts as a copy of the original. */
export function twinOf(random: RandomStream): RandomStream {
  const twin = new RandomStream(0);
  twin.restore(random.state());
  return twin;
}

/** Q(s, a) by every critic [critics, batch] for observations [batch, observation] and actions [batch, action]. */
export function qValues(critics: Networks, observations: Tensor, actions: Tensor): Tensor {
  const states = critics.states(observations);
  if (!critics.encoder.looks) return actionValues(critics, concat([states, actions], 1));
  return valuesOfActions(critics, states, reshape(actions, [actions.shape[0]!, 1, actions.shape[1]!]));
}

/** What an ensemble over [observation | action] says of actions: its smallest value. */
export function smallestValue(critics: Ensemble): ValueOfActions {
  const value = (observations: Tensor, actions: Tensor) => minimumOverCritics(qValues(critics, observations, actions));
  return { parameters: critics.parameters, value };
}

/** y = r + (1 - terminated)·gamma·V(s') for a value of the next states [batch], as a constant [batch]. */
export function backup({ batch, settings }: Pick<AgentContext, "batch" | "settings">, nextValue: Tensor): Tensor {
  const continues = mul(sub(1, batch.terminated), settings.discount);
  return stopGradient(add(batch.rewards, mul(continues, nextValue)));
}

/**
 * The critics' losses mean((Q(s, a) - y)^2), learned and reported together.
 * @param target y [batch]
 * @param together how the critics' losses [critics] become one: their sum in TD3 and AWAC, their mean in IQL
 */
export function criticRegression(
  { batch, settings }: CriticContext,
  critics: Ensemble,
  target: Tensor,
  together: (losses: Tensor) => Tensor = sum,
): Losses {
  return scope("criticLosses", () => {
    const values = qValues(critics, batch.observations, batch.actions);
    const losses = mean(square(sub(values, target)), [1]);
    const loss = together(losses);
    return {
      objectives: [{ parameters: critics.parameters, loss, learningRate: settings.criticLearningRate }],
      metrics: {
        ...numbered("critic#Loss", losses),
        ...numbered("q#Mean", mean(values, [1])),
        criticLoss: loss,
        dataQMean: mean(values),
      },
    };
  });
}
