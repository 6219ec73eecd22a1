/**
 * Values and a policy for discrete actions. A network answers with the values of all actions at once (DQN, Mnih et al.
 * 2015), and acting is looking for the largest: there is no network of the policy's own. An action is one number, its
 * index, wherever actions are rows of numbers.
 */
import type { RandomStream } from "../random.js";
import {
  argMax,
  constant,
  greater,
  less,
  mean,
  slice,
  square,
  sub,
  sum,
  toFloat,
  where,
} from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import type { Encoder } from "./encoder.js";
import { declareEnsemble, type Ensemble, type Networks } from "./ensemble.js";
import type { MlpOptions } from "./mlp.js";
import type { Policy } from "./policy.js";

/** `count` critics Q(s, .) with one output per discrete action. */
export interface DiscreteCriticShape extends MlpOptions {
  readonly observationSize: number;
  /** How many actions there are to choose from. */
  readonly actions: number;
  readonly hidden: readonly number[];
  readonly count: number;
  /** What turns observations into states; absent: they are states. */
  readonly encoder?: Encoder | undefined;
}

/** `count` critics under one state tensor; their `forward` gives [count, rows, actions] for [rows, state]. */
export function declareDiscreteCritics(name: string, shape: DiscreteCriticShape, random: RandomStream): Ensemble {
  const sizes = [shape.encoder?.size ?? shape.observationSize, ...shape.hidden, shape.actions];
  return declareEnsemble(name, { ...shape, sizes }, random);
}

/** Q(s, .) of all actions by every critic [count, rows, actions], for observations [rows, observation]. */
export function valuesOfAll(critics: Networks, observations: Tensor): Tensor {
  return critics.forward(critics.states(observations));
}

/** Where an action is the one of its row: a condition [batch, count] for actions [batch, 1] among `count`. */
export function isAction(actions: Tensor, count: number): Tensor {
  const indices = constant(
    Float32Array.from({ length: count }, (_, i) => i),
    [count],
  );
  return less(square(sub(actions, indices)), 0.25);
}

/** The values [critics, batch] of one action a row: of [critics, batch, actions] those where the condition holds. */
export function valuesWhere(chosen: Tensor, values: Tensor): Tensor {
  return sum(where(chosen, values, 0), [2]);
}

/** Which actions are legal in the states of some observations: from [batch, observation] to a condition [batch, actions]. */
export type LegalActions = (observations: Tensor) => Tensor;

/**
 * Values [..., batch, actions] that leave illegal actions out of every maximum and log-sum-exp: -infinity there.
 * @param legal a condition [batch, actions]; undefined: all are legal
 */
export function amongLegal(values: Tensor, legal: Tensor | undefined): Tensor {
  return legal ? where(legal, values, -Infinity) : values;
}

/**
 * The actions [batch, 1] of the largest value, by the mean of the critics' values [critics, batch, actions]. Their mean
 * is the best estimate that there is; a minimum would prefer what the critics happen to agree about (it has its place
 * where values are backed up, against overestimation).
 * @param legal those to choose from, a condition [batch, actions]; undefined: all
 */
export function greedyActions(values: Tensor, legal?: Tensor): Tensor {
  return toFloat(argMax(amongLegal(mean(values, [0]), legal), 1));
}

/**
 * The epsilon-greedy policy of critics. Of its noise, standard-normal numbers [batch, actions + 2], the last two decide
 * whether it explores: the sum of their squares exceeds -2·log(epsilon) with probability epsilon (Box and Muller 1958),
 * and without noise it never does. The largest of the others then names an action, each legal one equally likely.
 */
export function greedyPolicy(critics: Ensemble, actions: number, epsilon: number, legalIn?: LegalActions): Policy {
  const { parameters } = critics;
  const valuesOf = (observations: Tensor, members = parameters.members) =>
    valuesOfAll(critics.at({ ...parameters, members }), observations);
  return {
    kind: "a greedy",
    parameters,
    noiseSize: actions + 2,
    act: (observations, noise, members) =>
      scope("epsilonGreedy", () => {
        const squares = square(slice(noise, 1, actions, actions + 2));
        const explores = greater(sum(squares, [1], true), -2 * Math.log(epsilon));
        const legal = legalIn?.(observations);
        const random = toFloat(argMax(amongLegal(slice(noise, 1, 0, actions), legal), 1));
        return where(explores, random, greedyActions(valuesOf(observations, members), legal));
      }),
    outputs: (observations, members) => {
      const values = valuesOf(observations, members);
      const legal = legalIn?.(observations);
      return { actions: greedyActions(values, legal), values: amongLegal(mean(values, [0]), legal) };
    },
    documentation: `observations [batch, observation] -> actions [batch, 1]: the index of the largest of the values [batch, actions]${legalIn ? "; an illegal action's (observations/legal is 0) is -infinity" : ""}`,
  };
}
