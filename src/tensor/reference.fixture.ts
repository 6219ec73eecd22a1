/**
 * For tests: what every operation means, in plain JavaScript and double precision, written without a look at the ONNX
 * rules. It evaluates an expression for given inputs and differentiates it by central differences.
 */
import type { Values } from "./evaluate.fixture.js";
import {
  type ConvolutionGeometry,
  type OperationKind,
  type OperationOf,
  type PoolingGeometry,
  type Shape,
  sizeOf,
  type Tensor,
  topologicalOrder,
} from "./tensor.js";

interface Arrayed {
  readonly shape: Shape;
  readonly data: readonly number[];
}
type Meaning<K extends OperationKind> = (inputs: readonly Arrayed[], operation: OperationOf<K>, out: Shape) => number[];

function stridesOf(shape: Shape): number[] {
  return shape.map((_, i) => sizeOf(shape.slice(i + 1)));
}

/** Every index of a shape in row-major order. */
function indicesOf(shape: Shape): number[][] {
  const strides = stridesOf(shape);
  return Array.from({ length: sizeOf(shape) }, (_, flat) => shape.map((n, i) => Math.floor(flat / strides[i]!) % n));
}

function at({ shape, data }: Arrayed, index: readonly number[]): number {
  const strides = stridesOf(shape);
  return data[index.reduce((offset, position, i) => offset + position * strides[i]!, 0)]!;
}

/** The value that stands at an index of the shape to which this array broadcasts. */
function stretchedAt(array: Arrayed, index: readonly number[]): number {
  const own = index.slice(index.length - array.shape.length);
  return at(
    array,
    own.map((position, i) => (array.shape[i] === 1 ? 0 : position)),
  );
}

function each(formula: (...values: number[]) => number) {
  return (inputs: readonly Arrayed[], _: unknown, out: Shape): number[] =>
    indicesOf(out).map((index) => formula(...inputs.map((x) => stretchedAt(x, index))));
}

/** The values along an axis through an index. */
function fibre(x: Arrayed, index: readonly number[], axis: number): number[] {
  return Array.from({ length: x.shape[axis]! }, (_, position) => at(x, index.with(axis, position)));
}

function logOfSum(values: readonly number[]): number {
  const largest = Math.max(...values);
  return largest + Math.log(values.reduce((total, x) => total + Math.exp(x - largest), 0));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((total, x) => total + x, 0) / values.length;
}

function varianceOf(values: readonly number[]): number {
  return meanOf(values.map((x) => (x - meanOf(values)) ** 2));
}

/** The products that a convolution adds up: where the result stands, where the picture's number, where the kernel's. */
function* terms(
  x: Shape,
  kernel: Shape,
  y: Shape,
  { stride, padding }: ConvolutionGeometry,
): Generator<[number, number, number]> {
  const [inX, inKernel, inY] = [stridesOf(x), stridesOf(kernel), stridesOf(y)];
  const flat = (strides: readonly number[], ...index: number[]) =>
    index.reduce((offset, position, i) => offset + position * strides[i]!, 0);
  for (const [b, o, i, j] of indicesOf(y) as [number, number, number, number][])
    for (const [c, u, v] of indicesOf(kernel.slice(1)) as [number, number, number][]) {
      const [row, column] = [stride * i + u - padding, stride * j + v - padding];
      if (row < 0 || row >= x[2]! || column < 0 || column >= x[3]!) continue;
      yield [flat(inY, b, o, i, j), flat(inX, b, c, row, column), flat(inKernel, o, c, u, v)];
    }
}

/** The flat index of the largest number in a window. */
function largestIn(x: Arrayed, index: readonly number[], { size, stride, padding }: PoolingGeometry): number {
  const [b, c, i, j] = index as [number, number, number, number];
  const strides = stridesOf(x.shape);
  let best = -1;
  for (let row = stride * i - padding; row < stride * i - padding + size; row++)
    for (let column = stride * j - padding; column < stride * j - padding + size; column++) {
      if (row < 0 || row >= x.shape[2]! || column < 0 || column >= x.shape[3]!) continue;
      const flat = b * strides[0]! + c * strides[1]! + row * strides[2]! + column;
      if (best < 0 || x.data[flat]! > x.data[best]!) best = flat;
    }
  return best;
}

