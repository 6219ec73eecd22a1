/**
 * How each operation is expressed in ONNX: one rule per operation, exhaustive by type. A rule names its inputs, emits
 * its node and returns the name of the value. Choices that were made for speed say so where they stand.
 */
import { pooled, toInput, toKernel, walking } from "./convolution-lowering.js";
import { ELEMENT_TYPES, type OnnxAttribute } from "./onnx-model.js";
import type { OperationKind, OperationOf, Shape, Tensor } from "./tensor.js";

/** What a rule may ask of the graph that is being written. */
export interface LoweringContext {
  nameOf(tensor: Tensor): string;
  node(
    tensor: Tensor,
    operator: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, OnnxAttribute>>,
  ): string;
  /** The same for a node with several results; `outputs` are appended to the tensor's label to name them. */
  nodeOutputs(
    tensor: Tensor,
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
    outputs: readonly string[],
  ): readonly string[];
  floats(values: Float32Array, shape: Shape, name?: string): string;
  integers(values: readonly number[], shape?: Shape): string;
  input(tensor: Tensor, name: string): string;
  /** The shape that a reshaped value has when the graph runs; 0 leaves a dimension as it is. */
  runningShape(from: Tensor, to: Shape): Shape;
  absorbable(tensor: Tensor): { product: Tensor; addend: Tensor } | undefined;
}

const STEEPEST = 3e38;

type Rule<K extends OperationKind> = (graph: LoweringContext, tensor: Tensor, operation: OperationOf<K>) => string;

/** An operation that ONNX has under a name of its own, with the same inputs. */
function direct(operator: string): (graph: LoweringContext, tensor: Tensor) => string {
  return (graph, tensor) =>
    graph.node(
      tensor,
      operator,
      tensor.inputs.map((x) => graph.nameOf(x)),
    );
}

/** The same with the attribute `axis`. */
function alongAxis(operator: string, more: Readonly<Record<string, OnnxAttribute>> = {}) {
  return (graph: LoweringContext, tensor: Tensor, { axis }: { readonly axis: number }): string =>
    graph.node(
      tensor,
      operator,
      tensor.inputs.map((x) => graph.nameOf(x)),
      { axis: { int: axis }, ...more },
    );
}

export const loweringRules: { readonly [K in OperationKind]: Rule<K> } = {
  input: (graph, tensor, { name }) => graph.input(tensor, name),
  state: (graph, tensor, { name }) => graph.input(tensor, name),
  constant: (graph, tensor, { values, name }) => graph.floats(values, tensor.shape, name),
  stopGradient: (graph, tensor) => graph.nameOf(tensor.inputs[0]!),

  add: (graph, tensor) => {
    const sum = graph.absorbable(tensor);
    return sum ? gemm(graph, tensor, sum.product, sum.addend) : direct("Add")(graph, tensor);
  },
  matmul: (graph, tensor) => (tensor.shape.length === 2 ? gemm : batchedProduct)(graph, tensor, tensor),
  sub: direct("Sub"),
  mul: direct("Mul"),
  div: direct("Div"),
  maximum: direct("Max"),
  minimum: direct("Min"),
  greater: direct("Greater"),
  less: direct("Less"),
  where: direct("Where"),
  neg: direct("Neg"),
  exp: direct("Exp"),
  log: direct("Log"),
  sqrt: direct("Sqrt"),
  tanh: direct("Tanh"),
  cos: direct("Cos"),
  sigmoid: direct("Sigmoid"),
  softplus: direct("Softplus"),
  relu: direct("Relu"),
  sign: direct("Sign"),
  // max(0, min(1, slope·x)): with the steepest slope every normal number is 0 or 1. One vectorised, parallel pass,
  // where `Sign` and `Cast` take two to four times as long.
  isPositive: (graph, tensor) =>
    graph.node(tensor, "HardSigmoid", [graph.nameOf(tensor.inputs[0]!)], {
      alpha: { float: STEEPEST },
      beta: { float: 0 },
    }),

  clip: (graph, tensor, { low, high }) =>
    graph.node(tensor, "Clip", [graph.nameOf(tensor.inputs[0]!), scalar(graph, low), scalar(graph, high)]),
  reshape: (graph, tensor) =>
    graph.node(tensor, "Reshape", [
      graph.nameOf(tensor.inputs[0]!),
      graph.integers(graph.runningShape(tensor.inputs[0]!, tensor.shape)),
    ]),
  expand: (graph, tensor) =>
    graph.node(tensor, "Expand", [graph.nameOf(tensor.inputs[0]!), graph.integers(tensor.shape)]),
  sum: (graph, tensor, { axes, keepDimensions }) =>
    graph.node(tensor, "ReduceSum", [graph.nameOf(tensor.inputs[0]!), graph.integers(axes)], {
      keepdims: { int: keepDimensions ? 1 : 0 },
    }),
  slice: (graph, tensor, { axis, start, end }) =>
    graph.node(tensor, "Slice", [
      graph.nameOf(tensor.inputs[0]!),
      graph.integers([start]),
      graph.integers([end]),
      graph.integers([axis]),
    ]),
  logSumExp: (graph, tensor, { axis }) =>
    graph.node(tensor, "ReduceLogSumExp", [graph.nameOf(tensor.inputs[0]!), graph.integers([axis])], {
      keepdims: { int: 0 },
    }),
  standardise: (graph, tensor, { epsilon }) => normalisation(graph, tensor, epsilon)[0]!,
  inverseDeviation: (graph, tensor, { epsilon }) => normalisation(graph, tensor, epsilon)[2]!,
  concat: alongAxis("Concat"),
  softmax: alongAxis("Softmax"),
  argMax: alongAxis("ArgMax", { keepdims: { int: 1 } }),
  toFloat: (graph, tensor) =>
    graph.node(tensor, "Cast", [graph.nameOf(tensor.inputs[0]!)], { to: { int: ELEMENT_TYPES.float32 } }),
  // Of 32 bits: with 64 a gather of bytes, its indices included, takes 1.3 to 1.9 times as long.
  toIndices: (graph, tensor) =>
    graph.node(tensor, "Cast", [graph.nameOf(tensor.inputs[0]!)], { to: { int: ELEMENT_TYPES.int32 } }),
  transpose: (graph, tensor, { permutation }) =>
    graph.node(tensor, "Transpose", [graph.nameOf(tensor.inputs[0]!)], { perm: { ints: permutation } }),
  conv2d: (graph, tensor, how) =>
    graph.node(
      tensor,
      "Conv",
      tensor.inputs.map((x) => graph.nameOf(x)),
      walking(how),
    ),
  conv2dToInput: toInput,
  conv2dToKernel: toKernel,
  maxPool: (graph, tensor, how) => pooled(graph, tensor, how)[0]!,
  maxPoolIndices: (graph, tensor, how) => pooled(graph, tensor, how)[1]!,
  gather: alongAxis("GatherElements"),
  scatter: (graph, tensor, { axis, shape }) => {
    const zeros = graph.node(tensor, "Expand", [scalar(graph, 0), graph.integers(shape)]);
    const [values, indices] = tensor.inputs.map((x) => graph.nameOf(x));
    const attributes = { axis: { int: axis }, reduction: { string: "add" } };
    return graph.node(tensor, "ScatterElements", [zeros, indices!, values!], attributes);
  },
};

