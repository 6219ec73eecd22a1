import { describe, expect, it } from "vitest";
import { RunFailure, UsageError } from "../errors.js";
import { makeFrame } from "../rendering/frame.js";
import { box, discrete, type Environment, type StepResult } from "./environment.js";
import { guardEnvironment } from "./guard.js";

/** Counts to three; every part of its answer to `step` can be spoilt. */
function counter(spoilt: Partial<Record<keyof StepResult, unknown>> = {}): Environment & { closings: number } {
  let count = 0;
  return {
    name: "unguarded",
    observationSpace: box(1, 0, 3),
    actionSpace: box(2, -1, 1),
    horizon: 3,
    closings: 0,
    reset() {
      count = 0;
      return { observation: Float32Array.of(0), info: { success: false } };
    },
    step(action) {
      count++;
      const result: StepResult = {
        observation: Float32Array.of(count),
        reward: action[0]!,
        terminated: action[1]! > 0.5,
        truncated: count === 3,
        info: { success: false },
      };
      return { ...result, ...spoilt } as StepResult;
    },
    close() {
      this.closings++;
    },
  };
}

const idle = new Float32Array(2);

describe("the guard", () => {
  it("passes on what the environment declares and answers, under the registered name", () => {
    const environment = guardEnvironment(counter(), "counter");
    expect([environment.name, environment.horizon]).toEqual(["counter", 3]);
    expect(environment.reset({ seed: 4 }).observation).toEqual(Float32Array.of(0));
    const result = environment.step(Float32Array.of(0.25, 0));
    expect(result).toEqual({
      observation: Float32Array.of(1),
      reward: 0.25,
      terminated: false,
      truncated: false,
      info: { success: false },
    });
  });

  it("refuses a step before the first reset", () => {
    const environment = guardEnvironment(counter(), "counter");
    expect(() => environment.step(idle)).toThrow(UsageError);
    expect(() => environment.step(idle)).toThrow(
      "counter: step() was called before the first reset(); call reset() first.",
    );
  });

  it("refuses a step after the end, says how and when it ended, and goes on after a reset", () => {
    const environment = guardEnvironment(counter(), "counter");
    environment.reset();
    for (let t = 0; t < 3; t++) environment.step(idle);
    expect(() => environment.step(idle)).toThrow(
      "counter: step() was called after the episode ended (truncated at step 3); call reset() first.",
    );
    environment.reset();
    environment.step(Float32Array.of(0, 1));
    expect(() => environment.step(idle)).toThrow("ended (terminated at step 1)");
    environment.reset();
    expect(environment.step(idle).truncated).toBe(false);
  });

  it.each([
    ["length", new Float32Array(3), "the action for step 2 has length 3 where the space declares 2"],
    ["NaN", Float32Array.of(0, Number.NaN), "the action for step 2 holds NaN at index 1, which is not a finite number"],
    ["infinity", Float32Array.of(Infinity, 0), "the action for step 2 holds Infinity at index 0"],
    ["Array", [0, 0], "the action for step 2 is of type Array and not a Float32Array"],
    ["Float64Array", new Float64Array(2), "the action for step 2 is of type Float64Array and not a Float32Array"],
    ["undefined", undefined, "the action for step 2 is undefined and not a Float32Array"],
  ])("refuses an action with the wrong %s and leaves the episode as it was", (_, action, sentence) => {
    const environment = guardEnvironment(counter(), "counter");
    environment.reset();
    environment.step(idle);
    expect(() => environment.step(action as Float32Array)).toThrow(UsageError);
    expect(() => environment.step(action as Float32Array)).toThrow(`counter: ${sentence}`);
    expect(environment.step(idle).observation[0]).toBe(2);
  });

  it.each([
    ["fraction", Float32Array.of(0.5), "the action for step 1 holds 0.5, which is no whole number from 0 to 3"],
    ["number too high", Float32Array.of(4), "the action for step 1 holds 4, which is no whole number from 0 to 3"],
    ["negative number", Float32Array.of(-1), "the action for step 1 holds -1, which is no whole number from 0 to 3"],
    ["NaN", Float32Array.of(Number.NaN), "the action for step 1 holds NaN, which is no whole number"],
    [
      "one-hot vector",
      Float32Array.of(0, 1, 0, 0),
      "the action for step 1 has length 4 where a discrete action is one",
    ],
    ["bare number", 2, "the action for step 1 is 2 and not a Float32Array"],
  ])("refuses a %s as a discrete action", (_, action, sentence) => {
    const environment = guardEnvironment({ ...counter(), actionSpace: discrete(4) }, "counter");
    environment.reset();
    expect(() => environment.step(action as Float32Array)).toThrow(UsageError);
    expect(() => environment.step(action as Float32Array)).toThrow(`counter: ${sentence}`);
  });

  it("refuses everything after close, except another close", () => {
    const inner = counter();
    const environment = guardEnvironment(inner, "counter");
    environment.reset();
    environment.step(idle);
    environment.close();
    environment.close();
    expect(inner.closings).toBe(1);
    expect(() => environment.step(idle)).toThrow(
      "counter: step() was called after close(), at step 1 of the episode; make a new environment.",
    );
    expect(() => environment.reset()).toThrow("counter: reset() was called after close(); make a new environment.");
  });

  it("saves its own state with the environment's, and offers neither where the environment does not", () => {
    const [first, second] = [counter(), counter()].map((bare) => {
      const state = { at: 0 };
      const { step } = bare;
      return guardEnvironment(
        Object.assign(bare, {
          step: (action: Float32Array) => ({ ...step.call(bare, action), observation: Float32Array.of(++state.at) }),
          saveState: () => Float64Array.of(state.at),
          restoreState: ([at]: Float64Array) => {
            state.at = at!;
          },
        }),
        "counter",
      );
    }) as [Environment, Environment];
    expect(() => first.saveState?.()).toThrow("counter: saveState() was called before the first reset(); call reset()");
    first.reset();
    first.step(idle);
    const running = first.saveState?.();
    first.step(Float32Array.of(0, 1));
    const terminated = first.saveState?.();
    expect(running).toEqual(Float64Array.of(0, 1, 1));
    expect(terminated).toEqual(Float64Array.of(1, 2, 2));
    second.restoreState?.(running!);
    expect(second.step(idle).observation).toEqual(Float32Array.of(2));
    second.restoreState?.(terminated!);
    expect(() => second.step(idle)).toThrow("the episode ended (terminated at step 2)");
    expect(() => second.restoreState?.(Float64Array.of(9, 1, 1))).toThrow("something else than a saved state");
    expect(() => second.restoreState?.(new Float64Array())).toThrow(UsageError);
    second.close();
    expect(() => second.saveState?.()).toThrow(
      "counter: saveState() was called after close(); make a new environment.",
    );
    expect(() => second.restoreState?.(running!)).toThrow("restoreState() was called after close()");
    expect([guardEnvironment(counter()).saveState, guardEnvironment(counter()).restoreState]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it("stops at a saved state that is no array of finite numbers", () => {
    const saving = (state: unknown) => {
      const stateful = { saveState: () => state as Float64Array, restoreState: () => {} };
      const environment = guardEnvironment(Object.assign(counter(), stateful), "counter");
      environment.reset();
      return () => environment.saveState?.();
    };
    const broken = "counter: saveState() broke the contract of an environment: the state";
    expect(saving(Float64Array.of(1, Infinity))).toThrow(RunFailure);
    expect(saving(Float64Array.of(1, Infinity))).toThrow(`${broken} holds Infinity at index 1`);
    expect(saving(Float32Array.of(1))).toThrow(`${broken} is of type Float32Array and not a Float64Array`);
    expect(saving([1])).toThrow(`${broken} is of type Array and not a Float64Array`);
  });

  it.each([
    ["resolves", () => Promise.resolve(Float64Array.of(1))],
    // One that rejects and that nobody has seen to fails the tests as it would end a process.
    ["rejects", () => Promise.reject(new Error("no light"))],
  ])("stops at a promise that %s, whatever returns it", async (_, promise) => {
    const asynchronous = { reset: promise, step: promise, saveState: promise, restoreState: promise, render: promise };
    const [broken, synchronous] = ["broke the contract of an environment", "environments are synchronous, so return"];
    const of = (method: keyof typeof asynchronous) => {
      const stateful = { saveState: () => Float64Array.of(1), restoreState: () => {} };
      const spoilt = { ...counter(), ...stateful, [method]: promise } as unknown as Environment;
      return guardEnvironment(spoilt, "counter");
    };
    expect(() => of("reset").reset()).toThrow(`counter: reset() ${broken}: reset() returned a Promise; ${synchronous}`);
    const calls = {
      step: (environment: Environment) => environment.step(idle),
      saveState: (environment: Environment) => environment.saveState!(),
      restoreState: (environment: Environment) => environment.restoreState!(Float64Array.of(0, 0, 1)),
      render: (environment: Environment) => environment.render!(makeFrame(2, 2)),
    };
    for (const [method, call] of Object.entries(calls)) {
      const environment = of(method as keyof typeof calls);
      environment.reset();
      expect(() => call(environment)).toThrow(RunFailure);
      environment.reset();
      expect(() => call(environment)).toThrow(`${broken}: ${method}() returned a Promise; ${synchronous}`);
    }
    const closing = guardEnvironment({ ...counter(), close: promise } as unknown as Environment);
    expect(() => closing.close()).not.toThrow();
    // A rejection is seen to be unhandled once the microtasks are over.
    await new Promise((resolve) => setTimeout(resolve));
  });

  it("refuses a seed that is no integer", () => {
    const environment = guardEnvironment(counter(), "counter");
    expect(() => environment.reset({ seed: 0.5 })).toThrow("counter: reset() was given the seed 0.5; pass an integer.");
  });

  it.each([
    ["observation", Float32Array.of(Number.NaN), "the observation holds NaN at index 0"],
    ["observation", [1], "the observation is of type Array and not a Float32Array"],
    ["reward", Number.NaN, "the reward is NaN and not a finite number"],
    ["reward", "1", 'the reward is the string "1" and not a finite number'],
    ["terminated", undefined, "terminated is undefined and not a boolean"],
    ["truncated", 1, "truncated is 1 and not a boolean"],
    ["info", {}, "info.success is undefined and not a boolean"],
  ] as const)("stops the run at an answer with a broken %s", (key, value, sentence) => {
    const environment = guardEnvironment(counter({ [key]: value }), "counter");
    environment.reset();
    expect(() => environment.step(idle)).toThrow(RunFailure);
    environment.reset();
    expect(() => environment.step(idle)).toThrow(`counter: step 1 broke the contract of an environment: ${sentence}`);
  });
});
