import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { makeAdroit } from "./adroit/adroit.js";
import { makeAntMaze } from "./ant/antmaze.js";
import type { PhysicsEnvironment } from "./physics-environment.js";
import { makePointMaze } from "./pointmaze/pointmaze.js";

/** JavaScript's memory in bytes after a full collection (the flag makes the collector callable in any process). */
function usedBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect !== "function") return 0;
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Steps through episodes; returns by how many bytes the two memories grew after a warm-up. */
function growth(environment: PhysicsEnvironment, steps: number): { wasm: number; javascript: number } {
  const action = new Float32Array(environment.actionSpace.size);
  const run = (count: number) => {
    environment.reset({ seed: 0 });
    for (let t = 0; t < count; t++) {
      for (let i = 0; i < action.length; i++) action[i] = Math.sin(t * (i + 1));
      const { terminated, truncated } = environment.step(action);
      if (terminated || truncated) environment.reset();
    }
  };
  run(Math.min(steps, 2000));
  const before = { wasm: environment.physics.heapBytes, javascript: usedBytes() };
  run(steps);
  return { wasm: environment.physics.heapBytes - before.wasm, javascript: usedBytes() - before.javascript };
}

// 100,000 steps of the ant take the better part of a minute: by default the test takes fewer, enough to show a leak of
// 400 bytes a step; CALQL_ANT_STEPS=100000 runs all of them.
const antSteps = Number(process.env.CALQL_ANT_STEPS ?? 5000);

describe("memory", () => {
  it("does not grow over 100,000 steps of a point maze", () => {
    const environment = makePointMaze("umaze");
    const { wasm, javascript } = growth(environment, 100_000);
    environment.close();
    expect(wasm).toBe(0);
    expect(javascript).toBeLessThan(20 * 100_000);
  });

  it(`does not grow over ${antSteps} steps of an ant maze`, { timeout: 300_000 }, () => {
    const environment = makeAntMaze("umaze");
    const { wasm, javascript } = growth(environment, antSteps);
    environment.close();
    expect(wasm).toBe(0);
    expect(javascript).toBeLessThan(2_000_000);
  });

  it("does not grow over 5000 steps of a hand, nor when states are saved", () => {
    const environment = makeAdroit("door", "dense");
    const { wasm, javascript } = growth(environment, 5000);
    const { heapBytes } = environment.physics;
    for (let i = 0; i < 5000; i++) environment.restoreState(environment.saveState());
    expect(environment.physics.heapBytes).toBe(heapBytes);
    environment.close();
    expect(wasm).toBe(0);
    expect(javascript).toBeLessThan(2_000_000);
  });

  it("is given back when environments are closed", () => {
    const openAndClose = (count: number) => {
      let bytes = 0;
      for (let i = 0; i < count; i++) {
        const environment = makePointMaze("umaze");
        bytes = environment.physics.heapBytes;
        environment.close();
      }
      return bytes;
    };
    const before = openAndClose(5);
    expect(openAndClose(100)).toBe(before); // a state alone takes 1 MiB, so a forgotten one would show
  });
});
