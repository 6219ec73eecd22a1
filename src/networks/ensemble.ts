/**
 * Several perceptrons of one shape, computed at once. The arrays of all of them are stacked (kernels [count, in, out]),
 * so that a layer of the ensemble is one batch of products: each core works on a network of its own and keeps its
 * numbers in its cache, which on two cores makes the layers of two critics 20-30 % faster than one after the other.
 */
import type { RandomStream } from "../random.js";
import { matmul, reshape, slice } from "../tensor/operations.js";
import { type Shape, sizeOf, type Tensor } from "../tensor/tensor.js";
import { type Encoder, plainEncoder } from "./encoder.js";
import { type MlpOptions, mlp, mlpParameters, type StateActions } from "./mlp.js";
import { declareParameters, type ParameterDefinition, type Parameters } from "./parameters.js";

/** Perceptrons of one shape that are evaluated together; their parameters have a first dimension [count]. */
export interface Ensemble {
  readonly parameters: Parameters;
  readonly count: number;
  /** The outputs [count, rows, out] for inputs [rows, in]. */
  readonly forward: (rows: Tensor) => Tensor;
  /** The same for states beside their actions, one row a pair; what a layer makes of a state is computed once. */
  readonly forwardPairs: (pairs: StateActions) => Tensor;
  readonly encoder: Encoder;
  /**
   * The states that its networks see in observations [rows, observation]: [rows, state], the same for all of them, or
   * [count, rows, state].
   */
  readonly states: (observations: Tensor) => Tensor;
  /** The same networks with other numbers: after a step, say. */
  readonly at: (parameters: Parameters) => Ensemble;
  /** The first few of the networks. */
  readonly first: (count: number) => Networks;
  /** Some of the networks, chosen by rows of `selection` [chosen, count] with a single 1 each. */
  readonly select: (selection: Tensor) => Networks;
}

/** Networks of an ensemble that are asked for their outputs. */
export type Networks = Pick<Ensemble, "count" | "forward" | "forwardPairs" | "encoder" | "states">;

/** The shape that all networks of an ensemble share, and their number. */
export interface EnsembleShape extends MlpOptions {
  /** Sizes of the layers, input first, output last. */
  readonly sizes: readonly number[];
  readonly count: number;
  /** What turns observations into states; absent: they are states. */
  readonly encoder?: Encoder | undefined;
}

/** `count` perceptrons with first values of their own; with a stream in the same state two ensembles start alike. */
export function declareEnsemble(name: string, shape: EnsembleShape, random: RandomStream): Ensemble {
  const networks = Array.from({ length: shape.count }, () => mlpParameters(name, shape.sizes, random, shape));
  const looking = shape.encoder?.parameters(random) ?? [];
  return ensembleOf(name, shape, declareParameters(name, [...stacked(networks), ...looking]));
}

function ensembleOf(name: string, shape: EnsembleShape, parameters: Parameters): Ensemble {
  const layers = shape.sizes.length - 1;
  const encoder = shape.encoder ?? plainEncoder(shape.sizes[0]!);
  const states = (observations: Tensor) => encoder.states(observations, parameters.members);
  const some = (count: number, pick: (x: Tensor) => Tensor) => {
    const own = [...parameters.members].filter(([key]) => key.startsWith(`${name}/layer`));
    const members = new Map(own.map(([key, x]) => [key, pick(x)] as const));
    const forward = (rows: Tensor | StateActions) => mlp({ members }, name, layers, rows);
    const seen = (observations: Tensor) => {
      const all = states(observations);
      return all.shape.length === 3 ? pick(all) : all;
    };
    return { count, encoder, states: seen, forward, forwardPairs: forward };
  };
  return {
    parameters,
    count: shape.count,
    encoder,
    states,
    forward: (rows) => mlp(parameters, name, layers, rows),
    forwardPairs: (pairs) => mlp(parameters, name, layers, pairs),
    at: (other) => ensembleOf(name, shape, other),
    first: (count) => some(count, (x) => slice(x, 0, 0, count)),
    select: (selection) => some(selection.shape[0]!, (x) => selected(x, selection)),
  };
}

/** The arrays of equal networks stacked: [in, out] becomes [count, in, out], [out] becomes [count, 1, out]. */
export function stacked(networks: readonly (readonly ParameterDefinition[])[]): ParameterDefinition[] {
  return networks[0]!.map(({ name, shape, initial }, i) => {
    const all = new Float32Array(networks.length * initial.length);
    networks.forEach((network, which) => {
      all.set(network[i]!.initial, which * initial.length);
    });
    return { name, shape: [networks.length, ...matrixShape(shape)], initial: all };
  });
}

function matrixShape(shape: Shape): Shape {
  return [...Array<number>(2 - shape.length).fill(1), ...shape];
}

/** A product with a row of one 1 and zeros picks an array exactly. */
function selected(x: Tensor, selection: Tensor): Tensor {
  const [count, ...rest] = x.shape as readonly [number, ...number[]];
  return reshape(matmul(selection, reshape(x, [count, sizeOf(rest)])), [selection.shape[0]!, ...rest]);
}