/** `Gemm`, not `MatMul`: it transposes without a copy, adds its third operand, and is fused with a following Relu. */
function gemm(graph: LoweringContext, tensor: Tensor, product: Tensor, addend?: Tensor): string {
  const { transposeA, transposeB } = product.operation as OperationOf<"matmul">;
  const operands = addend ? [...product.inputs, addend] : product.inputs;
  const attributes = {
    ...(transposeA ? { transA: { int: 1 } } : {}),
    ...(transposeB ? { transB: { int: 1 } } : {}),
  };
  return graph.node(
    tensor,
    "Gemm",
    operands.map((x) => graph.nameOf(x)),
    attributes,
  );
}

/**
 * `MatMul` over a batch: the runtime gives each product to one thread, which keeps its numbers in that core's cache. It
 * merges the transpositions into the product.
 */
function batchedProduct(graph: LoweringContext, tensor: Tensor): string {
  const { transposeA, transposeB } = tensor.operation as OperationOf<"matmul">;
  const [a, b] = tensor.inputs as readonly [Tensor, Tensor];
  const operands = [
    transposeA ? transposed(graph, a) : graph.nameOf(a),
    transposeB ? transposed(graph, b) : graph.nameOf(b),
  ];
  return graph.node(tensor, "MatMul", operands);
}

function transposed(graph: LoweringContext, x: Tensor): string {
  const perm = x.shape.length === 3 ? [0, 2, 1] : [1, 0];
  return graph.node(x, "Transpose", [graph.nameOf(x)], { perm: { ints: perm } });
}

/** `LayerNormalization` with scale 1: one pass in place of nine, whose third result its gradient needs. */
function normalisation(graph: LoweringContext, tensor: Tensor, epsilon: number): readonly string[] {
  const x = tensor.inputs[0]!;
  const ones = graph.node(tensor, "Expand", [scalar(graph, 1), graph.integers([x.shape.at(-1)!])]);
  const attributes = { axis: { int: -1 }, epsilon: { float: epsilon } };
  return graph.nodeOutputs(x, "LayerNormalization", [graph.nameOf(x), ones], attributes, ["", " mean", " inverse"]);
}

function scalar(graph: LoweringContext, value: number): string {
  return graph.floats(Float32Array.of(value), []);
}
