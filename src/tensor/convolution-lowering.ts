/**
 * How convolutions, their gradients and pooling are expressed in ONNX. Choices that were made for speed say so where they
 * stand.
 */
import type { LoweringContext } from "./lowering-rules.js";
import type { OnnxAttribute } from "./onnx-model.js";
import type { ConvolutionGeometry, PoolingGeometry, Tensor } from "./tensor.js";

/** Attributes of a convolution, the same in both directions. */
export function walking({ stride, padding }: ConvolutionGeometry): Readonly<Record<string, OnnxAttribute>> {
  return { strides: { ints: [stride, stride] }, pads: { ints: Array<number>(4).fill(padding) } };
}

/** `Conv` walks backwards: rows and columns at the end that no window reached are added by `output_padding`. */
export function toInput(graph: LoweringContext, tensor: Tensor, how: ConvolutionGeometry): string {
  const [gradient, kernel] = tensor.inputs as readonly [Tensor, Tensor];
  const missed = [2, 3].map((axis) => {
    const reached = (gradient.shape[axis]! - 1) * how.stride + kernel.shape[axis]! - 2 * how.padding;
    return tensor.shape[axis]! - reached;
  });
  const operands = [graph.nameOf(gradient), graph.nameOf(kernel)];
  return graph.node(tensor, "ConvTranspose", operands, { ...walking(how), output_padding: { ints: missed } });
}

/**
 * The gradient of a kernel, in the way that is the faster: `npm run bench-convolutions`, milliseconds of one AVX-512 core
 * for 128 pictures (forward; as a convolution; as products): 16x24 -> 32 with stride 2 4.5, 9.3, 12.4; 16x24 -> 16 with
 * stride 1 8.7, 25, 18. Cutting out windows with a stride is what costs the products their lead.
 */
export function toKernel(graph: LoweringContext, tensor: Tensor, how: ConvolutionGeometry): string {
  return how.stride === 1 ? kernelByProducts(graph, tensor, how) : kernelByConvolution(graph, tensor, how);
}

/**
 * The pictures' channels take the part of the batch and the gradient that of the kernel, whose numbers lie `stride`
 * apart.
 */
function kernelByConvolution(graph: LoweringContext, tensor: Tensor, { stride, padding }: ConvolutionGeometry): string {
  const [x, gradient] = tensor.inputs as readonly [Tensor, Tensor];
  const swapped = (name: string) => graph.node(tensor, "Transpose", [name], { perm: { ints: [1, 0, 2, 3] } });
  // Up to which row and column windows reach; what lies beyond takes no part.
  const reach = [2, 3].map((axis) => (gradient.shape[axis]! - 1) * stride + tensor.shape[axis]! - padding);
  const ends = reach.map((end, i) => Math.max(0, end - x.shape[i + 2]!));
  const seen = reach.some((end, i) => end < x.shape[i + 2]!)
    ? graph.node(tensor, "Slice", [graph.nameOf(x), ...[[0, 0], reach, [2, 3]].map((values) => graph.integers(values))])
    : graph.nameOf(x);
  const attributes = { dilations: { ints: [stride, stride] }, pads: { ints: [padding, padding, ...ends] } };
  return swapped(graph.node(tensor, "Conv", [swapped(seen), swapped(graph.nameOf(gradient))], attributes));
}

/** For each picture, what lies under every place of the kernel times the gradient; and their sum. */
function kernelByProducts(graph: LoweringContext, tensor: Tensor, { padding }: ConvolutionGeometry): string {
  const [x, gradient] = tensor.inputs as readonly [Tensor, Tensor];
  const [outputs, channels, ...window] = tensor.shape as readonly [number, number, number, number];
  const [batch, , ...places] = gradient.shape as readonly [number, number, number, number];
  const node = (
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ) => graph.node(tensor, operator, inputs, attributes);
  const transposed = (name: string, ints: readonly number[]) => node("Transpose", [name], { perm: { ints } });
  const reshaped = (name: string, shape: readonly number[]) => node("Reshape", [name, graph.integers(shape)]);
  const pads = [0, 0, padding, padding];
  const padded = padding > 0 ? node("Pad", [graph.nameOf(x), graph.integers([...pads, ...pads])]) : graph.nameOf(x);
  const under = Array.from({ length: window[0] * window[1] }, (_, i) => {
    const from = [Math.floor(i / window[1]), i % window[1]];
    const bounds = [from, from.map((start, axis) => start + places[axis]!), [2, 3]];
    return node("Slice", [padded, ...bounds.map((values) => graph.integers(values))]);
  });
  const size = places[0] * places[1];
  const columns = reshaped(node("Concat", under, { axis: { int: 1 } }), [batch, under.length * channels, size]);
  const rows = reshaped(graph.nameOf(gradient), [batch, outputs, size]);
  const products = node("MatMul", [rows, transposed(columns, [0, 2, 1])]);
  const sum = node("ReduceSum", [products, graph.integers([0])], { keepdims: { int: 0 } });
  return transposed(reshaped(sum, [outputs, ...window, channels]), [0, 3, 1, 2]);
}

/** Both results of `MaxPool`: the largest numbers, and where they stand. */
export function pooled(graph: LoweringContext, tensor: Tensor, how: PoolingGeometry): readonly string[] {
  const x = tensor.inputs[0]!;
  const attributes = { ...walking(how), kernel_shape: { ints: [how.size, how.size] } };
  return graph.nodeOutputs(x, "MaxPool", [graph.nameOf(x)], attributes, [" largest", " places"]);
}
