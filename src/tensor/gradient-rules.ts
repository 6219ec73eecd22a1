/**
 * The chain rule, one line of mathematics per operation: given a tensor and the gradient of a loss with respect to it,
 * what is the gradient with respect to each of its inputs? Rules are exhaustive over the operations by type. A rule
 * answers undefined where no gradient passes. How rules are chained is gradients.ts.
 */
import {
  add,
  concat,
  constant,
  conv2d,
  conv2dToInput,
  conv2dToKernel,
  cos,
  div,
  expand,
  gather,
  greater,
  inverseDeviation,
  isPositive,
  less,
  matmul,
  maxPoolIndices,
  mean,
  mul,
  neg,
  reshape,
  scatter,
  sigmoid,
  slice,
  softmax,
  standardise,
  sub,
  sum,
  transpose,
  where,
} from "./operations.js";
import { type OperationKind, type OperationOf, type Shape, sizeOf, type Tensor } from "./tensor.js";

type Gradient = Tensor | undefined;
type Rule<K extends OperationKind> = (
  gradient: Tensor,
  inputs: readonly [Tensor, Tensor, Tensor],
  output: Tensor,
  operation: OperationOf<K>,
) => readonly Gradient[];

const nothing = (): readonly Gradient[] => [];

/** Sums a gradient over the dimensions that broadcasting had stretched. */
function sumTo(gradient: Tensor, shape: Shape): Tensor {
  const leading = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((size, i) =>
    i < leading || (shape[i - leading] === 1 && size !== 1) ? [i] : [],
  );
  const sumsRows = gradient.shape.length >= 2 && axes.length === 1 && axes[0] === gradient.shape.length - 2;
  return reshape(sumsRows ? columnSums(gradient) : sum(gradient, axes, true), shape);
}

/** Sums of columns as a product with a row of ones: a bias' gradient in two thirds of the time of a reduction. */
function columnSums(x: Tensor): Tensor {
  const rows = x.shape.at(-2)!;
  return matmul(constant(new Float32Array(rows).fill(1), [1, rows]), x);
}

