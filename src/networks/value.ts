/**
 * A state-value network V(s): a perceptron over the observation with one output.
 */
import type { RandomStream } from "../random.js";
import { reshape } from "../tensor/operations.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Encoder, plainEncoder } from "./encoder.js";
import { mlp, mlpParameters } from "./mlp.js";
import { allMembers, declareParameters, type Parameters } from "./parameters.js";
import { readWith } from "./policy.js";

/** The sizes of a network V(s). */
export interface ValueShape {
  readonly observationSize: number;
  readonly hidden: readonly number[];
  /** What turns observations into states; absent: they are states. */
  readonly encoder?: Encoder | undefined;
}

/** A network V(s). */
export interface ValueNetwork {
  readonly parameters: Parameters;
  /** V(s) [batch] for observations [batch, observation]. */
  readonly values: (observations: Tensor) => Tensor;
}

/** A state value V(s) under a name, with first values from the stream. */
export function valueNetwork(name: string, shape: ValueShape, random: RandomStream): ValueNetwork {
  const encoder = shape.encoder ?? plainEncoder(shape.observationSize);
  const sizes = [encoder.size, ...shape.hidden, 1];
  const parameters = declareParameters(name, [...mlpParameters(name, sizes, random), ...encoder.parameters(random)]);
  const reads = readWith(parameters, encoder);
  const values = (observations: Tensor) => {
    const states = encoder.states(observations, allMembers(reads()));
    return reshape(mlp(parameters, name, sizes.length - 1, states), [observations.shape[0]!]);
  };
  return { parameters, values };
}
