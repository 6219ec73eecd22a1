/**
 * The stacks of convolutions that encoders look at pictures with, by the names of the setting `encoder`. All kernels are
 * 3 x 3 with a padding of 1; a stack's arrays are "<prefix>/layer<i>/kernel" [outputs, inputs, 3, 3] and "bias" [outputs],
 * and "<prefix>/embedding" [maps, places, weights] where maps are weighted place by place.
 */
import type { RandomStream } from "../random.js";
import { add, constant, conv2d, matmul, maxPool, relu, reshape, softmax, transpose } from "../tensor/operations.js";
import { type Shape, scope, sizeOf, type Tensor } from "../tensor/tensor.js";
import { orthogonal } from "./initialisation.js";
import { member, type ParameterDefinition, type Parameters } from "./parameters.js";

type Members = Parameters["members"];
const WINDOW = 3;
const LEAST_PLACES = 4;
/** Weights of a map in an embedding. */
const EMBEDDED = 8;

/** A stack for pictures of one size. */
export interface ConvolutionStack {
  /** Numbers that it finds in a picture. */
  readonly size: number;
  readonly parameters: (random: RandomStream) => ParameterDefinition[];
  /** [rows, size] for pictures [rows, height, width, channels]. */
  readonly features: (pictures: Tensor, members: Members) => Tensor;
}

/** Maps, places on each, weights of each. */
type EmbeddingShape = readonly [number, number, number];
/** Height, width and channels. */
type PictureShape = readonly [number, number, number];
/** The steps of a stack: from maps [rows, channels, height, width] to what it finds [rows, size]. */
type Steps = (x: Tensor, layer: Layer, embedded: Embedded) => Tensor;
/** The next convolution of a stack, with so many outputs. */
type Layer = (x: Tensor, outputs: number, stride?: number) => Tensor;
/** The learned spatial embedding of maps. */
type Embedded = (maps: Tensor) => Tensor;

/**
 * - small: 16, 32 and 32 maps, each half as wide as the last, then where on each map its largest values lie
 * - small-embedded: the same maps, each weighted place by place and summed, in 8 ways that are learned
 * - cog: 16, 16 and 16 maps, halved after the first two by max pooling, as in COG (Singh et al. 2020)
 * - impala-small: three stacks with 16, 32 and 32 maps and a residual block each, as in IMPALA (Espeholt et al. 2018)
 */
export const stacks = {
  small: stackOf((x, layer) => located(smallMaps(x, layer))),
  "small-embedded": stackOf((x, layer, embedded) => embedded(relu(smallMaps(x, layer)))),
  cog: stackOf((x, layer) => {
    const pooled = (maps: Tensor) => maxPool(maps, { size: 2, stride: 2, padding: 0 });
    return flat(relu(layer(pooled(relu(layer(pooled(relu(layer(x, 16))), 16))), 16)));
  }),
  "impala-small": stackOf((x, layer) =>
    flat(relu([16, 32, 32].reduce((maps, channels) => residualStack(maps, channels, layer), x))),
  ),
} as const;

/** The stacks that there are. */
export type EncoderName = keyof typeof stacks;

/** 16, 32 and 32 maps, each half as wide as the last. */
function smallMaps(x: Tensor, layer: Layer): Tensor {
  return layer(relu(layer(relu(layer(x, 16, 2)), 32, 2)), 32, 2);
}

/** Convolution, max pooling to half the size, and one residual block. */
function residualStack(x: Tensor, channels: number, layer: Layer): Tensor {
  const pooled = maxPool(layer(x, channels), { size: 3, stride: 2, padding: 1 });
  return add(pooled, layer(relu(layer(relu(pooled), channels)), channels));
}

/** Where values lie, on maps that have places enough for that; of smaller ones (pictures below 25 pixels) all numbers. */
function located(maps: Tensor): Tensor {
  const [height, width] = maps.shape.slice(2) as [number, number];
  return Math.min(height, width) < LEAST_PLACES ? flat(relu(maps)) : spatialSoftmax(maps);
}

/** [rows, channels·height·width] of maps. */
function flat(maps: Tensor): Tensor {
  return reshape(maps, [maps.shape[0]!, sizeOf(maps.shape.slice(1))]);
}

/**
 * Where on each map its large values lie (Levine et al. 2016, section 5.2): the mean place under the softmax of the map,
 * as coordinates in [-1, 1], [rows, 2·channels]: vertical, horizontal.
 */