const unbound = (): never => {
  throw new Error("Inputs are bound by the evaluator.");
};

const meanings: { readonly [K in OperationKind]: Meaning<K> } = {
  input: unbound,
  state: unbound,
  constant: (_, { values }) => Array.from(values),
  stopGradient: ([x]) => [...x!.data],
  neg: each((x) => -x),
  exp: each(Math.exp),
  log: each(Math.log),
  sqrt: each(Math.sqrt),
  tanh: each(Math.tanh),
  cos: each(Math.cos),
  sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  softplus: each((x) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0)),
  relu: each((x) => Math.max(x, 0)),
  sign: each(Math.sign),
  isPositive: each((x) => (x > 0 ? 1 : 0)),
  add: each((a, b) => a + b),
  sub: each((a, b) => a - b),
  mul: each((a, b) => a * b),
  div: each((a, b) => a / b),
  maximum: each((a, b) => Math.max(a, b)),
  minimum: each((a, b) => Math.min(a, b)),
  greater: each((a, b) => (a > b ? 1 : 0)),
  less: each((a, b) => (a < b ? 1 : 0)),
  where: each((condition, a, b) => (condition ? a : b)),
  clip: ([x], { low, high }) => x!.data.map((value) => Math.min(Math.max(value, low), high)),
  matmul: ([a, b], { transposeA, transposeB }, out) => {
    const inner = a!.shape.at(transposeA ? -2 : -1)!;
    const entry = (x: Arrayed, batch: readonly number[], i: number, j: number) =>
      at(x, [...batch.slice(0, x.shape.length - 2), i, j]);
    return indicesOf(out).map((index) => {
      const [batch, row, column] = [index.slice(0, -2), index.at(-2)!, index.at(-1)!];
      const products = Array.from({ length: inner }, (_, k) => {
        const left = transposeA ? entry(a!, batch, k, row) : entry(a!, batch, row, k);
        return left * (transposeB ? entry(b!, batch, column, k) : entry(b!, batch, k, column));
      });
      return products.reduce((total, product) => total + product, 0);
    });
  },
  reshape: ([x]) => [...x!.data],
  expand: each((x) => x),
  sum: ([x], { axes }) => {
    const totals = new Map<string, number>();
    for (const index of indicesOf(x!.shape)) {
      const key = index.filter((_, i) => !axes.includes(i)).join();
      totals.set(key, (totals.get(key) ?? 0) + at(x!, index));
    }
    return [...totals.values()];
  },
  concat: (parts, { axis }, out) =>
    indicesOf(out).map((index) => {
      const starts = parts.map((_, i) => parts.slice(0, i).reduce((n, { shape }) => n + shape[axis]!, 0));
      const which = starts.findLastIndex((start) => start <= index[axis]!);
      return at(parts[which]!, index.with(axis, index[axis]! - starts[which]!));
    }),
  slice: ([x], { axis, start }, out) => indicesOf(out).map((index) => at(x!, index.with(axis, index[axis]! + start))),
  logSumExp: ([x], { axis }, out) =>
    indicesOf(out).map((index) => logOfSum(fibre(x!, index.toSpliced(axis, 0, 0), axis))),
  softmax: ([x], { axis }, out) =>
    indicesOf(out).map((index) => Math.exp(at(x!, index) - logOfSum(fibre(x!, index, axis)))),
  standardise: ([x], { epsilon }, out) =>
    indicesOf(out).map((index) => {
      const row = fibre(x!, index, out.length - 1);
      return (at(x!, index) - meanOf(row)) / Math.sqrt(varianceOf(row) + epsilon);
    }),
  inverseDeviation: ([x], { epsilon }, out) =>
    indicesOf(out).map((index) => 1 / Math.sqrt(varianceOf(fibre(x!, index, out.length - 1)) + epsilon)),
  argMax: ([x], { axis }, out) =>
    indicesOf(out).map((index) => {
      const values = fibre(x!, index, axis);
      return values.indexOf(Math.max(...values));
    }),
  toFloat: ([indices]) => [...indices!.data],
  toIndices: ([x]) => [...x!.data],
  transpose: ([x], { permutation }, out) =>
    indicesOf(out).map((index) =>
      at(
        x!,
        permutation.map((_, i) => index[permutation.indexOf(i)]!),
      ),
    ),
  conv2d: ([x, kernel, bias], how, out) => {
    const y = indicesOf(out).map(([, o]) => bias?.data[o!] ?? 0);
    for (const [i, j, k] of terms(x!.shape, kernel!.shape, out, how)) y[i]! += x!.data[j]! * kernel!.data[k]!;
    return y;
  },
  conv2dToInput: ([y, kernel], how, out) => {
    const x = new Array<number>(sizeOf(out)).fill(0);
    for (const [i, j, k] of terms(out, kernel!.shape, y!.shape, how)) x[j]! += y!.data[i]! * kernel!.data[k]!;
    return x;
  },
  conv2dToKernel: ([x, y], how, out) => {
    const kernel = new Array<number>(sizeOf(out)).fill(0);
    for (const [i, j, k] of terms(x!.shape, out, y!.shape, how)) kernel[k]! += y!.data[i]! * x!.data[j]!;
    return kernel;
  },
  maxPool: ([x], how, out) => indicesOf(out).map((index) => x!.data[largestIn(x!, index, how)]!),
  maxPoolIndices: ([x], how, out) => indicesOf(out).map((index) => largestIn(x!, index, how)),
  gather: ([x, indices], { axis }, out) => indicesOf(out).map((index) => at(x!, index.with(axis, at(indices!, index)))),
  scatter: ([values, indices], { axis }, out) => {
    const strides = stridesOf(out);
    const result = new Array<number>(sizeOf(out)).fill(0);
    for (const index of indicesOf(values!.shape)) {
      const target = index.with(axis, at(indices!, index));
      result[target.reduce((offset, position, i) => offset + position * strides[i]!, 0)]! += at(values!, index);
    }
    return result;
  },
};

