/**
 * The vocabulary of the tensor language: every function makes one expression from others and checks that their shapes
 * fit. Here are those that look beyond a single number (products, reductions, shapes, indices); those that do not are
 * in elementwise.ts and are passed on from here. Gradients of all of them live in gradient-rules.ts.
 */
import { broadcastShapes, mul } from "./elementwise.js";
import { describe, makeTensor, type Shape, ShapeError, sameShape, sizeOf, type Tensor } from "./tensor.js";

export * from "./convolutions.js";
export * from "./elementwise.js";

/**
 * The matrix product a·b of [m, k] and [k, n]; either operand may be given transposed. With an operand of rank 3,
 * [batch, m, k]·[batch, k, n], one product for each batch; an operand of rank 2 takes part in all of them.
 */
export function matmul(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  const ranks = [a.shape.length, b.shape.length];
  if (!ranks.every((rank) => rank === 2 || rank === 3))
    throw new ShapeError("matmul", [a, b], "both must have rank 2, or 3 for a batch of products");
  const [m, inner] = matrixOf(a.shape, transposeA);
  const [innerB, n] = matrixOf(b.shape, transposeB);
  if (inner !== innerB) throw new ShapeError("matmul", [a, b], `the inner sizes ${inner} and ${innerB} differ`);
  const batches = [a, b].filter((x) => x.shape.length === 3).map((x) => x.shape[0]!);
  if (batches.length === 2 && batches[0] !== batches[1])
    throw new ShapeError("matmul", [a, b], `the numbers of products ${batches[0]} and ${batches[1]} differ`);
  return makeTensor({ kind: "matmul", transposeA, transposeB }, [a, b], [...batches.slice(0, 1), m, n]);
}

/** Rows and columns of a matrix (the last two dimensions of a shape), as they are or transposed. */
export function matrixOf(shape: Shape, transposed: boolean): readonly [number, number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

/** The same values in the same order (row-major) under another shape of the same size. @throws ShapeError if the sizes differ */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (sizeOf(x.shape) !== sizeOf(shape)) throw new ShapeError("reshape", [x], `[${shape.join(", ")}] has another size`);
  return sameShape(x.shape, shape) ? x : makeTensor({ kind: "reshape" }, [x], shape, x.elementType);
}

/** The dimensions in another order: dimension i of the result is dimension permutation[i] of x. */
export function transpose(x: Tensor, permutation: readonly number[]): Tensor {
  if (
    !sameShape(
      permutation.toSorted(),
      x.shape.map((_, i) => i),
    )
  )
    throw new ShapeError("transpose", [x], `[${permutation.join(", ")}] does not name each dimension once`);
  const shape = permutation.map((i) => x.shape[i]!);
  return makeTensor({ kind: "transpose", permutation }, [x], shape, x.elementType);
}

/** Repeats dimensions of size 1 (and missing leading ones) up to the given shape. */
export function expand(x: Tensor, shape: Shape): Tensor {
  const result = broadcastShapes(x.shape, shape);
  if (!result || !sameShape(result, shape)) throw new ShapeError("expand", [x], `cannot become [${shape.join(", ")}]`);
  return sameShape(x.shape, shape) ? x : makeTensor({ kind: "expand" }, [x], shape);
}

/** The sum over the given axes (all by default). */
export function sum(x: Tensor, axes?: readonly number[], keepDimensions = false): Tensor {
  const over = (axes ?? x.shape.map((_, i) => i)).map((axis) => resolveAxis("sum", x, axis));
  const kept = x.shape.map((size, i) => (over.includes(i) ? 1 : size));
  const shape = keepDimensions ? kept : x.shape.filter((_, i) => !over.includes(i));
  if (over.length === 0) return x;
  return makeTensor({ kind: "sum", axes: over, keepDimensions }, [x], shape);
}

/** The mean over the given axes (all by default). */
export function mean(x: Tensor, axes?: readonly number[], keepDimensions = false): Tensor {
  const total = sum(x, axes, keepDimensions);
  return mul(total, sizeOf(total.shape) / sizeOf(x.shape));
}

/** Tensors one after the other along an axis; their other dimensions are equal. */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  const [first] = tensors;
  if (!first) throw new ShapeError("concat", [], "there is nothing to join");
  if (tensors.length === 1) return first;
  const along = resolveAxis("concat", first, axis);
  const fits = (t: Tensor) =>
    t.shape.length === first.shape.length && t.shape.every((size, i) => i === along || size === first.shape[i]);
  if (!tensors.every(fits)) throw new ShapeError("concat", tensors, `the shapes differ outside axis ${along}`);
  const total = tensors.reduce((size, t) => size + t.shape[along]!, 0);
  const shape = first.shape.map((size, i) => (i === along ? total : size));
  return makeTensor({ kind: "concat", axis: along }, tensors, shape);
}

