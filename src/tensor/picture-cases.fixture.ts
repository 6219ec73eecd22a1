/** For tests: expressions of what looks at pictures, drawn as gradient-cases.fixture.ts draws the others. */
import type { Draw } from "./gradient-cases.fixture.js";
import {
  add,
  constant,
  conv2d,
  conv2dToInput,
  conv2dToKernel,
  gather,
  input,
  maxPool,
  maxPoolIndices,
  mul,
  reshape,
} from "./operations.js";
import { type OperationKind, sizeOf, type Tensor } from "./tensor.js";

/** Shapes of a convolution: pictures that are not square, rows at the end that no window reaches, strides and padding. */
function convolution(draw: Draw) {
  const how = { stride: draw.integer(1, 2), padding: draw.integer(0, 1) };
  const [u, v] = [draw.integer(1, 3), draw.integer(1, 3)];
  const x = [draw.integer(1, 2), draw.integer(1, 3), u + draw.integer(0, 3), v + draw.integer(0, 3)];
  const kernel = [draw.integer(1, 3), x[1]!, u, v];
  return { x, kernel, y: conv2d(input("x", x), input("kernel", kernel), how).shape, how };
}

/** Pictures whose numbers are all different, so that the largest of a window is one. */
function pooling(draw: Draw) {
  const how = { size: draw.integer(2, 3), stride: draw.integer(1, 2), padding: draw.integer(0, 1) };
  const shape = [draw.integer(1, 2), draw.integer(1, 2), how.size + draw.integer(0, 3), how.size + draw.integer(0, 3)];
  const apart = constant(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => 0.05 * ((i * 7919) % sizeOf(shape))),
    shape,
  );
  return { x: add(mul(draw.input(shape), 0.001), apart), how };
}

type PictureKind = Extract<OperationKind, "conv2d" | "conv2dToInput" | "conv2dToKernel" | "maxPool" | "maxPoolIndices">;

export const pictureCases: { readonly [K in PictureKind]: (draw: Draw) => Tensor } = {
  conv2d: (draw) => {
    const { x, kernel, how } = convolution(draw);
    return conv2d(draw.input(x), draw.input(kernel), how, draw.boolean() ? draw.input([kernel[0]!]) : undefined);
  },
  conv2dToInput: (draw) => {
    const { x, kernel, y, how } = convolution(draw);
    return conv2dToInput(draw.input(y), draw.input(kernel), x, how);
  },
  conv2dToKernel: (draw) => {
    const { x, kernel, y, how } = convolution(draw);
    return conv2dToKernel(draw.input(x), draw.input(y), kernel, how);
  },
  maxPool: (draw) => {
    const { x, how } = pooling(draw);
    return maxPool(x, how);
  },
  maxPoolIndices: (draw) => {
    const { x, how } = pooling(draw);
    const indices = maxPoolIndices(x, how);
    return gather(reshape(mul(x, x), [sizeOf(x.shape)]), reshape(indices, [sizeOf(indices.shape)]), 0);
  },
};