/**
 * The values of an expression in double precision.
 * @param frozen inputs that the arguments of `stopGradient` see instead, so that differences pass it by as gradients do
 */
export function referenceValue(tensor: Tensor, inputs: Values, frozen: Values = inputs): readonly number[] {
  const results = new Map<Tensor, Arrayed>();
  for (const node of topologicalOrder([tensor])) results.set(node, { shape: node.shape, data: valuesOf(node) });
  return results.get(tensor)!.data;

  function valuesOf({ operation, inputs: operands, shape }: Tensor): readonly number[] {
    if (operation.kind === "input" || operation.kind === "state") return Array.from(inputs[operation.name]!);
    if (operation.kind === "stopGradient" && frozen !== inputs) return referenceValue(operands[0]!, frozen);
    const meaning = meanings[operation.kind] as Meaning<OperationKind>;
    return meaning(
      operands.map((x) => results.get(x)!),
      operation,
      shape,
    );
  }
}

const STEP = 1e-4;

/** The gradient of a scalar expression by central differences in each number of one input, fourth order in the step. */
export function centralDifferences(loss: Tensor, name: string, inputs: Values): number[] {
  const base = Array.from(inputs[name]!);
  const lossAt = (i: number, change: number) =>
    referenceValue(loss, { ...inputs, [name]: base.with(i, base[i]! + change) }, inputs)[0]!;
  return base.map((_, i) => {
    const near = lossAt(i, STEP) - lossAt(i, -STEP);
    const far = lossAt(i, 2 * STEP) - lossAt(i, -2 * STEP);
    return (8 * near - far) / (12 * STEP);
  });
}
