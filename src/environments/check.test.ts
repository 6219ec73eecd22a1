/** What the check of an environment finds in one that is sound, and in those that are wrong in one way each. */
import { describe, expect, it } from "vitest";
import { UsageError } from "../errors.js";
import { makeAntMaze } from "./ant/antmaze.js";
import { checkEnvironment } from "./check.js";
import { Drift, spoilt } from "./drift.fixture.js";
import { box, dict, discrete, type Environment, pixels, type StepResult } from "./environment.js";
import { makeGridWorld } from "./gridworld/gridworld.js";
import { makePointMaze } from "./pointmaze/pointmaze.js";
import { depicted, promising } from "./promising.fixture.js";
import { makeEnvironment } from "./registry.js";

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

function fail(reason: string): never {
  throw new Error(reason);
}

const broken: [string, Environment, string | RegExp][] = [
  ["no name", spoilt(() => ({ name: "" })), /name is ""/],
  [
    "no horizon",
    spoilt(() => ({ horizon: Infinity })),
    "drift: horizon is Infinity; declare the largest number of steps",
  ],
  [
    "no observation space",
    spoilt(() => ({ observationSpace: undefined })),
    "observationSpace is no space of observations; make observationSpace with box(size, low, high) or dict(parts)",
  ],
  [
    "no action space",
    spoilt(() => ({ actionSpace: { kind: "ring" } })),
    "actionSpace is no space of actions; make actionSpace with box(size, low, high) or discrete(count)",
  ],
  [
    "a part that is a dict",
    spoilt(() => ({ observationSpace: { kind: "dict", parts: { state: dict({}) } } })),
    "observationSpace.parts.state is neither a box nor pixels; make observationSpace.parts.state with box(size, low, high) or",
  ],
  [
    "a size of zero",
    spoilt(() => ({ actionSpace: { ...box(1, -1, 1), size: 0 } })),
    "actionSpace has the size 0, not a positive integer",
  ],
  [
    "a promised step that fails",
    spoilt(() => ({ step: () => Promise.reject(new Error("no light")) })),
    'drift: step 1 threw "no light"; it must accept any seed',
  ],
  [
    "a script that throws",
    spoilt(() => ({ scriptedAction: () => fail("no plan") })),
    'drift: scriptedAction() threw "no plan"; it must accept any observation',
  ],
  [
    "a script of another size",
    spoilt(() => ({ scriptedAction: () => new Float32Array(2) })),
    "drift: scriptedAction(): the action has length 2 where the space declares 1; return a fresh Float32Array",
  ],
  [
    "a promised script",
    spoilt(() => ({ scriptedAction: async () => new Float32Array(1) })),
    "drift: scriptedAction() returned a Promise; only reset, step and close may",
  ],
  [
    "bounds of another length",
    spoilt(() => ({ observationSpace: { ...box(2, 0, 1), low: new Float32Array(3) } })),
    'observationSpace has a bound "low" that is not a Float32Array of its size, 2; make observationSpace with box(',
  ],
  [
    "crossed bounds",
    spoilt(() => ({ actionSpace: { ...box(1, 1, 1), high: Float32Array.of(-1) } })),
    "actionSpace has the bounds [1, -1] at index 0",
  ],
  [
    "NaN as bound",
    spoilt(() => ({ observationSpace: { ...box(2, 0, 1), low: new Float32Array(2).fill(Number.NaN) } })),
    "has the bounds [NaN, 1]",
  ],
  [
    "an action space without end",
    spoilt(() => ({ actionSpace: box(1, 0, Infinity) })),
    "drift: actionSpace has the bounds [0, Infinity] at index 0, between which nobody can act; make actionSpace with box(",
  ],
  [
    "an observation space without parts",
    spoilt(() => ({ observationSpace: dict({}) })),
    "drift: observationSpace has no parts; name at least one: dict(",
  ],
  [
    "pixels without a height",
    spoilt(() => ({ observationSpace: dict({ image: pixels(0, 4, 3) }) })),
    "drift: observationSpace.parts.image has the shape [0,4,3]; make observationSpace.parts.image with pixels(",
  ],
  [
    "a picture in the same memory again and again",
    (() => {
      const image = new Uint8Array(18);
      const drift = depicted(new Drift());
      const { reset, step } = drift;
      return Object.assign(drift, {
        reset: async (options: object) => ({
          ...(await reset(options)),
          observation: { state: new Float32Array(2), image },
        }),
        step: async (action: Float32Array) => ({
          ...(await step(action)),
          observation: { state: new Float32Array(2), image },
        }),
      });
    })(),
    "the observation of step 1 lies in the same memory as the one before it; return a fresh array",
  ],
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
    "no number of discrete actions",
    spoilt(() => ({ actionSpace: discrete(0) })),
    "drift: actionSpace has the count 0, not a positive integer; make actionSpace with discrete(count).",
  ],
  [
    "a discrete environment that fails at one of its actions",
    spoilt((drift) => {
      const step = drift.step.bind(drift);
      return {
        actionSpace: discrete(3),
        step: (action: Float32Array) => (action[0] === 2 ? expect.fail("no lever 2") : step(action)),
      };
    }),
    /threw "no lever 2"; it must accept any seed, and any action of its action space/,
  ],
];

