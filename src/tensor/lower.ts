/**
 * From expressions to one ONNX graph. Each expression becomes one node (a few become none), equal expressions become
 * one, and a product whose only use is a sum becomes a `Gemm` that adds as it multiplies: that is how biases cost
 * nothing and how the gradients of row blocks add up in place. Labels survive as the names of values and nodes.
 */
import { type LoweringContext, loweringRules } from "./lowering-rules.js";
import type { OnnxAttribute, OnnxInitializer, OnnxModel, OnnxNode, OnnxValue } from "./onnx-model.js";
import { type Shape, type Tensor, topologicalOrder } from "./tensor.js";

/** Constants of so many numbers at most become one where they are equal, and what is computed from them with them. */
const MOST_COMPARED = 4096;

export interface GraphDefinition {
  readonly name: string;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Written into the file unchanged, for programs that open it. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly documentation?: string;
  /** The first dimension of every input and output may have any size when it runs; reshaping keeps it. */
  readonly anyBatch?: boolean;
}

/** Lowers the expressions of `outputs` to an ONNX model; inputs and states become inputs of that name. */
export function lowerToOnnx(definition: GraphDefinition): OnnxModel {
  const lowering = new Lowering(definition);
  for (const [name, tensor] of Object.entries(definition.outputs)) lowering.output(name, tensor);
  return {
    name: definition.name,
    documentation: definition.documentation ?? "",
    metadata: definition.metadata ?? {},
    nodes: lowering.nodes,
    initializers: lowering.initializers,
    inputs: lowering.inputs,
    outputs: lowering.outputs,
  };
}

class Lowering implements LoweringContext {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxInitializer[] = [];
  readonly inputs: OnnxValue[] = [];
  readonly outputs: OnnxValue[] = [];
  private readonly names = new Map<Tensor, string>();
  private readonly known = new Map<string, string>();
  private readonly taken = new Map<string, number>();
  private readonly uses = new Map<Tensor, number>();

  private readonly resultNames = new Map<Tensor, string>();

  constructor(private readonly definition: GraphDefinition) {
    const results = Object.values(definition.outputs);
    for (const [name, tensor] of Object.entries(definition.outputs)) {
      if (!this.resultNames.has(tensor)) this.resultNames.set(tensor, name);
      this.taken.set(name, 1);
    }
    const order = topologicalOrder(results);
    for (const { operation } of order) if ("name" in operation && operation.name) this.taken.set(operation.name, 1);
    for (const tensor of order) for (const x of tensor.inputs) this.uses.set(x, (this.uses.get(x) ?? 0) + 1);
    for (const result of results) this.uses.set(result, (this.uses.get(result) ?? 0) + 1);
    const absorbed = this.absorbedProducts(order);
    for (const tensor of order) if (!absorbed.has(tensor)) this.names.set(tensor, this.lower(tensor));
  }

  nameOf(tensor: Tensor): string {
    const name = this.names.get(tensor);
    if (name === undefined) throw new Error(`The expression ${tensor.label} was used before it was lowered.`);
    return name;
  }