export const gradientRules: { readonly [K in OperationKind]: Rule<K> } = {
  input: nothing,
  state: nothing,
  constant: nothing,
  stopGradient: nothing,
  sign: nothing,
  isPositive: nothing,
  greater: nothing,
  less: nothing,
  argMax: nothing,
  toFloat: nothing,
  toIndices: nothing,
  maxPoolIndices: nothing,

  add: (g, [a, b]) => [sumTo(g, a.shape), sumTo(g, b.shape)],
  sub: (g, [a, b]) => [sumTo(g, a.shape), sumTo(neg(g), b.shape)],
  mul: (g, [a, b]) => [sumTo(mul(g, b), a.shape), sumTo(mul(g, a), b.shape)],
  div: (g, [a, b], y) => [sumTo(div(g, b), a.shape), sumTo(neg(div(mul(g, y), b)), b.shape)],
  maximum: (g, [a, b]) => chosen(g, a, b, greater(a, b)),
  minimum: (g, [a, b]) => chosen(g, a, b, less(a, b)),
  where: (g, [condition, a, b]) => [undefined, ...chosen(g, a, b, condition)],

  neg: (g) => [neg(g)],
  exp: (g, _, y) => [mul(g, y)],
  log: (g, [x]) => [div(g, x)],
  sqrt: (g, _, y) => [div(mul(g, 0.5), y)],
  // The sine is a cosine a quarter turn later.
  cos: (g, [x]) => [neg(mul(g, cos(sub(x, Math.PI / 2))))],
  tanh: (g, _, y) => [mul(g, sub(1, mul(y, y)))],
  sigmoid: (g, _, y) => [mul(g, mul(y, sub(1, y)))],
  softplus: (g, [x]) => [mul(g, sigmoid(x))],
  // From the output, so that the value before the rectification need not be kept; as a product, because a comparison
  // with `where` takes 2.5 times as long (measured on 1,023 x 256).
  relu: (g, _, y) => [mul(g, isPositive(y))],
  clip: (g, [x], _, { low, high }) => [where(greater(x, high), 0, where(less(x, low), 0, g))],

  // An operand of rank 2 that took part in a batch of products gets the sum of their gradients.
  matmul: (g, [a, b], _, { transposeA, transposeB }) => [
    sumTo(transposeA ? matmul(b, g, transposeB, true) : matmul(g, b, false, !transposeB), a.shape),
    sumTo(transposeB ? matmul(g, a, true, transposeA) : matmul(a, g, !transposeA, false), b.shape),
  ],
  reshape: (g, [x]) => [reshape(g, x.shape)],
  expand: (g, [x]) => [sumTo(g, x.shape)],
  sum: (g, [x], _, { axes }) => {
    const kept = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
    return [expand(reshape(g, kept), x.shape)];
  },
  concat: (g, _, output, { axis }) => {
    const ends = output.inputs.map((_, i) => output.inputs.slice(0, i + 1).reduce((n, x) => n + x.shape[axis]!, 0));
    return output.inputs.map((_, i) => slice(g, axis, ends[i - 1] ?? 0, ends[i]!));
  },
  slice: (g, [x], _, { axis, start, end }) => {
    const zeros = (size: number) =>
      size > 0
        ? [
            expand(
              constant(0),
              x.shape.map((n, i) => (i === axis ? size : n)),
            ),
          ]
        : [];
    return [concat([...zeros(start), g, ...zeros(x.shape[axis]! - end)], axis)];
  },
  logSumExp: (g, [x], _, { axis }) => [mul(reshape(g, keptShape(x, axis)), softmax(x, axis))],
  // The mean and the deviation move with every number of a row.
  standardise: (g, [x], y, { epsilon }) => {
    const alongRow = mul(y, mean(mul(g, y), [-1], true));
    return [mul(sub(sub(g, mean(g, [-1], true)), alongRow), inverseDeviation(x, epsilon))];
  },
  inverseDeviation: (g, [x], y, { epsilon }) => {
    return [mul(mul(mul(g, mul(y, y)), -1 / x.shape.at(-1)!), standardise(x, epsilon))];
  },
  softmax: (g, _, y, { axis }) => [mul(y, sub(g, sum(mul(g, y), [axis], true)))],
  gather: (g, [x, indices], _, { axis }) => [scatter(g, indices, axis, x.shape)],
  scatter: (g, [, indices], _, { axis }) => [gather(g, indices, axis)],
  transpose: (g, _, __, { permutation }) => [
    transpose(
      g,
      permutation.map((_, i) => permutation.indexOf(i)),
    ),
  ],

  // A convolution is linear in the picture and in the kernel, and so are both of its gradients in what they are made of:
  // the gradients of the three are one another.
  // (A bias' gradient is two reductions: along the maps and then over the batch, each of which runs over memory in order.)
  conv2d: (g, [x, kernel, bias], _, how) => [
    conv2dToInput(g, kernel, x.shape, how),
    conv2dToKernel(x, g, kernel.shape, how),
    bias && sum(sum(g, [2, 3]), [0]),
  ],
  conv2dToInput: (g, [y, kernel], _, how) => [conv2d(g, kernel, how), conv2dToKernel(g, y, kernel.shape, how)],
  conv2dToKernel: (g, [x, y], _, how) => [conv2dToInput(y, g, x.shape, how), conv2d(x, g, how)],
  maxPool: (g, [x], _, how) => {
    const flat = (tensor: Tensor) => reshape(tensor, [sizeOf(tensor.shape)]);
    return [reshape(scatter(flat(g), flat(maxPoolIndices(x, how)), 0, [sizeOf(x.shape)]), x.shape)];
  },
};

function chosen(g: Tensor, a: Tensor, b: Tensor, takesA: Tensor): readonly Gradient[] {
  return [sumTo(where(takesA, g, 0), a.shape), sumTo(where(takesA, 0, g), b.shape)];
}

function keptShape(x: Tensor, axis: number): Shape {
  return x.shape.map((size, i) => (i === axis ? 1 : size));
}

/** Whether an operation's value is a constant in the eyes of every loss. */
export function blocksGradients(kind: OperationKind): boolean {
  return gradientRules[kind] === nothing;
}

/** Adds two contributions to one gradient. */
export function accumulate(soFar: Gradient, contribution: Tensor): Tensor {
  return soFar ? add(soFar, contribution) : contribution;
}

export function zerosLike(tensor: Tensor): Tensor {
  return sizeOf(tensor.shape) === 1 ? constant(0, tensor.shape) : expand(constant(0), tensor.shape);
}
