/**
 * The multilayer perceptron: dense layers with ReLU between them and a linear last layer. Its arrays are named
 * "<prefix>/layer<i>/kernel" [in, out] and "<prefix>/layer<i>/bias" [out].
 */
import type { RandomStream } from "../random.js";
import { add, matmul, relu } from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import { orthogonal } from "./initialisation.js";
import { member, type ParameterDefinition, type Parameters } from "./parameters.js";

const HIDDEN_GAIN = Math.SQRT2;
const LAST_GAIN = 1e-2;

/** The arrays of a perceptron with the given sizes, input first, output last. */
export function mlpParameters(prefix: string, sizes: readonly number[], random: RandomStream): ParameterDefinition[] {
  const layers = sizes.length - 1;
  return sizes.slice(1).flatMap((output, i) => {
    const gain = i === layers - 1 ? LAST_GAIN : HIDDEN_GAIN;
    const kernel = orthogonal(sizes[i]!, output, gain, random);
    return [
      { name: `${prefix}/layer${i}/kernel`, shape: [sizes[i]!, output], initial: kernel },
      { name: `${prefix}/layer${i}/bias`, shape: [output], initial: new Float32Array(output) },
    ];
  });
}

/** The output [rows, out] of a perceptron with `layers` layers for inputs [rows, in]. */
export function mlp(parameters: Pick<Parameters, "members">, prefix: string, layers: number, inputs: Tensor): Tensor {
  let x = inputs;
  for (let i = 0; i < layers; i++) {
    const layer = `${prefix}/layer${i}`;
    x = scope(layer, () => {
      const linear = add(matmul(x, member(parameters, `${layer}/kernel`)), member(parameters, `${layer}/bias`));
      return i < layers - 1 ? relu(linear) : linear;
    });
  }
  return x;
}