  node(
    tensor: Tensor,
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string {
    return this.nodeOutputs(tensor, operator, inputs, attributes, [""])[0]!;
  }

  nodeOutputs(
    tensor: Tensor,
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
    outputs: readonly string[],
  ): readonly string[] {
    const keys = outputs.map((output) => `${JSON.stringify([operator, inputs, attributes])}${output}`);
    const existing = keys.map((key) => this.known.get(key));
    if (existing.every((name) => name !== undefined)) return existing;
    const names = outputs.map((output) => this.uniqueName(`${tensor.label || operator}${output}`));
    this.nodes.push({ operator, name: names[0]!, inputs, outputs: names, attributes });
    keys.forEach((key, i) => {
      this.known.set(key, names[i]!);
    });
    return names;
  }

  floats(values: Float32Array, shape: Shape, name?: string): string {
    if (name !== undefined) return this.weight(name, values, shape);
    return this.initializer(`constant ${shape.length === 0 ? values[0] : `[${shape.join(", ")}]`}`, values, shape);
  }

  integers(values: readonly number[], shape: Shape = [values.length]): string {
    return this.initializer(`[${values.join(", ")}]`, BigInt64Array.from(values, BigInt), shape);
  }

  input(tensor: Tensor, name: string): string {
    const key = `input ${name}`;
    if (this.known.has(key)) return name;
    this.known.set(key, name);
    this.inputs.push({ name, elementType: tensor.elementType, shape: this.declaredShape(tensor) });
    return name;
  }

  /** The product that a sum absorbs, if it does: the later operand is preferred, so that chains of sums stay chains. */
  absorbable(tensor: Tensor): { product: Tensor; addend: Tensor } | undefined {
    if (tensor.operation.kind !== "add") return undefined;
    const [a, b] = tensor.inputs as readonly [Tensor, Tensor];
    const fits = (product: Tensor, addend: Tensor) =>
      product.operation.kind === "matmul" &&
      product.shape.length === 2 &&
      this.uses.get(product) === 1 &&
      addend.shape.length <= 2 &&
      product.shape.length === tensor.shape.length &&
      product.shape.every((size, i) => size === tensor.shape[i]);
    if (fits(b, a)) return { product: b, addend: a };
    return fits(a, b) ? { product: a, addend: b } : undefined;
  }

  output(name: string, tensor: Tensor): void {
    const value = this.nameOf(tensor);
    if (value !== name) {
      this.nodes.push({ operator: "Identity", name: `copy ${name}`, inputs: [value], outputs: [name], attributes: {} });
    }
    this.outputs.push({ name, elementType: tensor.elementType, shape: this.declaredShape(tensor) });
  }

  private lower(tensor: Tensor): string {
    const rule = loweringRules[tensor.operation.kind] as (context: LoweringContext, x: Tensor, o: unknown) => string;
    const before = this.nodes.length;
    const value = rule(this, tensor, tensor.operation);
    const result = this.resultNames.get(tensor);
    return result !== undefined && this.nodes.length > before ? this.renameLast(result) : value;
  }

  /** Lets the node that makes a result write it under the result's name, so that no copy is needed. */
  private renameLast(name: string): string {
    const last = this.nodes.pop()!;
    this.nodes.push({ ...last, outputs: [name, ...last.outputs.slice(1)] });
    this.known.set(JSON.stringify([last.operator, last.inputs, last.attributes]), name);
    return name;
  }

  private absorbedProducts(order: readonly Tensor[]): Set<Tensor> {
    const products = order.map((tensor) => this.absorbable(tensor)?.product);
    return new Set(products.filter((product) => product !== undefined));
  }

  private initializer(label: string, values: Float32Array | BigInt64Array, shape: Shape): string {
    const compared = values.length <= MOST_COMPARED;
    const content = compared ? Array.from(values, String).join(",") : label;
    const key = `${values.constructor.name} [${shape.join(",")}] ${content}`;
    const existing = compared ? this.known.get(key) : undefined;
    if (existing !== undefined) return existing;
    const name = this.uniqueName(label);
    this.initializers.push({ name, shape, values });
    this.known.set(key, name);
    return name;
  }

  private weight(name: string, values: Float32Array, shape: Shape): string {
    const key = `weight ${name}`;
    if (!this.known.has(key)) this.initializers.push({ name, shape, values });
    this.known.set(key, name);
    return name;
  }

  private uniqueName(label: string): string {
    const count = this.taken.get(label) ?? 0;
    this.taken.set(label, count + 1);
    return count === 0 ? label : this.uniqueName(`${label}#${count}`);
  }

  /** With any batch a first dimension that a reshaping leaves as it is may be any. */
  runningShape(from: Tensor, to: Shape): Shape {
    const { anyBatch } = this.definition;
    return anyBatch && from.shape.length > 0 && from.shape[0] === to[0] ? [0, ...to.slice(1)] : to;
  }

  private declaredShape({ operation, shape }: Tensor): readonly (number | string)[] {
    return this.definition.anyBatch && operation.kind !== "state" ? ["batch", ...shape.slice(1)] : shape;
  }
}