/** Rows (or columns, ...) start .. end - 1 along an axis. */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  const along = resolveAxis("slice", x, axis);
  if (start < 0 || end > x.shape[along]! || start >= end) {
    throw new ShapeError("slice", [x], `${start}..${end} is not inside axis ${along}`);
  }
  if (start === 0 && end === x.shape[along]) return x;
  const shape = x.shape.map((size, i) => (i === along ? end - start : size));
  return makeTensor({ kind: "slice", axis: along, start, end }, [x], shape);
}

/** log(sum(exp(x))) along an axis, without overflow; the axis disappears. */
export function logSumExp(x: Tensor, axis: number): Tensor {
  const along = resolveAxis("logSumExp", x, axis);
  return makeTensor({ kind: "logSumExp", axis: along }, [x], without(x.shape, along));
}

/** exp(x)/sum(exp(x)) along an axis, without overflow. */
export function softmax(x: Tensor, axis: number): Tensor {
  return makeTensor({ kind: "softmax", axis: resolveAxis("softmax", x, axis) }, [x], x.shape);
}

/** Each row (along the last axis) with mean 0 and variance 1: (x - mean)/sqrt(variance + epsilon). */
export function standardise(x: Tensor, epsilon: number): Tensor {
  resolveAxis("standardise", x, -1);
  return makeTensor({ kind: "standardise", epsilon }, [x], x.shape);
}

/** 1/sqrt(variance + epsilon) of each row, kept with size 1: what `standardise` divided by. */
export function inverseDeviation(x: Tensor, epsilon: number): Tensor {
  resolveAxis("inverseDeviation", x, -1);
  return makeTensor({ kind: "inverseDeviation", epsilon }, [x], [...x.shape.slice(0, -1), 1]);
}

/** The index of the largest value along an axis, kept with size 1, for `gather` and `toFloat`; no gradient. */
export function argMax(x: Tensor, axis: number): Tensor {
  const along = resolveAxis("argMax", x, axis);
  const shape = x.shape.map((size, i) => (i === along ? 1 : size));
  return makeTensor({ kind: "argMax", axis: along }, [x], shape, "int64");
}

/** Indices as numbers that can be computed with; no gradient. */
export function toFloat(indices: Tensor): Tensor {
  if (indices.elementType === "bool" || indices.elementType === "float32")
    throw new ShapeError("toFloat", [indices], "only whole numbers (indices, bytes) are converted");
  return makeTensor({ kind: "toFloat" }, [indices], indices.shape);
}

/** Whole numbers, from 0 up to 2^24, as indices for `gather`; no gradient. */
export function toIndices(x: Tensor): Tensor {
  if (x.elementType !== "float32") throw new ShapeError("toIndices", [x], "only numbers are converted");
  return makeTensor({ kind: "toIndices" }, [x], x.shape, "int32");
}

/** The values that stand at the indices along an axis; the result has the shape of the indices. */
export function gather(x: Tensor, indices: Tensor, axis: number): Tensor {
  const along = resolveAxis("gather", x, axis);
  const fits =
    indices.shape.length === x.shape.length && indices.shape.every((n, i) => i === along || n === x.shape[i]);
  if (!fits || !isIndices(indices)) {
    throw new ShapeError(
      "gather",
      [x, indices],
      "the indices must be whole numbers and have the same shape outside the axis",
    );
  }
  return makeTensor({ kind: "gather", axis: along }, [x, indices], indices.shape, x.elementType);
}

/** Zeros of a shape with the values added at the indices along an axis: the reverse of `gather`. */
export function scatter(values: Tensor, indices: Tensor, axis: number, shape: Shape): Tensor {
  const along = resolveAxis("scatter", values, axis);
  if (!sameShape(values.shape, indices.shape)) {
    throw new ShapeError("scatter", [values, indices], "there must be one index for each value");
  }
  if (!isIndices(indices)) throw new ShapeError("scatter", [values, indices], "the indices must be whole numbers");
  if (!sameShape(without(shape, along), without(values.shape, along))) {
    const reason = `[${shape.join(", ")}] must be the values' shape but for the size of axis ${along}`;
    throw new ShapeError("scatter", [values, indices], reason);
  }
  return makeTensor({ kind: "scatter", axis: along, shape }, [values, indices], shape);
}

function isIndices({ elementType }: Tensor): boolean {
  return elementType === "int64" || elementType === "int32";
}

function without(shape: Shape, axis: number): Shape {
  return shape.filter((_, i) => i !== axis);
}

function resolveAxis(kind: string, x: Tensor, axis: number): number {
  const resolved = axis < 0 ? axis + x.shape.length : axis;
  if (!Number.isInteger(resolved) || resolved < 0 || resolved >= x.shape.length) {
    throw new ShapeError(kind, [x], `there is no axis ${axis} in ${describe(x)}`);
  }
  return resolved;
}
