import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { makeAntMaze } from "./antmaze.js";
import { checkEnvironment } from "./check.js";
import { box, type Environment, type ResetResult, type StepResult } from "./environment.js";
import { makePointMaze } from "./pointmaze.js";
import { makeEnvironment } from "./registry.js";

/** A point that drifts at random for ten steps: sound in every respect, and made to be spoilt. */
class Drift implements Environment {
  readonly name: string = "drift";
  observationSpace = box(2, -100, 100);
  actionSpace = box(1, -1, 1);
  horizon = 10;
  random = new RandomStream(0);
  position = 0;
  steps = 0;
  ended = false;

  reset(options: { seed?: number } = {}): ResetResult {
    if (options.seed !== undefined) this.random = new RandomStream(options.seed);
    this.position = this.random.normal();
    this.steps = 0;
    this.ended = false;
    return { observation: this.observe(), info: { success: false } };
  }

  step(action: Float32Array): StepResult {
    if (this.ended) throw new Error("the episode is over");
    this.position += action[0]! + this.random.normal();
    this.steps++;
    this.ended = this.steps === this.horizon;
    return {
      observation: this.observe(),
      reward: -Math.abs(this.position),
      terminated: false,
      truncated: this.ended,
      info: { success: false },
    };
  }

  close(): void {}

  observe(): Float32Array {
    return Float32Array.of(this.position, this.steps);
  }
}

/** A drift with some of its members replaced. */
function spoilt(change: (drift: Drift) => object): Drift {
  const drift = new Drift();
  return Object.assign(drift, change(drift));
}

/** A drift whose answers to `step` are changed. */
function spoiltSteps(change: (result: StepResult, step: number) => object): Drift {
  return spoilt((drift) => {
    const step = drift.step.bind(drift);
    return {
      step: (action: Float32Array) => {
        const result = step(action);
        return { ...result, ...change(result, drift.steps) };
      },
    };
  });
}

