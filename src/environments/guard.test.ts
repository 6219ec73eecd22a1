import { describe, expect, it } from "vitest";
import { RunFailure, UsageError } from "../errors.js";
import { makeFrame } from "../rendering/frame.js";
import {
  box,
  dict,
  discrete,
  type Environment,
  pixels,
  type ResetResult,
  type StepResult,
  type SyncEnvironment,
} from "./environment.js";
import { guardEnvironment } from "./guard.js";
import { promising } from "./promising.fixture.js";

/** Counts to three; every part of its answer to `step` can be spoilt. */
function counter(spoilt: Partial<Record<keyof StepResult, unknown>> = {}): SyncEnvironment & { closings: number } {
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
      const result: StepResult<Float32Array> = {
        observation: Float32Array.of(count),
        reward: action[0]!,
        terminated: action[1]! > 0.5,
        truncated: count === 3,
        info: { success: false },
      };
      return { ...result, ...spoilt } as StepResult<Float32Array>;
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
    }) as [SyncEnvironment, SyncEnvironment];
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
    // One that rejects unhandled fails the tests as it would end a process.
    ["rejects", () => Promise.reject(new Error("no light"))],
  ])("stops at a promise that %s, from a method that must answer at once", async (_, promise) => {
    const of = (method: "saveState" | "restoreState" | "render") => {
      const stateful = { saveState: () => Float64Array.of(1), restoreState: () => {} };
      const spoilt = { ...counter(), ...stateful, [method]: promise } as unknown as Environment;
      return guardEnvironment(spoilt, "counter");
    };
    const calls = {
      saveState: (environment: Environment) => environment.saveState!(),
      restoreState: (environment: Environment) => environment.restoreState!(Float64Array.of(0, 0, 1)),
      render: (environment: Environment) => environment.render!(makeFrame(2, 2)),
    };
    for (const [method, call] of Object.entries(calls)) {
      const environment = of(method as keyof typeof calls);
      environment.reset();
      expect(() => call(environment)).toThrow(RunFailure);
      expect(() => call(environment)).toThrow(
        `counter: ${method}() broke the contract of an environment: ${method}() returned a Promise; only reset, step and close may; return what it resolves to`,
      );
    }
    const closing = guardEnvironment({ ...counter(), close: promise } as unknown as Environment);
    await closing.close();
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

  describe("before an environment that promises its answers", () => {
    const guarded = (spoilt: Parameters<typeof counter>[0] = {}) =>
      guardEnvironment(promising(counter(spoilt)), "counter");

    it("passes on what comes, and keeps the count of steps", async () => {
      const environment = guarded();
      expect((await environment.reset({ seed: 4 })).observation).toEqual(Float32Array.of(0));
      for (let step = 1; step <= 3; step++)
        expect(await environment.step(idle)).toMatchObject({ observation: Float32Array.of(step) });
      expect(() => environment.step(idle)).toThrow("the episode ended (truncated at step 3)");
    });

    it("stops at a broken answer, and lets a failure through", async () => {
      const environment = guarded({ reward: Number.NaN });
      await environment.reset();
      await expect(environment.step(idle)).rejects.toThrow(RunFailure);
      await environment.reset();
      await expect(environment.step(idle)).rejects.toThrow(
        "counter: step 1 broke the contract of an environment: the reward is NaN and not a finite number",
      );
      const failing = guardEnvironment({ ...counter(), reset: () => Promise.reject(new Error("no light")) }, "counter");
      await expect(failing.reset()).rejects.toThrow("no light");
    });

    it("refuses a call while another is under way, and what comes after close()", async () => {
      const environment = guarded();
      const begun = environment.reset();
      expect(() => environment.step(idle)).toThrow(
        "counter: step() was called while another call was under way; await its answer first.",
      );
      await begun;
      const stepped = environment.step(idle);
      expect(() => environment.reset()).toThrow("reset() was called while another call was under way");
      environment.close();
      await expect(stepped).rejects.toThrow(
        "counter: close() was called while another call was under way; await its answer first.",
      );
      expect(() => environment.reset()).toThrow("reset() was called after close()");
    });
  });

  it("looks at every part of an observation", () => {
    const parts = dict({ state: box(1, 0, 3), image: pixels(2, 2, 1) });
    const seen = (observation: unknown) => () =>
      guardEnvironment(
        {
          ...counter(),
          observationSpace: parts,
          reset: () => ({ observation, info: { success: false } }) as ResetResult,
        },
        "counter",
      ).reset();
    const [state, image] = [Float32Array.of(1), new Uint8Array(4)];
    expect(seen({ state, image })()).toMatchObject({ observation: { state, image } });
    const broken = "counter: reset() broke the contract of an environment: the observation";
    expect(seen(state)).toThrow(`${broken} is of type Float32Array and not an object with the parts state, image`);
    expect(seen({ state })).toThrow(`${broken} has a part "image" that is undefined and not a Uint8Array`);
    expect(seen({ state, image: new Uint8Array(5) })).toThrow(
      `${broken} has a part "image" that has length 5 where the space declares 2 x 2 x 1 = 4`,
    );
    expect(seen({ state: Float32Array.of(Number.NaN), image })).toThrow(
      `${broken} has a part "state" that holds NaN at index 0`,
    );
    expect(seen({ state, image, sound: image })).toThrow(
      `${broken} has a part "sound" that the space does not declare`,
    );
  });
});
