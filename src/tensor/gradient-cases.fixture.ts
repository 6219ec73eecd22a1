/**
 * For tests: for every operation, expressions drawn at random over ranks 0 to 3, sizes 1 to 4 and broadcasts. The table
 * is exhaustive by type: an operation without an entry here does not compile. Values keep away from kinks (ties of a
 * maximum, the zero of a rectifier), because differences mean nothing there.
 */
import fc, { type GeneratorValue } from "fast-check";
import { RandomStream } from "../random.js";
import {
  add,
  argMax,
  clip,
  concat,
  constant,
  cos,
  div,
  exp,
  expand,
  gather,
  greater,
  input,
  inverseDeviation,
  isPositive,
  less,
  log,
  logSumExp,
  matmul,
  maximum,
  minimum,
  mul,
  neg,
  relu,
  reshape,
  scatter,
  sigmoid,
  sign,
  slice,
  softmax,
  softplus,
  sqrt,
  standardise,
  state,
  stopGradient,
  sub,
  sum,
  tanh,
  toFloat,
  toIndices,
  transpose,
  where,
} from "./operations.js";
import { pictureCases } from "./picture-cases.fixture.js";
import { type OperationKind, type Shape, sizeOf, type Tensor } from "./tensor.js";

type Range = "any" | "positive" | "even" | "odd";
const sizes = () => fc.integer({ min: 1, max: 4 });

/** Draws shapes, numbers and inputs; remembers the inputs of the expressions of one program. */
export class Draw {
  readonly inputs: Tensor[] = [];
  readonly values: Record<string, Float32Array> = {};

  constructor(private readonly generate: GeneratorValue) {}

  integer(min: number, max: number): number {
    return this.generate(fc.integer, { min, max });
  }

  boolean(): boolean {
    return this.generate(fc.boolean);
  }

  shape(minRank = 0): Shape {
    return Array.from({ length: this.integer(minRank, 3) }, () => this.generate(sizes));
  }

  /** A shape that broadcasts to the given one. */
  narrowed(shape: Shape): Shape {
    const dropped = this.integer(0, shape.length);
    return shape.slice(dropped).map((size) => (this.boolean() ? 1 : size));
  }

  axis(shape: Shape): number {
    return this.integer(0, shape.length - 1);
  }

  /** "even" and "odd" numbers lie on grids 0.2 apart, so that they are never close to each other or, odd, to zero. */
  numbers(shape: Shape, range: Range = "any"): Float32Array {
    const random = new RandomStream(this.integer(0, 1e6));
    const draw = {
      any: () => 4 * random.uniform() - 2,
      positive: () => 0.4 + 2 * random.uniform(),
      even: () => 0.4 * (random.integer(9) - 4),
      odd: () => 0.4 * (random.integer(8) - 4) + 0.2,
    };
    return Float32Array.from({ length: sizeOf(shape) }, draw[range]);
  }

  input(shape: Shape, range: Range = "any"): Tensor {
    const name = `x${this.inputs.length}`;
    const tensor = this.boolean() ? input(name, shape) : state(name, shape);
    this.inputs.push(tensor);
    this.values[name] = this.numbers(shape, range);
    return tensor;
  }

  /** Two inputs that broadcast to one shape. */
  pair(first: Range = "any", second: Range = "any"): [Tensor, Tensor] {
    const shape = this.shape();
    const [a, b] = [this.narrowed(shape), this.narrowed(shape)];
    return this.boolean()
      ? [this.input(shape, first), this.input(b, second)]
      : [this.input(a, first), this.input(shape, second)];
  }

  /** Indices along an axis of size n, which only `argMax` makes: the places of the largest of n numbers each. */
  indices(shape: Shape, axis: number, n: number): Tensor {
    const rows = Array.from({ length: shape[axis]! }, () => {
      const choices = shape.map((size, i) => (i === axis ? n : size));
      return argMax(constant(this.numbers(choices), choices), axis);
    });
    return concatIndices(rows, axis);
  }
}

/** `concat` speaks of numbers; joined indices keep their element type. */
function concatIndices(rows: readonly Tensor[], axis: number): Tensor {
  return { ...concat(rows, axis), elementType: "int64" };
}

const unary = (operation: (x: Tensor) => Tensor, range: Range = "any") => {
  return (draw: Draw) => operation(draw.input(draw.shape(), range));
};
const binary = (operation: (a: Tensor, b: Tensor) => Tensor, first: Range = "any", second: Range = "any") => {
  return (draw: Draw) => operation(...draw.pair(first, second));
};