describe("checkEnvironment", () => {
  it("finds nothing in a sound environment", async () => {
    expect(await checkEnvironment(new Drift())).toEqual([]);
  });

  it.each([null, undefined, "ant"])("refuses %j, which is no environment at all", async (nothing) => {
    const checked = checkEnvironment(nothing as unknown as Environment);
    await expect(checked).rejects.toThrow(UsageError);
    await expect(checked).rejects.toThrow(
      /^The environment of checkEnvironment\(\) is .*; give an object with reset, step/,
    );
  });

  it("finds nothing in the guarded built-in environments", async () => {
    for (const name of ["pointmaze-umaze", "pointmaze-large", "antmaze-umaze", "gridworld-cliff"]) {
      const environment = await makeEnvironment(name, { horizon: 60 });
      expect(await checkEnvironment(environment)).toEqual([]);
      environment.close();
    }
  });

  it("does not ask of an unguarded environment what the guard does for it", async () => {
    const bare = [
      makePointMaze("umaze", { horizon: 20 }),
      makeAntMaze("umaze", { horizon: 20 }),
      makeGridWorld("four-rooms", { start: "diverse" }),
    ];
    for (const environment of bare) {
      expect(await checkEnvironment(environment)).toEqual([]);
      environment.close();
    }
  });

  it("finds nothing in a sound environment that promises its answers, nor in one that shows pictures", async () => {
    expect(await checkEnvironment(promising(new Drift()))).toEqual([]);
    expect(await checkEnvironment(depicted(new Drift()))).toEqual([]);
    let light = 0;
    const darker = depicted(new Drift(), () => light++ % 256);
    expect(await checkEnvironment(darker)).toEqual([
      expect.stringContaining("reset() with the same seed returned two different observations"),
    ]);
  });

  it("takes actions in the environment's own units, with a bound of its own for each", async () => {
    const beyond: number[] = [];
    const actionSpace = box([0, -5], [3.5, 40]);
    const drift = spoilt((sound) => {
      const step = sound.step.bind(sound);
      return {
        actionSpace,
        step: (action: Float32Array) => {
          for (let i = 0; i < 2; i++)
            if (action[i]! < actionSpace.low[i]! || action[i]! > actionSpace.high[i]!) beyond.push(action[i]!);
          return step(action);
        },
      };
    });
    expect(await checkEnvironment(drift)).toEqual([]);
    expect(beyond).toEqual([]);
  });

  it("acts in a discrete space with each of its actions, and no other", async () => {
    const seen = new Set<number>();
    const drift = spoilt((sound) => {
      const step = sound.step.bind(sound);
      return {
        actionSpace: discrete(3),
        step: (action: Float32Array) => {
          expect(action.length).toBe(1);
          seen.add(action[0]!);
          return step(action);
        },
      };
    });
    expect(await checkEnvironment(drift)).toEqual([]);
    expect([...seen].sort()).toEqual([0, 1, 2]);
  });

  it.each(broken)("finds %s, in one sentence", async (_, environment, sentence) => {
    const problems = await checkEnvironment(environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(typeof sentence === "string" ? literally(sentence) : sentence);
    expect(problems[0]).toMatch(/^[^\n]+; [^\n]+\.$/);
  });

  it("lists several problems at once", async () => {
    const environment = spoiltSteps(() => ({ reward: Infinity, info: {}, truncated: false }));
    expect((await checkEnvironment(environment)).map((problem) => problem.split(":")[1]!.trim())).toEqual([
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
