/**
 * Symbolic tensors: the expressions in which an algorithm is written. A tensor knows the operation that makes it, its
 * inputs and its static shape; it holds no numbers. Shapes are checked when an expression is built, so that a mistake
 * is reported at the line that made it. Building lives in operations.ts, gradients in gradients.ts, ONNX in lower.ts.
 */

/** The lengths of a tensor's dimensions; [] is a scalar. */
export type Shape = readonly number[];
/** The element types of symbolic tensors. */
export type ElementType = "float32" | "bool" | "int64" | "uint8" | "int32";

export type UnaryKind =
  | "neg"
  | "exp"
  | "log"
  | "sqrt"
  | "tanh"
  | "cos"
  | "sigmoid"
  | "softplus"
  | "relu"
  | "sign"
  | "isPositive"
  | "stopGradient";
export type BinaryKind = "add" | "sub" | "mul" | "div" | "maximum" | "minimum";
export type ComparisonKind = "greater" | "less";

/** What makes a tensor, with everything but its input tensors. */
export type Operation =
  | { readonly kind: "input"; readonly name: string }
  | { readonly kind: "state"; readonly name: string }
  | { readonly kind: "constant"; readonly values: Float32Array; readonly name?: string }
  | {
      readonly kind: UnaryKind | BinaryKind | ComparisonKind | "where" | "reshape" | "expand" | "toFloat" | "toIndices";
    }
  | { readonly kind: "clip"; readonly low: number; readonly high: number }
  | { readonly kind: "matmul"; readonly transposeA: boolean; readonly transposeB: boolean }
  | { readonly kind: "sum"; readonly axes: readonly number[]; readonly keepDimensions: boolean }
  | { readonly kind: "concat" | "softmax" | "logSumExp" | "argMax" | "gather"; readonly axis: number }
  | { readonly kind: "scatter"; readonly axis: number; readonly shape: Shape }
  | { readonly kind: "standardise" | "inverseDeviation"; readonly epsilon: number }
  | { readonly kind: "slice"; readonly axis: number; readonly start: number; readonly end: number }
  | { readonly kind: "transpose"; readonly permutation: readonly number[] }
  | ({ readonly kind: "conv2d" } & ConvolutionGeometry)
  | ({ readonly kind: "conv2dToInput" | "conv2dToKernel"; readonly shape: Shape } & ConvolutionGeometry)
  | ({ readonly kind: "maxPool" | "maxPoolIndices" } & PoolingGeometry);

/** How a kernel walks over pictures: the step from one place to the next, and the zeros around the picture. */
export interface ConvolutionGeometry {
  readonly stride: number;
  readonly padding: number;
}

/** The same for windows of size x size, of which the largest number is taken; the padding never is. */
export interface PoolingGeometry extends ConvolutionGeometry {
  readonly size: number;
}

export type OperationKind = Operation["kind"];
export type OperationOf<K extends OperationKind> = Extract<Operation, { readonly kind: K }>;

/** A symbolic tensor: an expression that is computed when the program it is part of runs. */
export interface Tensor {
  readonly operation: Operation;
  readonly inputs: readonly Tensor[];
  readonly shape: Shape;
  readonly elementType: ElementType;
  /** What the expression means ("critics/layer0/kernel"): shown in errors and kept as the value's name in the ONNX file. */
  readonly label: string;
}

/** An expression whose shapes do not fit: names the operation, the shapes and the labels of what was combined. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";

  constructor(operation: string, inputs: readonly Tensor[], reason: string) {
    const operands = inputs.map(describe).join(", ");
    const where = scopes.length > 0 ? ` in "${scopes.join("/")}"` : "";
    super(`${operation}(${operands})${where}: ${reason}`);
  }
}

const scopes: string[] = [];

/** Builds an expression under a label: everything made inside carries it, in errors and in the ONNX file. */
export function scope<T>(label: string, build: () => T): T {
  scopes.push(label);
  try {
    return build();
  } finally {
    scopes.pop();
  }
}

/** The same expression under another label; costs nothing when it runs. */
export function named(label: string, tensor: Tensor): Tensor {
  return { ...tensor, label };
}

/** "criticLoss/q [256, 31]": how errors speak of a tensor. */
export function describe(tensor: Tensor): string {
  return `${tensor.label || tensor.operation.kind} [${tensor.shape.join(", ")}]`;
}

/** Makes a node; only operations.ts and gradients call it, after they have checked the shapes. */
export function makeTensor(
  operation: Operation,
  inputs: readonly Tensor[],
  shape: Shape,
  elementType: ElementType = "float32",
  label = scopes.join("/"),
): Tensor {
  return { operation, inputs, shape, elementType, label };
}

/** The number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, i) => dimension === b[i]);
}

/** Every tensor that the results depend on, each after its inputs. */
export function topologicalOrder(results: readonly Tensor[]): Tensor[] {
  const order: Tensor[] = [];
  const seen = new Set<Tensor>();
  const pending: { tensor: Tensor; next: number }[] = [];
  for (const result of results) {
    pending.push({ tensor: result, next: 0 });
    while (pending.length > 0) {
      const top = pending[pending.length - 1]!;
      if (seen.has(top.tensor)) pending.pop();
      else if (top.next < top.tensor.inputs.length) pending.push({ tensor: top.tensor.inputs[top.next++]!, next: 0 });
      else {
        seen.add(top.tensor);
        order.push(top.tensor);
        pending.pop();
      }
    }
  }
  return order;
}
