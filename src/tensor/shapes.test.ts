/** A mistake in a shape is reported where it is made, with the operation, the shapes, the labels and the scope. */
import { describe, expect, it } from "vitest";
import { gradients } from "./gradients.js";
import {
  add,
  argMax,
  concat,
  constant,
  conv2d,
  expand,
  gather,
  greater,
  input,
  logSumExp,
  matmul,
  maximum,
  maxPool,
  mean,
  reshape,
  scatter,
  slice,
  softmax,
  state,
  sum,
  toFloat,
  toIndices,
  transpose,
  where,
} from "./operations.js";
import { programGraph } from "./program.js";
import { named, ShapeError, scope, type Tensor } from "./tensor.js";

const q = input("q", [4, 3]);
const v = input("v", [5]);
const [p, r] = [input("p", [2, 4, 3]), input("r", [3, 3, 5])];
const [x, y, kernel] = [input("x", [1, 3, 4, 4]), input("y", [1, 2, 2, 4]), input("kernel", [5, 2, 3, 3])];
const once = { stride: 1, padding: 0 };
const numbers = (shape: readonly number[]) => constant(new Float32Array(shape.reduce((n, x) => n * x, 1)), shape);
const chosen = argMax(q, 1);

const mistakes: readonly (readonly [message: string, build: () => unknown])[] = [
  ["add(q [4, 3], v [5]): the shapes do not broadcast to a common one", () => add(q, v)],
  ["maximum(v [5], q [4, 3]): the shapes do not broadcast to a common one", () => maximum(v, q)],
  ["greater(q [4, 3], v [5]): the shapes do not broadcast to a common one", () => greater(q, v)],
  ["constant(constant [2, 2]): got 3 values", () => constant(new Float32Array(3), [2, 2])],
  ["where(q [4, 3], constant [], constant []): the condition must come from a comparison", () => where(q, 1, 0)],
  ["where(greater [4, 3], v [5], constant []): the shapes do not broadcast", () => where(greater(q, 0), v, 0)],
  ["matmul(q [4, 3], v [5]): both must have rank 2", () => matmul(q, v)],
  ["matmul(q [4, 3], q [4, 3]): the inner sizes 3 and 4 differ", () => matmul(q, q)],
  ["matmul(q [4, 3], q [4, 3]): the inner sizes 4 and 3 differ", () => matmul(q, q, true, true)],
  ["matmul(p [2, 4, 3], r [3, 3, 5]): the numbers of products 2 and 3 differ", () => matmul(p, r)],
  ["matmul(p [2, 4, 3], q [4, 3]): the inner sizes 3 and 4 differ", () => matmul(p, q)],
  ["reshape(q [4, 3]): [5, 2] has another size", () => reshape(q, [5, 2])],
  ["expand(v [5]): cannot become [5, 2]", () => expand(v, [5, 2])],
  ["expand(q [4, 3]): cannot become [3]", () => expand(q, [3])],
  ["sum(q [4, 3]): there is no axis 2 in q [4, 3]", () => sum(q, [2])],
  ["sum(v [5]): there is no axis -2 in v [5]", () => mean(v, [-2])],
  ["concat(): there is nothing to join", () => concat([], 0)],
  ["concat(q [4, 3], v [5]): the shapes differ outside axis 0", () => concat([q, v], 0)],
  ["concat(q [4, 3]): there is no axis 5 in q [4, 3]", () => concat([q, q], 5)],
  ["slice(q [4, 3]): 1..4 is not inside axis 1", () => slice(q, 1, 1, 4)],
  ["slice(v [5]): 3..3 is not inside axis 0", () => slice(v, 0, 3, 3)],
  ["logSumExp(v [5]): there is no axis 1 in v [5]", () => logSumExp(v, 1)],
  ["softmax(q [4, 3]): there is no axis 0.5 in q [4, 3]", () => softmax(q, 0.5)],
  ["argMax(q [4, 3]): there is no axis -3 in q [4, 3]", () => argMax(q, -3)],
  ["toFloat(q [4, 3]): only whole numbers (indices, bytes) are converted", () => toFloat(q)],
  [
    "gather(q [4, 3], argMax [4, 1]): the indices must be whole numbers and have the same shape",
    () => gather(q, chosen, 0),
  ],
  ["gather(q [4, 3], q [4, 3]): the indices must be whole numbers", () => gather(q, q, 1)],
  ["scatter(v [5], argMax [4, 1]): there must be one index for each value", () => scatter(v, chosen, 0, [5])],
  ["scatter(q [4, 3], q [4, 3]): the indices must be whole numbers", () => scatter(q, q, 1, [4, 3])],
  [
    "scatter(constant [4, 1], argMax [4, 1]): [5, 3] must be the values' shape but for the size of axis 1",
    () => scatter(numbers([4, 1]), chosen, 1, [5, 3]),
  ],
  ["toIndices(argMax [4, 1]): only numbers are converted", () => toIndices(chosen)],
  ["transpose(p [2, 4, 3]): [0, 2] does not name each dimension once", () => transpose(p, [0, 2])],
  ["conv2d(q [4, 3], kernel [5, 2, 3, 3]): pictures and kernels have rank 4", () => conv2d(q, kernel, once)],
  ["conv2d(x [1, 3, 4, 4], kernel [5, 2, 3, 3]): 3 channels meet a kernel for 2", () => conv2d(x, kernel, once)],
  ["conv2d(y [1, 2, 2, 4], kernel [5, 2, 3, 3]): the kernel is larger", () => conv2d(y, kernel, once)],
  [
    "conv2d(y [1, 2, 2, 4], kernel [4, 2, 1, 1], v [5]): the bias has not one number for each of 4",
    () => conv2d(y, input("kernel", [4, 2, 1, 1]), once, v),
  ],
  ["maxPool(y [1, 2, 2, 4]): the window is larger than the picture", () => maxPool(y, { size: 3, ...once })],
  [
    "maxPool(y [1, 2, 2, 4]): a padding of 2 leaves windows of 2 empty",
    () => maxPool(y, { size: 2, stride: 1, padding: 2 }),
  ],
  ["gradients(q [4, 3]): a loss must be a scalar; take a sum or mean", () => gradients(q, [v])],
];