/** One expression an entry, over inputs of the draw; conditions and indices are turned into numbers by their users. */
export const gradientCases: { readonly [K in OperationKind]: (draw: Draw) => Tensor } = {
  input: unary((x) => mul(x, x)),
  state: unary((x) => mul(x, x)),
  constant: (draw) => {
    const shape = draw.shape();
    return mul(constant(draw.numbers(shape), shape), draw.input(draw.narrowed(shape)));
  },
  stopGradient: unary((x) => mul(stopGradient(tanh(x)), x)),
  neg: unary(neg),
  exp: unary(exp),
  log: unary(log, "positive"),
  sqrt: unary(sqrt, "positive"),
  tanh: unary(tanh),
  cos: unary(cos),
  sigmoid: unary(sigmoid),
  softplus: unary(softplus),
  relu: unary(relu, "odd"),
  sign: unary(sign, "odd"),
  isPositive: unary(isPositive, "odd"),
  add: binary(add),
  sub: binary(sub),
  mul: binary(mul),
  div: binary(div, "any", "positive"),
  maximum: binary(maximum, "even", "odd"),
  minimum: binary(minimum, "even", "odd"),
  greater: binary((a, b) => where(greater(a, b), mul(a, a), b), "even", "odd"),
  less: binary((a, b) => where(less(a, b), 1, 0), "even", "odd"),
  where: (draw) => {
    const shape = draw.shape();
    const condition = less(draw.input(draw.narrowed(shape), "even"), draw.input(draw.narrowed(shape), "odd"));
    return where(condition, draw.input(shape), draw.input(draw.narrowed(shape)));
  },
  clip: (draw) =>
    clip(draw.input(draw.shape(), "odd"), draw.boolean() ? -0.8 : -Infinity, draw.boolean() ? 0.8 : Infinity),
  matmul: (draw) => {
    const [m, k, n] = [draw.integer(1, 4), draw.integer(1, 4), draw.integer(1, 4)];
    const [transposeA, transposeB] = [draw.boolean(), draw.boolean()];
    const batch = draw.boolean() ? [draw.integer(1, 3)] : [];
    const shared = draw.integer(0, 2); // which operand, if one, takes part in every product of the batch
    const a = draw.input([...(shared === 1 ? [] : batch), ...(transposeA ? [k, m] : [m, k])]);
    const b = draw.input([...(shared === 2 ? [] : batch), ...(transposeB ? [n, k] : [k, n])]);
    return matmul(a, b, transposeA, transposeB);
  },
  reshape: (draw) => {
    const shape = draw.shape();
    return reshape(draw.input(shape), draw.boolean() ? [sizeOf(shape)] : [1, ...shape.toReversed()]);
  },
  expand: (draw) => {
    const shape = draw.shape();
    return expand(draw.input(draw.narrowed(shape)), shape);
  },
  sum: (draw) => {
    const x = draw.input(draw.shape());
    const axes = x.shape.flatMap((_, i) => (draw.boolean() ? [i] : []));
    return sum(x, draw.boolean() ? axes : undefined, draw.boolean());
  },
  concat: (draw) => {
    const shape = draw.shape(1);
    const axis = draw.axis(shape);
    const part = () => draw.input(shape.with(axis, draw.integer(1, 3)));
    const first = part();
    return concat(draw.boolean() ? [first, part()] : [part(), first, first], axis);
  },
  slice: (draw) => {
    const x = draw.input(draw.shape(1));
    const axis = draw.axis(x.shape);
    const start = draw.integer(0, x.shape[axis]! - 1);
    return slice(x, axis, start, draw.integer(start + 1, x.shape[axis]!));
  },
  logSumExp: (draw) => {
    const x = draw.input(draw.shape(1));
    return logSumExp(x, draw.axis(x.shape));
  },
  softmax: (draw) => {
    const x = draw.input(draw.shape(1));
    return softmax(x, draw.axis(x.shape));
  },
  standardise: (draw) => standardise(draw.input(draw.shape(1)), 0.1),
  inverseDeviation: (draw) => inverseDeviation(draw.input(draw.shape(1)), 0.1),
  argMax: (draw) => {
    const x = draw.input(draw.shape(1));
    const axis = draw.axis(x.shape);
    return gather(mul(x, x), argMax(x, axis), axis);
  },
  toFloat: (draw) => {
    const x = draw.input(draw.shape(1));
    return mul(toFloat(argMax(x, draw.axis(x.shape))), x);
  },
  gather: (draw) => {
    const x = draw.input(draw.shape(1));
    const axis = draw.axis(x.shape);
    return gather(x, draw.indices(x.shape.with(axis, draw.integer(1, 3)), axis, x.shape[axis]!), axis);
  },
  scatter: (draw) => {
    const values = draw.input(draw.shape(1));
    const axis = draw.axis(values.shape);
    const target = values.shape.with(axis, draw.integer(1, 4));
    return scatter(values, draw.indices(values.shape, axis, target[axis]!), axis, target);
  },
  toIndices: (draw) => {
    const x = draw.input([draw.integer(1, 4), draw.integer(1, 3)]);
    const rows = Float32Array.from({ length: 2 * x.shape[1]! }, () => draw.integer(0, x.shape[0]! - 1));
    return gather(x, toIndices(constant(rows, [2, x.shape[1]!])), 0);
  },
  transpose: (draw) => {
    const x = draw.input(draw.shape());
    const order = x.shape.map((_, i) => i);
    return transpose(x, draw.boolean() ? order.toReversed() : order.toSorted((a, b) => ((a + 1) % 3) - ((b + 1) % 3)));
  },
  ...pictureCases,
};
