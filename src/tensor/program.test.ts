/** A program's life: inputs in, state kept in two buffers that swap at a commit, results refused without one. */
import { describe, expect, it } from "vitest";
import { gradients } from "./gradients.js";
import { add, conv2d, input, matmul, mul, neg, state, sum } from "./operations.js";
import { compile, type Program } from "./program.js";
import type { Tensor } from "./tensor.js";

const total = state("total", [2]);
const count = state("count", []);
const amounts = input("amounts", [2]);

function counter(): Promise<Program> {
  const next = add(total, amounts);
  return compile(
    {
      name: "counter",
      states: [
        { current: total, initial: Float32Array.of(10, 20), next },
        { current: count, initial: new Float32Array(1), next: add(count, 1) },
      ],
      outputs: { doubled: mul(next, 2) },
      metrics: { sum: sum(next), lastCount: count },
    },
    { threads: 1 },
  );
}

describe("Program", () => {
  it("keeps the state until a commit, and the refused result does not leak into the next run", async () => {
    const program = await counter();
    program.inputs.amounts!.set([1, 2]);
    await program.run();
    expect([...program.state("total")]).toEqual([10, 20]);
    expect([...program.computedState("total")]).toEqual([11, 22]);
    program.inputs.amounts!.set([5, 5]);
    await program.run();
    expect([...program.computedState("total")]).toEqual([15, 25]);
    program.commit();
    expect([...program.state("total")]).toEqual([15, 25]);
    await program.run();
    program.commit();
    expect([...program.state("total")]).toEqual([20, 30]);
    expect([...program.state("count")]).toEqual([2]);
    await program.release();
  });

  it("swaps the same two arrays, and reuses those of inputs, outputs and metrics", async () => {
    const program = await counter();
    const { doubled } = program.outputs;
    const { metrics } = program;
    const seen: Float32Array[] = [];
    for (let i = 0; i < 5; i++) {
      seen.push(program.state("total"));
      await program.run();
      program.commit();
    }
    expect(new Set(seen).size).toBe(2);
    expect(seen.every((array, i) => array === seen[i % 2])).toBe(true);
    expect(program.outputs.doubled).toBe(doubled);
    expect(program.metrics).toBe(metrics);
    expect([...program.state("count")]).toEqual([5]);
    await program.release();
  });

  it("gives outputs by name and scalar metrics in the order of their names", async () => {
    const program = await counter();
    program.inputs.amounts!.set([1, 2]);
    await program.run();
    expect([...program.outputs.doubled!]).toEqual([22, 44]);
    expect(program.metricNames).toEqual(["sum", "lastCount"]);
    expect([...program.metrics]).toEqual([33, 0]);
    expect(program.secondsInRuntime).toBeGreaterThan(0);
    await program.release();
  });

  it("takes its first values by copy, so that two programs of one definition do not share them", async () => {
    const initial = Float32Array.of(1, 2);
    const definition = { name: "copy", states: [{ current: total, initial, next: neg(total) }] };
    const [first, second] = [await compile(definition, { threads: 1 }), await compile(definition, { threads: 1 })];
    first.state("total").set([7, 7]);
    expect([...second.state("total")]).toEqual([1, 2]);
    expect([...initial]).toEqual([1, 2]);
    await first.release();
    await second.release();
  });

  it("counts 2·m·n·k for every product, transposed or not", async () => {
    const product = matmul(input("a", [3, 5]), input("b", [7, 3]), true, true); // [5, 3]·[3, 7]
    const program = await compile({ name: "p", outputs: { square: matmul(product, product, false, true) } });
    expect(program.denseOperations).toBe(2 * 5 * 7 * 3 + 2 * 5 * 5 * 7);
    await program.release();
  });

  it("counts 2 for every number under the kernel of a convolution, and as many in each of its gradients", async () => {
    const [x, kernel] = [input("x", [2, 3, 5, 7]), input("kernel", [4, 3, 3, 2])];
    const y = conv2d(x, kernel, { stride: 2, padding: 0 }); // [2, 4, 2, 3]
    const [toX, toKernel] = gradients(sum(y), [x, kernel]);
    const counted = async (outputs: Readonly<Record<string, Tensor>>) => {
      const program = await compile({ name: "p", outputs });
      await program.release();
      return program.denseOperations;
    };
    const once = 2 * (2 * 4 * 2 * 3) * (3 * 3 * 2);
    expect(await counted({ y })).toBe(once);
    expect(await counted({ toX: toX! })).toBe(once);
    expect(await counted({ toKernel: toKernel! })).toBe(once);
  });

  it("names the states it has when asked for another", async () => {
    const program = await counter();
    expect(() => program.state("totl")).toThrow('The program has no state "totl"; it has total, count.');
    await program.release();
  });
});
