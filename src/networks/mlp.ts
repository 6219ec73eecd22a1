/**
 * The multilayer perceptron: dense layers with ReLU between them and a linear last layer, on request with layer
 * normalisation before each ReLU. Its arrays are named "<prefix>/layer<i>/kernel" [in, out], "<prefix>/layer<i>/bias"
 * [out] and, normalised, "<prefix>/layer<i>/normScale" and "normBias" [out].
 */
import type { RandomStream } from "../random.js";
import { add, matmul, mul, relu, reshape, slice, standardise } from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import { orthogonal } from "./initialisation.js";
import type { ParameterDefinition, Parameters } from "./parameters.js";

const HIDDEN_GAIN = Math.SQRT2;
const LAST_GAIN = 1e-2;
const NORM_EPSILON = 1e-6;

/** What a perceptron may have besides its layers. */
export interface MlpOptions {
  /** Layer normalisation (Ba et al. 2016) of the hidden layers. */
  readonly layerNorm?: boolean;
}

/** The arrays of a perceptron with the given sizes, input first, output last. */
export function mlpParameters(
  prefix: string,
  sizes: readonly number[],
  random: RandomStream,
  { layerNorm = false }: MlpOptions = {},
): ParameterDefinition[] {
  const layers = sizes.length - 1;
  return sizes.slice(1).flatMap((output, i) => {
    const layer = `${prefix}/layer${i}`;
    const last = i === layers - 1;
    const kernel = orthogonal(sizes[i]!, output, last ? LAST_GAIN : HIDDEN_GAIN, random);
    const norm = [
      { name: `${layer}/normScale`, shape: [output], initial: new Float32Array(output).fill(1) },
      { name: `${layer}/normBias`, shape: [output], initial: new Float32Array(output) },
    ];
    return [
      { name: `${layer}/kernel`, shape: [sizes[i]!, output], initial: kernel },
      { name: `${layer}/bias`, shape: [output], initial: new Float32Array(output) },
      ...(layerNorm && !last ? norm : []),
    ];
  });
}

/**
 * The output [rows, out] of a perceptron with `layers` layers for inputs [rows, in]. Arrays that are stacked
 * ([count, in, out], see ensemble.ts) give the outputs of all their networks, [count, rows, out], for inputs that they
 * share or [count, rows, in] of their own.
 */
export function mlp(
  { members }: Pick<Parameters, "members">,
  prefix: string,
  layers: number,
  inputs: Tensor | StateActions,
): Tensor {
  let x = inputs;
  for (let i = 0; i < layers; i++) {
    const layer = `${prefix}/layer${i}`;
    const array = (name: string) => members.get(`${layer}/${name}`);
    x = scope(layer, () => {
      const linear = dense(x, array("kernel")!, array("bias")!);
      if (i === layers - 1) return linear;
      const scale = array("normScale");
      return relu(scale ? add(mul(standardise(linear, NORM_EPSILON), scale), array("normBias")!) : linear);
    });
  }
  return x as Tensor;
}

/** Rows [batch·n, state + action] that were not written out: every state beside each of its n actions. */
export interface StateActions {
  /** [batch, state], or [count, batch, state] where each of the networks has states of its own. */
  readonly states: Tensor;
  /** [batch, n, action] */
  readonly actions: Tensor;
}

/**
 * x·kernel + bias. For states beside their actions the kernel [count, state + action, out] is taken apart: what it makes
 * of a state is computed once and not with each of its actions. The sum is the same.
 */
function dense(x: Tensor | StateActions, kernel: Tensor, bias: Tensor): Tensor {
  if (!("states" in x)) return add(matmul(x, kernel), bias);
  const [batch, n, actionSize] = x.actions.shape as readonly [number, number, number];
  const [count, inputs, outputs] = kernel.shape as readonly [number, number, number];
  const ofStates = add(matmul(x.states, slice(kernel, 1, 0, inputs - actionSize)), bias);
  const actions = reshape(x.actions, [batch * n, actionSize]);
  const ofActions = matmul(actions, slice(kernel, 1, inputs - actionSize, inputs));
  if (n === 1) return add(ofStates, ofActions);
  const beside = add(reshape(ofActions, [count * batch, n, outputs]), reshape(ofStates, [count * batch, 1, outputs]));
  return reshape(beside, [count, batch * n, outputs]);
}
