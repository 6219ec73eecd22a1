/** From expressions to an ONNX graph: what is fused, what is shared, which names survive, and what the bytes say. */
import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluate.fixture.js";
import { lowerToOnnx } from "./lower.js";
import { readOnnxModel } from "./onnx-bytes.fixture.js";
import { encodeOnnxModel } from "./onnx-model.js";
import {
  add,
  constant,
  exp,
  input,
  isPositive,
  matmul,
  mul,
  neg,
  relu,
  state,
  stopGradient,
  weight,
} from "./operations.js";
import { named, scope, type Tensor } from "./tensor.js";

const rows = input("rows", [2, 3]);
const kernel = state("kernel", [3, 4]);
const bias = state("bias", [4]);
const nodesOf = (outputs: Record<string, Tensor>) => lowerToOnnx({ name: "test", outputs }).nodes;
const operators = (outputs: Record<string, Tensor>) => nodesOf(outputs).map((node) => node.operator);

describe("a product that is added to", () => {
  it.each([
    ["the product first", add(matmul(rows, kernel), bias)],
    ["the product second", add(bias, matmul(rows, kernel))],
  ])("is one Gemm of three inputs (%s)", (_, layer) => {
    const nodes = nodesOf({ layer });
    expect(nodes.map((node) => node.operator)).toEqual(["Gemm"]);
    expect(nodes[0]!.inputs).toEqual(["rows", "kernel", "bias"]);
  });

  it("keeps its transpositions", () => {
    const product = matmul(input("a", [3, 2]), input("b", [4, 3]), true, true);
    expect(nodesOf({ layer: add(product, bias) })[0]).toMatchObject({
      inputs: ["a", "b", "bias"],
      attributes: { transA: { int: 1 }, transB: { int: 1 } },
    });
  });

  it("makes a chain of a sum of products, as the gradients of row blocks are", () => {
    const products = [0, 1, 2].map((i) => matmul(input(`x${i}`, [2, 3]), kernel));
    const nodes = nodesOf({ total: add(add(products[0]!, products[1]!), products[2]!) });
    expect(nodes.map((node) => [node.operator, node.inputs.length])).toEqual([
      ["Gemm", 2],
      ["Gemm", 3],
      ["Gemm", 3],
    ]);
  });

  it("stays a product where it has another use, is a result, or is stretched by the sum", () => {
    const product = matmul(rows, kernel);
    expect(operators({ sum: add(product, bias), other: neg(product) })).toEqual(["Gemm", "Add", "Neg"]);
    expect(operators({ sum: add(product, bias), product })).toEqual(["Gemm", "Add"]);
    expect(operators({ sum: add(product, input("blocks", [5, 2, 4])) })).toEqual(["Gemm", "Add"]);
    expect(operators({ sum: add(matmul(input("row", [1, 3]), kernel), input("many", [2, 4])) })).toEqual([
      "Gemm",
      "Add",
    ]);
    expect(operators({ twice: add(product, product) })).toEqual(["Gemm", "Add"]);
  });

  it("computes the sum for addends of every shape that broadcasts to it", async () => {
    const data = { rows: [1, 2, 3, 4, 5, 6], kernel: [1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1] };
    const product = [1, 2, 3, 6, 4, 5, 6, 15];
    const addends: Tensor[] = [
      constant(10),
      constant(Float32Array.of(1, 2, 3, 4), [4]),
      constant(Float32Array.of(1, 2), [2, 1]),
      constant(Float32Array.of(1, 2, 3, 4), [1, 4]),
      constant(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [2, 4]),
    ];
    const at = [
      () => 10,
      (_: number, j: number) => j + 1,
      (i: number) => i + 1,
      (_: number, j: number) => j + 1,
      (i: number, j: number) => 4 * i + j + 1,
    ];
    const outputs = Object.fromEntries(addends.map((addend, i) => [`sum${i}`, add(addend, matmul(rows, kernel))]));
    const sums = Object.values(await evaluate(outputs, data));
    sums.forEach((values, which) => {
      expect(Array.from(values)).toEqual(product.map((x, flat) => x + at[which]!(flat >> 2, flat & 3)));
    });
  });
});

