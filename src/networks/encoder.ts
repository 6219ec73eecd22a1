/**
 * Encoders: from observations with pictures to the short rows that perceptrons take. A stack of convolutions looks at each
 * picture; what it finds and the other numbers of the observation pass a trunk together. Observations are flat rows, in
 * which every picture [height, width, channels] has its columns, scaled to [0, 1]. Without pictures the rows are what
 * networks take, as they are.
 */
import type { RandomStream } from "../random.js";
import { add, concat, matmul, mul, reshape, slice, standardise, stopGradient, tanh } from "../tensor/operations.js";
import { scope, sizeOf, type Tensor } from "../tensor/tensor.js";
import { type ConvolutionStack, type EncoderName, stacks } from "./convolution-stacks.js";
import { orthogonal } from "./initialisation.js";
import { member, type ParameterDefinition, type Parameters } from "./parameters.js";

type Members = Parameters["members"];
const NORM_EPSILON = 1e-6;

/** The columns of a picture in a row of observations: its numbers [height, width, channels], from `start` on. */
export interface Picture {
  readonly start: number;
  readonly shape: readonly [number, number, number];
}

/** What an encoder looks at, and how. */
export interface EncoderShape {
  readonly kind: EncoderName;
  /** Numbers of an observation, pictures and others. */
  readonly observationSize: number;
  readonly pictures: readonly Picture[];
  /** Outputs of the trunk; null: what the convolutions give and the other numbers, side by side. */
  readonly trunk: number | null;
}

/** What stands between observations and the first layer of a network. */
export interface Encoder {
  /** Numbers of a state. */
  readonly size: number;
  /** Whether it looks at pictures: then states cost far more than what follows, and are worth keeping. */
  readonly looks: boolean;
  /** The arrays that are declared with its network, with first values from the stream; none of an encoder that is lent. */
  readonly parameters: (random: RandomStream) => ParameterDefinition[];
  /**
   * States [rows, size] of observations [rows, observation], or [networks, rows, size] where each of several networks has
   * an encoder of its own; the same tensor whenever both are the same.
   */
  readonly states: (observations: Tensor, members: Members) => Tensor;
  /** The network that it belongs to, where that is another one. */
  readonly owner?: () => Parameters;
}

/** Observations are the states. */
export function plainEncoder(size: number): Encoder {
  return { size, looks: false, parameters: () => [], states: (observations) => observations };
}

/** The encoder whose arrays are "<network>/encoder/...". */
export function pictureEncoder(network: string, shape: EncoderShape): Encoder {
  const name = `${network}/encoder`;
  const stretches = stretchesOf(name, shape);
  const width = stretches.reduce((sum, { start, end, eye }) => sum + (eye?.stack.size ?? end - start), 0);
  const { trunk } = shape;
  const states = (observations: Tensor, members: Members) =>
    scope(name, () => {
      const found = stretches.map(({ start, end, eye }) => {
        const rows = columns(observations, start, end);
        return eye ? eye.stack.features(reshape(rows, [rows.shape[0]!, ...eye.shape]), members) : rows;
      });
      const all = concat(found, 1);
      return trunk === null ? all : trunkOf(name, all, members);
    });
  return {
    size: trunk ?? width,
    looks: true,
    parameters: (random) => [
      ...stretches.flatMap(({ eye }) => eye?.stack.parameters(random) ?? []),
      ...(trunk === null ? [] : trunkParameters(name, width, trunk, random)),
    ],
    states: remembered(states, `${name}/picture0/layer0/kernel`),
  };
}

/** What several networks of one shape look with where each has an encoder of its own. */
export function separateEncoders(encoders: readonly Encoder[]): Encoder {
  const { size, looks } = encoders[0]!;
  return {
    ...{ size, looks },
    parameters: (random) => encoders.flatMap((encoder) => encoder.parameters(random)),
    states: (observations, members) => {
      const each = encoders.map((encoder) => encoder.states(observations, members));
      return concat(
        each.map((states) => reshape(states, [1, ...states.shape])),
        0,
      );
    },
  };
}

/** Another network's encoder, whose numbers learn from that network's losses alone: states come as constants. */
export function lentEncoder({ size, looks, states }: Encoder, owner: () => Parameters): Encoder {
  if (!looks) return plainEncoder(size);
  return {
    ...{ size, looks, owner },
    parameters: () => [],
    states: (observations, members) => stopGradient(states(observations, members)),
  };
}

/** tanh(layer norm(linear)), as in DrQ-v2 (Yarats et al. 2021). */
function trunkOf(name: string, rows: Tensor, members: Members): Tensor {
  const array = (which: string) => member({ members }, `${name}/trunk/${which}`);
  return scope(`${name}/trunk`, () => {
    const linear = add(matmul(rows, array("kernel")), array("bias"));
    return tanh(add(mul(standardise(linear, NORM_EPSILON), array("normScale")), array("normBias")));
  });
}

function trunkParameters(name: string, inputs: number, outputs: number, random: RandomStream): ParameterDefinition[] {
  const array = (which: string, initial: Float32Array) => ({
    name: `${name}/trunk/${which}`,
    shape: [outputs],
    initial,
  });
  return [
    { name: `${name}/trunk/kernel`, shape: [inputs, outputs], initial: orthogonal(inputs, outputs, 1, random) },
    array("bias", new Float32Array(outputs)),
    array("normScale", new Float32Array(outputs).fill(1)),
    array("normBias", new Float32Array(outputs)),
  ];
}

/** Columns from `start` to `end - 1`: a picture with the stack that looks at it, or other numbers. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly eye?: Pick<Picture, "shape"> & { readonly stack: ConvolutionStack };
}

/** All columns of an observation in their order. */
function stretchesOf(name: string, { kind, observationSize, pictures }: EncoderShape): readonly Stretch[] {
  let end = 0;
  const stretches = pictures.flatMap(({ start, shape }, i): Stretch[] => {
    const before = { start: end, end: start };
    end = start + sizeOf(shape);
    return [before, { start, end, eye: { shape, stack: stacks[kind](`${name}/picture${i}`, shape) } }];
  });
  return [...stretches, { start: end, end: observationSize }].filter((stretch) => stretch.end > stretch.start);
}

/** Columns of rows: where they were joined from just these, what they were joined from. */
function columns(rows: Tensor, start: number, end: number): Tensor {
  if (rows.operation.kind === "concat" && rows.operation.axis === 1) {
    let from = 0;
    for (const part of rows.inputs) {
      if (from === start && from + part.shape[1]! === end) return part;
      from += part.shape[1]!;
    }
  }
  return slice(rows, 1, start, end);
}

/** One tensor for the same observations and the same numbers of the array `key`: gradients then add up before the stack. */
function remembered(states: Encoder["states"], key: string): Encoder["states"] {
  const known = new WeakMap<Tensor, WeakMap<Tensor, Tensor>>();
  return (observations, members) => {
    const kernel = member({ members }, key);
    const ofKernel = known.get(kernel) ?? new WeakMap<Tensor, Tensor>();
    known.set(kernel, ofKernel);
    const state = ofKernel.get(observations) ?? states(observations, members);
    ofKernel.set(observations, state);
    return state;
  };
}