export function spatialSoftmax(maps: Tensor): Tensor {
  const [rows, channels, height, width] = maps.shape as readonly [number, number, number, number];
  const along = (place: number, length: number) => (length === 1 ? 0 : (2 * place) / (length - 1) - 1);
  const places = Float32Array.from({ length: height * width * 2 }, (_, i) => {
    const place = Math.floor(i / 2);
    return i % 2 === 0 ? along(Math.floor(place / width), height) : along(place % width, width);
  });
  return scope("spatialSoftmax", () => {
    const shares = softmax(reshape(maps, [rows, channels, height * width]), 2);
    return reshape(matmul(shares, constant(places, [height * width, 2])), [rows, 2 * channels]);
  });
}

/**
 * A learned spatial embedding, as in PTR (Kumar et al. 2022): each map is multiplied with some weights
 * for every place and summed, [rows, channels·weights] for weights [channels, height·width, weights].
 */
function spatialEmbedding(maps: Tensor, weights: Tensor): Tensor {
  const [rows, channels, height, width] = maps.shape as readonly [number, number, number, number];
  return scope("spatialEmbedding", () => {
    const byMap = transpose(reshape(maps, [rows, channels, height * width]), [1, 0, 2]);
    return reshape(transpose(matmul(byMap, weights), [1, 0, 2]), [rows, channels * weights.shape[2]!]);
  });
}

/** The stack that takes these steps, for pictures of any size; the steps are taken once to learn the arrays' shapes. */
function stackOf(steps: Steps): (prefix: string, shape: PictureShape) => ConvolutionStack {
  return (prefix, [height, width, channels]) => {
    const arrays: ((random: RandomStream) => readonly ParameterDefinition[])[] = [];
    const probe = constant(new Float32Array(channels * height * width), [1, channels, height, width]);
    const result = steps(
      probe,
      (x, outputs, stride = 1) => {
        const inputs = x.shape[1]!;
        const name = `${prefix}/layer${arrays.length}`;
        arrays.push((random) => layerParameters(name, [inputs, outputs], random));
        return conv2d(x, blank([outputs, inputs, WINDOW, WINDOW]), { stride, padding: 1 });
      },
      (maps) => {
        const shape = embeddingShape(maps);
        arrays.push((random) => [embeddingParameters(`${prefix}/embedding`, shape, random)]);
        return spatialEmbedding(maps, blank(shape));
      },
    );
    return {
      size: result.shape[1]!,
      parameters: (random) => arrays.flatMap((declare) => declare(random)),
      features: (pictures, members) => {
        let next = 0;
        const layer: Layer = (x, _, stride = 1) => {
          const name = `${prefix}/layer${next++}`;
          const array = (which: string) => member({ members }, `${name}/${which}`);
          return scope(name, () => conv2d(x, array("kernel"), { stride, padding: 1 }, array("bias")));
        };
        const embedded: Embedded = (maps) => spatialEmbedding(maps, member({ members }, `${prefix}/embedding`));
        return steps(transpose(pictures, [0, 3, 1, 2]), layer, embedded);
      },
    };
  };
}

/** An array that has a shape and no numbers yet. */
function blank(shape: Shape): Tensor {
  return constant(new Float32Array(sizeOf(shape)), shape);
}

function embeddingShape({ shape: [, channels, height, width] }: Tensor): EmbeddingShape {
  return [channels!, height! * width!, EMBEDDED];
}

function embeddingParameters(name: string, shape: EmbeddingShape, random: RandomStream): ParameterDefinition {
  const [channels, places, weights] = shape;
  const initial = new Float32Array(sizeOf(shape));
  for (let map = 0; map < channels; map++) initial.set(orthogonal(places, weights, 1, random), map * places * weights);
  return { name, shape, initial };
}

function layerParameters(name: string, [inputs, outputs]: [number, number], random: RandomStream) {
  const window = inputs * WINDOW ** 2;
  // A kernel is a matrix from the numbers under its window to its outputs.
  const columns = orthogonal(outputs, window, Math.SQRT2, random);
  return [
    { name: `${name}/kernel`, shape: [outputs, inputs, WINDOW, WINDOW], initial: columns },
    { name: `${name}/bias`, shape: [outputs], initial: new Float32Array(outputs) },
  ];
}