const broken: [string, Environment, string | RegExp][] = [
  ["no name", spoilt(() => ({ name: "" })), /name is ""/],
  [
    "no horizon",
    spoilt(() => ({ horizon: Infinity })),
    "drift: horizon is Infinity; declare the largest number of steps",
  ],
  ["no observation space", spoilt(() => ({ observationSpace: undefined })), "observationSpace is not a box space"],
  [
    "a size of zero",
    spoilt(() => ({ actionSpace: box(0, -1, 1) })),
    "actionSpace has the size 0, not a positive integer",
  ],
  [
    "bounds of another length",
    spoilt(() => ({ observationSpace: { ...box(2, 0, 1), low: new Float32Array(3) } })),
    'observationSpace has a bound "low" that is not a Float32Array of its size, 2; make observationSpace with box(',
  ],
  ["crossed bounds", spoilt(() => ({ actionSpace: box(1, 1, -1) })), "actionSpace has the bounds [1, -1] at index 0"],
  ["NaN as bound", spoilt(() => ({ observationSpace: box(2, Number.NaN, 1) })), "has the bounds [NaN, 1]"],
  ["an action space beyond 1", spoilt(() => ({ actionSpace: box(1, -2, 2) })), "scale the action inside step()"],
  [
    "a reset that throws",
    spoilt(() => ({
      reset: () => {
        throw new Error("no such map");
      },
    })),
    'drift: reset({ seed: 0 }) threw "no such map"; it must accept any seed',
  ],
  [
    "a reset without info",
    spoilt((drift) => {
      const reset = drift.reset.bind(drift);
      return { reset: (options: object) => ({ observation: reset(options).observation }) };
    }),
    "reset(): info.success is undefined and not a boolean; tell in info.success",
  ],
  ["an observation that is too long", spoiltSteps(() => ({ observation: new Float32Array(3) })), "has length 3 where"],
  [
    "an observation of type Array",
    spoiltSteps(() => ({ observation: [1, 2] })),
    "is of type Array and not a Float32Array",
  ],
  [
    "an observation with NaN",
    spoiltSteps(() => ({ observation: Float32Array.of(0, Number.NaN) })),
    "step 1: the observation holds NaN at index 1, which is not a finite number",
  ],
  [
    "an observation out of its bounds",
    spoiltSteps((_, step) => ({ observation: Float32Array.of(step === 4 ? 101 : 0, 0) })),
    "step 4: the observation holds 101 at index 0, outside the declared [-100, 100]; widen the bounds",
  ],
  ["no answer", spoilt(() => ({ step: () => undefined })), "step 1: the answer is undefined; return an object"],
  ["a reward that is NaN", spoiltSteps(() => ({ reward: Number.NaN })), "the reward is NaN and not a finite number"],
  ["terminated as a number", spoiltSteps(() => ({ terminated: 0 })), "terminated is 0 and not a boolean"],
  ["no truncated", spoiltSteps(({ truncated }) => ({ truncated: truncated || undefined })), "truncated is undefined"],
  ["no info.success", spoiltSteps(() => ({ info: {} })), "step 1: info.success is undefined and not a boolean"],
  [
    "an episode that never ends",
    spoiltSteps(() => ({ truncated: false })),
    "drift: the episode still ran after 10 steps, its horizon; return truncated: true",
  ],
  [
    "the same array again and again",
    spoilt(() => {
      const shared = new Float32Array(2);
      return {
        observe(this: Drift) {
          shared[0] = this.position;
          shared[1] = this.steps;
          return shared;
        },
      };
    }),
    "the observation of step 1 lies in the same memory as the one before it; return a fresh array",
  ],
  [
    "a reset that ignores its seed",
    spoilt((drift) => {
      const reset = drift.reset.bind(drift);
      return { reset: () => reset({}) };
    }),
    "reset() with the same seed returned two different observations",
  ],
  [
    "steps that do not follow from the seed",
    spoilt((drift) => {
      let calls = 0;
      const step = drift.step.bind(drift);
      return { step: (action: Float32Array) => ({ ...step(action), reward: calls++ }) };
    }),
    "the same seed and actions led to two different episodes from step 1 on",
  ],
  [
    "a step after the end that is accepted",
    spoilt((drift) => {
      const step = drift.step.bind(drift);
      return {
        step: (action: Float32Array) => {
          drift.ended = false;
          return step(action);
        },
      };
    }),
    "step() was accepted after the episode ended at step 10; throw there, or make the environment with makeEnvironment()",
  ],
];

describe("checkEnvironment", () => {
  it("finds nothing in a sound environment", () => {
    expect(checkEnvironment(new Drift())).toEqual([]);
  });

  it("finds nothing in the guarded built-in environments", () => {
    for (const name of ["pointmaze-umaze", "pointmaze-large", "antmaze-umaze"]) {
      const environment = makeEnvironment(name, { horizon: 60 });
      expect(checkEnvironment(environment)).toEqual([]);
      environment.close();
    }
  });

  it("finds only the missing guard in a bare maze", () => {
    for (const environment of [makePointMaze("umaze", { horizon: 20 }), makeAntMaze("umaze", { horizon: 20 })]) {
      const problems = checkEnvironment(environment);
      expect(problems.length).toBe(1);
      expect(problems[0]).toContain("accepted after the episode ended at step 20");
      environment.close();
    }
  });

  it.each(broken)("finds %s, in one sentence", (_, environment, sentence) => {
    const problems = checkEnvironment(environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(typeof sentence === "string" ? literally(sentence) : sentence);
    expect(problems[0]).toMatch(/^[^\n]+; [^\n]+\.$/);
  });

  it("lists several problems at once", () => {
    const environment = spoiltSteps(() => ({ reward: Infinity, info: {}, truncated: false }));
    expect(checkEnvironment(environment).map((problem) => problem.split(":")[1]!.trim())).toEqual([
      "step 1",
      "step 1",
      expect.stringContaining("still ran"),
    ]);
  });
});

/** A pattern that matches exactly this text. */
function literally(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
}
