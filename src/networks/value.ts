/**
 * A state-value network V(s): a perceptron over the observation with one output.
 */
import type { RandomStream } from "../random.js";
import { reshape } from "../tensor/operations.js";
import type { Tensor } from "../tensor/tensor.js";
import { mlp, mlpParameters } from "./mlp.js";
import { declareParameters, type Parameters } from "./parameters.js";

/** A network V(s). */
export interface ValueNetwork {
  readonly parameters: Parameters;
  /** V(s) [batch] for observations [batch, observation]. */
  readonly values: (observations: Tensor) => Tensor;
}

/** A state value V(s) under a name, with first values from the stream. */
export function valueNetwork(
  name: string,
  { observationSize, hidden }: { readonly observationSize: number; readonly hidden: readonly number[] },
  random: RandomStream,
): ValueNetwork {
  const sizes = [observationSize, ...hidden, 1];
  const parameters = declareParameters(name, mlpParameters(name, sizes, random));
  const values = (observations: Tensor) =>
    reshape(mlp(parameters, name, sizes.length - 1, observations), [observations.shape[0]!]);
  return { parameters, values };
}