describe("equal expressions", () => {
  it("are computed once, whatever their labels", () => {
    const twice = () => scope(`scope${Math.random()}`, () => exp(mul(rows, 2)));
    expect(operators({ result: add(twice(), named("other", twice())) })).toEqual(["Mul", "Exp", "Add"]);
  });

  it("of constants are, too: equal ones of up to 4,096 numbers are one, and what is computed with them", () => {
    const table = (size: number, last: number) =>
      constant(
        Float32Array.from({ length: 3 * size }, (_, i) => (i < 3 * size - 1 ? i : last)),
        [3, size],
      );
    const twice = (size: number, ...last: readonly [number, number]) =>
      operators({ twice: add(neg(matmul(rows, table(size, last[0]))), exp(neg(matmul(rows, table(size, last[1]))))) });
    expect(twice(1_365, 7, 7)).toEqual(["Gemm", "Neg", "Exp", "Add"]);
    expect(twice(1_365, 7, 8)).toEqual(["Gemm", "Neg", "Gemm", "Neg", "Exp", "Add"]);
    expect(twice(1_366, 7, 7)).toEqual(["Gemm", "Neg", "Gemm", "Neg", "Exp", "Add"]);
  });

  it("are not confused with similar ones", () => {
    const a = matmul(input("p", [3, 3]), input("q", [3, 3]));
    const b = matmul(input("p", [3, 3]), input("q", [3, 3]), true);
    expect(operators({ result: mul(a, b) })).toEqual(["Gemm", "Gemm", "Mul"]);
    expect(operators({ result: add(mul(rows, 2), mul(rows, 3)) })).toEqual(["Mul", "Mul", "Add"]);
  });

  it("give a result a copy under its own name only where two results are one value", async () => {
    const value = neg(rows);
    expect(operators({ first: value })).toEqual(["Neg"]);
    expect(operators({ first: value, second: neg(rows), third: stopGradient(rows) })).toEqual([
      "Neg",
      "Identity",
      "Identity",
    ]);
    const results = await evaluate(
      { first: value, second: neg(rows), third: stopGradient(rows) },
      { rows: [1, 2, 3, 4, 5, 6] },
    );
    expect(results.second).toEqual(results.first);
    expect(Array.from(results.third)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe("names", () => {
  it("of labels reach the nodes, numbered where they repeat", () => {
    const layer = scope("critic1/layer0", () => relu(neg(rows)));
    const names = nodesOf({ out: exp(layer) }).map((node) => node.name);
    expect(names).toEqual(["critic1/layer0", "critic1/layer0#1", "Exp"]);
    expect(nodesOf({ out: exp(layer) }).at(-1)!.outputs).toEqual(["out"]);
  });

  it("of inputs, weights and results do not clash with labels", async () => {
    const early = scope("rows", () => neg(constant(Float32Array.of(1), [1])));
    const labelled = scope("w", () => exp(scope("out", () => neg(input("late", [1])))));
    const clash = add(add(early, labelled), weight("w", Float32Array.of(5), [1]));
    const { out } = await evaluate({ out: add(clash, input("rows", [1])) }, { rows: [7], late: [0] });
    expect(out[0]).toBe(-1 + 1 + 5 + 7);
  });
});

describe("the bytes of a model", () => {
  const values = Float32Array.of(1.5, -2, 3e-7, 4);
  const layer = add(
    matmul(rows, weight("actor/layer0/kernel", new Float32Array(12).fill(0.5), [3, 4])),
    weight("actor/layer0/bias", values, [4]),
  );
  const graph = {
    name: "policy",
    outputs: { actions: isPositive(layer) },
    metadata: { agent: "cal-ql", größe: "4 µm" },
    documentation: "doc",
  };

  it("carry names, shapes, values, metadata and versions", () => {
    const model = readOnnxModel(encodeOnnxModel(lowerToOnnx(graph)));
    expect(model).toMatchObject({ irVersion: 9, opset: 18, producer: "calql", graph: "policy", documentation: "doc" });
    expect(model.metadata).toEqual(graph.metadata);
    expect(model.initializers.get("actor/layer0/bias")).toEqual({ shape: [4], values });
    expect(model.initializers.get("actor/layer0/kernel")!.shape).toEqual([3, 4]);
    expect(model.nodes.map((node) => node.operator)).toEqual(["Gemm", "HardSigmoid"]);
    expect(model.nodes[0]!.inputs).toEqual(["rows", "actor/layer0/kernel", "actor/layer0/bias"]);
    expect(Object.fromEntries(model.values)).toEqual({ rows: [2, 3], actions: [2, 4] });
  });

  it("leave the first dimension open for any batch, except of states", () => {
    const outputs = { layer: add(matmul(rows, kernel), bias) };
    const model = readOnnxModel(encodeOnnxModel(lowerToOnnx({ name: "act", outputs, anyBatch: true })));
    expect(Object.fromEntries(model.values)).toEqual({
      rows: ["batch", 3],
      kernel: [3, 4],
      bias: [4],
      layer: ["batch", 4],
    });
  });
});
