/**
 * What looks at pictures: convolutions, both of their gradients (operations of their own, so that each has its own
 * lowering), and pooling. Pictures are [batch, channels, height, width], kernels [outputs, channels, height, width].
 */
import {
  type ConvolutionGeometry,
  makeTensor,
  type PoolingGeometry,
  type Shape,
  ShapeError,
  sameShape,
  type Tensor,
} from "./tensor.js";

/**
 * The cross-correlation of pictures with a kernel, as every library calls a convolution:
 * y[b, o, i, j] = sum over c, u, v of x[b, c, stride·i + u - padding, stride·j + v - padding]·kernel[o, c, u, v], with
 * zeros outside the picture, plus bias[o] if there is one. [batch, outputs, floor((height + 2·padding - kernel height)/stride) + 1, the same of width].
 * @throws ShapeError where the channels differ or the kernel does not fit into the padded picture
 */
export function conv2d(x: Tensor, kernel: Tensor, { stride, padding }: ConvolutionGeometry, bias?: Tensor): Tensor {
  requirePictures("conv2d", [x, kernel]);
  const [batch, channels, ...size] = x.shape as readonly [number, number, number, number];
  const [outputs, inputs, ...window] = kernel.shape as readonly [number, number, number, number];
  if (channels !== inputs)
    throw new ShapeError("conv2d", [x, kernel], `${channels} channels meet a kernel for ${inputs}`);
  const places = size.map((length, i) => placesIn(length, window[i]!, stride, padding));
  if (places.some((count) => count < 1))
    throw new ShapeError("conv2d", [x, kernel], "the kernel is larger than the picture");
  if (bias && !sameShape(bias.shape, [outputs]))
    throw new ShapeError("conv2d", [x, kernel, bias], `the bias has not one number for each of ${outputs} outputs`);
  const operands = bias ? [x, kernel, bias] : [x, kernel];
  return makeTensor({ kind: "conv2d", stride, padding }, operands, [batch, outputs, ...places]);
}

/** The gradient of a convolution with respect to its pictures, of that shape, for a gradient of its result. */
export function conv2dToInput(gradient: Tensor, kernel: Tensor, shape: Shape, how: ConvolutionGeometry): Tensor {
  const { stride, padding } = how;
  return makeTensor({ kind: "conv2dToInput", shape, stride, padding }, [gradient, kernel], shape);
}

/** The gradient of a convolution with respect to its kernel, of that shape, for a gradient of its result. */
export function conv2dToKernel(x: Tensor, gradient: Tensor, shape: Shape, how: ConvolutionGeometry): Tensor {
  const { stride, padding } = how;
  return makeTensor({ kind: "conv2dToKernel", shape, stride, padding }, [x, gradient], shape);
}

/**
 * The largest number of each window of size x size, [batch, channels, floor((height + 2·padding - size)/stride) + 1, the
 * same of width]. Where several are equal the gradient goes to the first.
 */
export function maxPool(x: Tensor, how: PoolingGeometry): Tensor {
  const { size, stride, padding } = how;
  return makeTensor({ kind: "maxPool", size, stride, padding }, [x], pooledShape(x, how));
}

/** Where `maxPool` found its numbers: indices into the flattened x; no gradient. */
export function maxPoolIndices(x: Tensor, how: PoolingGeometry): Tensor {
  const { size, stride, padding } = how;
  return makeTensor({ kind: "maxPoolIndices", size, stride, padding }, [x], pooledShape(x, how), "int64");
}

function pooledShape(x: Tensor, { size, stride, padding }: PoolingGeometry): Shape {
  requirePictures("maxPool", [x]);
  if (padding >= size) throw new ShapeError("maxPool", [x], `a padding of ${padding} leaves windows of ${size} empty`);
  const [batch, channels, ...lengths] = x.shape as readonly [number, number, number, number];
  const places = lengths.map((length) => placesIn(length, size, stride, padding));
  if (places.some((count) => count < 1)) throw new ShapeError("maxPool", [x], "the window is larger than the picture");
  return [batch, channels, ...places];
}

/** How often a window fits into a padded length. */
function placesIn(length: number, window: number, stride: number, padding: number): number {
  return Math.floor((length + 2 * padding - window) / stride) + 1;
}

function requirePictures(operation: string, tensors: readonly Tensor[]): void {
  if (tensors.every(({ shape }) => shape.length === 4)) return;
  throw new ShapeError(operation, tensors, "pictures and kernels have rank 4");
}
