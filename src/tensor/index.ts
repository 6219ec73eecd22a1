/** Symbolic tensors, as exported from `calql/agents`: expressions, their gradients, and labels for errors. */
export { conv2d, maxPool } from "./convolutions.js";
export {
  add,
  clip,
  constant,
  cos,
  div,
  exp,
  greater,
  less,
  log,
  maximum,
  minimum,
  mul,
  neg,
  relu,
  sigmoid,
  sign,
  softplus,
  sqrt,
  square,
  stopGradient,
  sub,
  tanh,
  where,
} from "./elementwise.js";
export { gradients } from "./gradients.js";
export {
  argMax,
  concat,
  expand,
  gather,
  logSumExp,
  matmul,
  mean,
  reshape,
  scatter,
  slice,
  softmax,
  standardise,
  sum,
  toFloat,
  toIndices,
  transpose,
} from "./operations.js";
export type { StateDefinition } from "./program.js";
export { type ElementType, named, type Shape, ShapeError, scope, sizeOf, type Tensor } from "./tensor.js";
