/** For tests: compiles expressions, feeds their inputs, runs them once in ONNX Runtime and hands back copies. */
import { gradients } from "./gradients.js";
import { mul, sum } from "./operations.js";
import { compile } from "./program.js";
import type { Tensor } from "./tensor.js";

export type Values = Readonly<Record<string, ArrayLike<number>>>;

/** The values of float32 expressions, by name, computed by ONNX Runtime on one thread. */
export async function evaluate<Name extends string>(
  outputs: Readonly<Record<Name, Tensor>>,
  inputs: Values = {},
): Promise<Record<Name, Float32Array>> {
  const program = await compile({ name: "test", outputs }, { threads: 1 });
  try {
    for (const [name, values] of Object.entries(inputs)) program.inputs[name]?.set(values);
    await program.run();
    const entries = Object.keys(outputs).map((name) => [name, program.outputs[name]!.slice()] as const);
    return Object.fromEntries(entries) as Record<Name, Float32Array>;
  } finally {
    await program.release();
  }
}

/** The value of one expression as an array. */
export async function numbersOf(tensor: Tensor, inputs: Values = {}): Promise<number[]> {
  return Array.from((await evaluate({ value: tensor }, inputs)).value);
}

/** The gradients of the sum of an expression (weighted, if weights are given) with respect to tensors, as arrays. */
export async function gradientsOf(
  tensor: Tensor,
  parameters: readonly Tensor[],
  inputs: Values = {},
  weights?: Tensor,
): Promise<number[][]> {
  const loss = sum(weights ? mul(tensor, weights) : tensor);
  const outputs = Object.fromEntries(gradients(loss, parameters).map((gradient, i) => [`gradient${i}`, gradient]));
  return Object.values(await evaluate(outputs, inputs)).map((values) => Array.from(values));
}