describe("shape errors", () => {
  it.each(mistakes)("%s", (message, build) => {
    const error = errorOf(build);
    expect(error).toBeInstanceOf(ShapeError);
    expect(error.message.slice(0, message.length)).toBe(message);
  });

  it("name what the expressions mean and where they are combined", () => {
    const build = () =>
      scope("criticLoss", () => {
        const values = scope("critic1/layer0", () => add(q, 1));
        return scope("target", () => add(values, named("returnsToGo", reshape(v, [5, 1]))));
      });
    expect(errorOf(build).message).toBe(
      'add(criticLoss/critic1/layer0 [4, 3], returnsToGo [5, 1]) in "criticLoss/target": ' +
        "the shapes do not broadcast to a common one",
    );
    expect(errorOf(() => add(q, v)).message).not.toContain(" in "); // the scopes were left although one threw
  });

  it("refuse a state whose next value or first value has another shape", () => {
    const weights = state("weights", [3]);
    const define = (next: Tensor, size: number) => () =>
      programGraph({ name: "p", states: [{ current: weights, initial: new Float32Array(size), next }] });
    expect(errorOf(define(v, 3)).message).toBe(
      "state(weights [3], v [5]): the first value has 3 numbers; all must agree",
    );
    expect(errorOf(define(weights, 4)).message).toContain("the first value has 4 numbers");
    expect(define(weights, 3)).not.toThrow();
  });
});

function errorOf(build: () => unknown): Error {
  try {
    build();
  } catch (error) {
    return error as Error;
  }
  throw new Error("It was accepted.");
}
