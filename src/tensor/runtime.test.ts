/** ONNX Runtime for the web, a build in WebAssembly that leaves given tensors as they are, runs the same programs. */
import * as native from "onnxruntime-node";
import * as web from "onnxruntime-web";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { add, input, matmul, mul, state, sum } from "./operations.js";
import { compile } from "./program.js";
import { createSession, useRuntime } from "./runtime.js";

/** Multiplies a matrix that it keeps by its input, over and over: [2, 2]. */
async function powersOfTwo(times: number) {
  const matrix = state("matrix", [2, 2]);
  const factor = input("factor", [2, 2]);
  const next = matmul(matrix, factor);
  const program = await compile(
    {
      name: "powers",
      states: [{ current: matrix, initial: Float32Array.of(1, 0, 0, 1), next }],
      outputs: { shifted: add(mul(next, 10), 1) },
      metrics: { sum: sum(next) },
    },
    { threads: 1 },
  );
  program.inputs.factor!.set([2, 0, 0, 2]);
  for (let i = 0; i < times; i++) {
    await program.run();
    program.commit();
  }
  const { outputs, metrics } = program;
  const result = { matrix: [...program.state("matrix")], shifted: [...outputs.shifted!], sum: metrics[0] };
  await program.release();
  return result;
}

describe.each([
  { name: "native", runtime: native },
  { name: "web", runtime: web },
])("the $name build", ({ runtime }) => {
  beforeEach(() => {
    web.env.wasm.numThreads = 1;
    useRuntime(runtime);
  });
  afterEach(() => useRuntime(native));

  it("keeps the state of a program, and gives its outputs and metrics", async () => {
    expect(await powersOfTwo(3)).toEqual({ matrix: [8, 0, 0, 8], shifted: [81, 1, 1, 81], sum: 16 });
  });

  it("refuses bytes that are no model", async () => {
    await expect(createSession(Uint8Array.of(1, 2, 3))).rejects.toThrow();
  });
});

it("where no build comes with the platform, a sentence says what to call", async () => {
  await expect(import("./no-runtime.js")).rejects.toThrow(
    'There is no ONNX Runtime yet; install onnxruntime-web and call useRuntime(await import("onnxruntime-web")) first.',
  );
});
