/** Who plays which online episode, told by what the script alone does: the same action in every step. */
import { describe, expect, it } from "vitest";
import type { Sizes } from "../agents/context.js";
import { EnvironmentFailure } from "../environments/environment-failure.js";
import { RandomStream } from "../random.js";
import { lineData, registerLine, tiny } from "../runs/tiny-run.fixture.js";
import type { TrainSettings } from "../settings/configuration.js";
import { MemorySink } from "./memory-sink.js";
import type { RunState } from "./snapshot.js";
import { trainInMemory } from "./train-in-memory.js";
import { explorer } from "./warm-up.js";

const script = 0.625;
/** Aborted before this step of the task, where one is given. */
let stopAt = { step: Number.POSITIVE_INFINITY, stop: new AbortController() };
let steps = 0;
const beforeStep = () => {
  if (++steps === stopAt.step) stopAt.stop.abort();
};
const task = registerLine("line with a script", { script, beforeStep, savable: true });
const dataset = lineData();
const settings = { ...tiny, task, onlineSteps: 60, warmupSteps: 35, warmupActions: "scripted" } satisfies TrainSettings;

function planless(): never {
  throw new Error("no plan");
}

const byScript = ({ episodes }: MemorySink) =>
  episodes.map(({ actions }) => actions.every((action) => action === script));

describe("a random warm-up", () => {
  /** So many actions of chance for an agent of these sizes. */
  async function actionsOf(sizes: Partial<Sizes>, count = 400): Promise<number[][]> {
    const [log, streams] = [{ onlineSteps: 0, onlineEpisodes: 0 }, { warmup: new RandomStream(1, "warmup") }];
    const state = { agent: { sizes }, collector: {}, log, streams } as unknown as RunState;
    const policy = explorer(state, { warmupSteps: 1, warmupActions: "random" });
    const seen = Float32Array.of(0);
    const drawn = Array.from({ length: count }, async () => [...(await policy.act(seen, { deterministic: false }))]);
    return Promise.all(drawn);
  }

  it("acts evenly within the bounds of the task's actions", async () => {
    const bounds = { low: Float32Array.of(-3, 10), high: Float32Array.of(-1, 30) };
    const actions = await actionsOf({ actionSize: 2, transform: { actions: bounds } as Sizes["transform"] });
    for (const [entry, low, high] of [
      [0, -3, -1],
      [1, 10, 30],
    ] as const) {
      const values = actions.map((action) => action[entry]!);
      const tenth = (high - low) / 10;
      expect(Math.min(...values)).toBeGreaterThanOrEqual(low);
      expect(Math.max(...values)).toBeLessThanOrEqual(high);
      expect(Math.min(...values)).toBeLessThan(low + tenth);
      expect(Math.max(...values)).toBeGreaterThan(high - tenth);
    }
    const within = (await actionsOf({ actionSize: 1 })).flat();
    expect(Math.min(...within)).toBeLessThan(-0.9);
    expect(Math.max(...within.map(Math.abs))).toBeLessThanOrEqual(1);
  });

  it("chooses each of the discrete actions", async () => {
    const actions = (await actionsOf({ actionSize: 1, discreteActions: 5 })).flat();
    expect([...new Set(actions)].sort()).toEqual([0, 1, 2, 3, 4]);
  });
});

it("a warm-up by the policy is the policy's, script or not", async () => {
  const record = await trainInMemory({ ...settings, warmupActions: "policy" }, { dataset });
  expect(byScript(record)).toEqual(Array(6).fill(false));
  expect(record.ending?.updates).toBe(10 + 60 - 35);
});

describe("a scripted warm-up", () => {
  it("plays the task's script and the policy in turns, and the policy alone after it", async () => {
    const record = await trainInMemory(settings, { dataset });
    expect(byScript(record)).toEqual([true, false, true, false, false, false]);
    expect(record.ending?.updates).toBe(10 + 60 - 35); // none is learned from before the warm-up's end
  });

  it("goes on in the middle of the script's episode as if it had not been interrupted", async () => {
    const whole = await trainInMemory(settings, { dataset });
    // Two evaluations of two episodes of ten steps come first; the third episode is the script's.
    [steps, stopAt] = [0, { step: 40 + 25, stop: new AbortController() }];
    const record = new MemorySink();
    await trainInMemory(settings, { dataset, record, signal: stopAt.stop.signal });
    expect(record.ending).toMatchObject({ status: "interrupted", onlineEpisodes: 2 });
    const resumed = await trainInMemory(settings, { dataset, record });
    expect(byScript(resumed)).toEqual(byScript(whole));
    expect(resumed.model).toEqual(whole.model);
  });

  it("is refused where the task has no script", async () => {
    const without = registerLine("line without a script");
    await expect(trainInMemory({ ...settings, task: without }, { dataset })).rejects.toThrow(
      "The warm-up of line without a script is to be scripted, and the task has no script (scriptedAction of an environment); give warmupActions policy or random.",
    );
    const { ending } = await trainInMemory({ ...settings, task: without, warmupSteps: 0 }, { dataset });
    expect(ending?.status).toBe("completed");
  });

  const failures: [what: string, script: () => Float32Array, reason: string][] = [
    ["throws", () => planless(), "no plan"],
    ["gives no action", () => Float32Array.of(1, 2), "its action has length 2 where the space declares 1"],
    [
      "promises one",
      (() => Promise.reject(new Error("late"))) as never,
      "its action is of type Promise and not a Float32Array",
    ],
  ];
  it.each(failures)("fails as the environment does where the script %s", async (what, failing, reason) => {
    // The first environment's third call of the script fails, and every later one.
    const name = registerLine(`line whose script ${what}`, {
      making: (make, asked) => {
        let calls = 0;
        const scriptedAction = () => (asked === 1 && ++calls >= 3 ? failing() : Float32Array.of(script));
        return Object.assign(make(), { scriptedAction });
      },
      script,
    });
    const sentence = `The environment ${name} failed at step 3 of online episode 1: its scriptedAction: ${reason}.`;
    const stopped = trainInMemory({ ...settings, task: name }, { dataset });
    await expect(stopped).rejects.toThrow(EnvironmentFailure);
    await expect(stopped).rejects.toThrow(sentence);
  });

  it("plays a failed episode of the script again, by the script of the fresh environment", async () => {
    const name = registerLine("line whose first script fails", {
      making: (make, asked) =>
        Object.assign(make(), { scriptedAction: () => (asked === 1 ? planless() : Float32Array.of(script)) }),
      script,
    });
    const dropping = { ...settings, task: name, onEnvironmentFailure: "drop-episode" } as const;
    const record = await trainInMemory(dropping, { dataset });
    expect(record.notices.filter(({ kind }) => kind === "dropped-episode")).toHaveLength(1);
    expect(byScript(record)).toEqual([true, false, true, false, false, false]);
  });
});
