/**
 * Where numbers come from, and what is done to each of them alone: inputs, states, constants, and element-wise
 * operations, which broadcast as NumPy does (dimensions are aligned from the right, 1 stretches). A plain number may
 * stand wherever a scalar tensor may.
 */
import {
  type BinaryKind,
  type ComparisonKind,
  makeTensor,
  type Shape,
  ShapeError,
  sizeOf,
  type Tensor,
  type UnaryKind,
} from "./tensor.js";

export type Operand = Tensor | number;

/** A tensor whose values are given at every run. */
export function input(name: string, shape: Shape, elementType: "float32" | "uint8" | "int32" = "float32"): Tensor {
  return makeTensor({ kind: "input", name }, [], shape, elementType, name);
}

/** A tensor that the program keeps between runs; the program says what replaces it. */
export function state(name: string, shape: Shape): Tensor {
  return makeTensor({ kind: "state", name }, [], shape, "float32", name);
}

/** Fixed values, row-major. */
export function constant(values: number | Float32Array, shape: Shape = []): Tensor {
  const array = typeof values === "number" ? Float32Array.of(values) : values;
  const tensor = makeTensor({ kind: "constant", values: array }, [], shape);
  if (array.length !== sizeOf(shape)) throw new ShapeError("constant", [tensor], `got ${array.length} values`);
  return tensor;
}

/** Fixed values that keep their name in the ONNX file: the weights of an exported network. */
export function weight(name: string, values: Float32Array, shape: Shape): Tensor {
  return makeTensor({ kind: "constant", values, name }, [], shape, "float32", name);
}

/** The shape to which two shapes broadcast, or undefined if they do not fit. */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const result: number[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return undefined;
    result.push(x === 1 ? y : x);
  }
  return result;
}

function asTensor(value: Operand): Tensor {
  return typeof value === "number" ? constant(value) : value;
}

function broadcast(kind: string, tensors: readonly Tensor[]): Shape {
  let shape: Shape | undefined = [];
  for (const tensor of tensors) {
    shape = broadcastShapes(shape, tensor.shape);
    if (!shape) throw new ShapeError(kind, tensors, "the shapes do not broadcast to a common one");
  }
  return shape;
}

function elementwise(kind: BinaryKind): (a: Operand, b: Operand) => Tensor {
  return (a, b) => {
    const operands = [asTensor(a), asTensor(b)];
    return makeTensor({ kind }, operands, broadcast(kind, operands));
  };
}

function comparison(kind: ComparisonKind): (a: Operand, b: Operand) => Tensor {
  return (a, b) => {
    const operands = [asTensor(a), asTensor(b)];
    return makeTensor({ kind }, operands, broadcast(kind, operands), "bool");
  };
}

function unary(kind: UnaryKind): (x: Tensor) => Tensor {
  return (x) => makeTensor({ kind }, [x], x.shape);
}

/** a + b, element by element; shapes are broadcast as in NumPy. So are those of all operations on two tensors. */
export const add = elementwise("add");
/** a - b. */
export const sub = elementwise("sub");
/** a·b, element by element. */
export const mul = elementwise("mul");
/** a/b, element by element. */
export const div = elementwise("div");
/** The larger value; where both are equal the gradient goes to the second. */
export const maximum = elementwise("maximum");
/** The smaller value; where both are equal the gradient goes to the second. */
export const minimum = elementwise("minimum");
/** a > b, as a condition for `where`. */
export const greater = comparison("greater");
/** a < b, as a condition for `where`. */
export const less = comparison("less");

/** -x. */
export const neg = unary("neg");
/** The exponential of each element. */
export const exp = unary("exp");
/** The natural logarithm of each element. */
export const log = unary("log");
/** The square root of each element. */
export const sqrt = unary("sqrt");
/** The hyperbolic tangent of each element. */
export const tanh = unary("tanh");
/** The cosine of an angle in radians. */
export const cos = unary("cos");
/** 1/(1 + exp(-x)). */
export const sigmoid = unary("sigmoid");
/** log(1 + exp(x)), without overflow. */
export const softplus = unary("softplus");
/** max(x, 0), with gradient 0 at 0. */
export const relu = unary("relu");
/** -1, 0 or 1; its gradient is 0 everywhere. */
export const sign = unary("sign");
/** 1 where x > 0, else 0; its gradient is 0 everywhere. */
export const isPositive = unary("isPositive");
/** The value as a constant: no gradient passes. */
export const stopGradient = unary("stopGradient");

/** x·x, element by element. */
export function square(x: Tensor): Tensor {
  return mul(x, x);
}

/** Values limited to [low, high]; the gradient is 1 inside and on the bounds, 0 outside. */
export function clip(x: Tensor, low: number, high: number): Tensor {
  return makeTensor({ kind: "clip", low, high }, [x], x.shape);
}

/** `a` where the condition holds, else `b`. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  const operands = [condition, asTensor(a), asTensor(b)];
  if (condition.elementType !== "bool")
    throw new ShapeError("where", operands, "the condition must come from a comparison");
  return makeTensor({ kind: "where" }, operands, broadcast("where", operands));
}
