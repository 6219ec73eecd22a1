/** Where an episode ends and for what, what its states are worth, and what the data show. */
import { describe, expect, it } from "vitest";
import { makeFrame } from "../../rendering/frame.js";
import { checkEnvironment } from "../check.js";
import { collectCorridor } from "./collect-corridor.js";
import { type CorridorEnvironment, makeCorridor } from "./corridor.js";

const corridor = (options = {}): CorridorEnvironment => makeCorridor("corridor-exit", { startWidth: 0, ...options });

/** The results of the same action until the episode ends. */
function walk(environment: CorridorEnvironment, ...action: number[]) {
  environment.reset({ seed: 0 });
  const results = [environment.step(Float32Array.from(action))];
  while (!results.at(-1)!.terminated && !results.at(-1)!.truncated)
    results.push(environment.step(Float32Array.from(action)));
  return results;
}

describe("corridor-exit", () => {
  it("costs 1 a step, and nothing for the one that reaches the goal", () => {
    const results = walk(corridor(), 1, 0);
    expect(results.map(({ reward }) => reward)).toEqual([...Array(19).fill(-1), 0]);
    expect(results.at(-1)).toMatchObject({
      terminated: true,
      truncated: false,
      info: { success: true, exited: false },
    });
  });

  it("ends through its open side for the exit's reward, without success", () => {
    const results = walk(corridor({ exitReward: -7 }), 0, 0.5); // 0.025 m a step, the side is at 0.05
    expect(results.map(({ reward }) => reward)).toEqual([-1, -1, -7]);
    expect(results.at(-1)).toMatchObject({ terminated: true, info: { success: false, exited: true } });
  });

  it("has a script that leaves by the exit, from whatever start", () => {
    const environment = makeCorridor("corridor-exit", { extraActions: 1 });
    for (let seed = 0; seed < 50; seed++) {
      const { observation } = environment.reset({ seed });
      const first = environment.step(environment.scriptedAction(observation));
      const last = first.terminated ? first : environment.step(environment.scriptedAction(first.observation));
      expect(last).toMatchObject({ reward: -25, terminated: true, info: { exited: true } });
      expect(first.observation[0]).toBe(Math.fround(0.025)); // on its way, not back
    }
  });

  it("is closed beyond the exit: the walker stays inside and the clock ends the episode", () => {
    const environment = corridor({ exitUntil: 0, horizon: 5, length: 0.2 });
    const results = walk(environment, 0, 1);
    expect(results.map(({ observation }) => observation[1])).toEqual(Array(5).fill(Math.fround(0.05)));
    expect(results.at(-1)).toMatchObject({ reward: -1, terminated: false, truncated: true });
  });

  it("is open along the first of its length alone: beyond, whoever pushes against the side stays inside", () => {
    /** After so many steps along, pushes to the side. */
    const pushed = (steps: number) => {
      const environment = corridor();
      environment.reset({ seed: 0 });
      for (let i = 0; i < steps; i++) environment.step(Float32Array.of(1, 0));
      environment.step(Float32Array.of(0, 1));
      return environment.step(Float32Array.of(0, 1));
    };
    expect(pushed(14)).toMatchObject({ reward: -25, terminated: true, info: { exited: true } }); // 0.7 of 1 m
    const closed = pushed(17); // 0.85 m
    expect(closed).toMatchObject({ reward: -1, terminated: false, info: { exited: false } });
    expect(closed.observation[1]).toBe(Math.fround(0.05));
  });

  it("has a wall behind the start", () => {
    const environment = corridor();
    environment.reset({ seed: 0 });
    const back = [1, 2, 3].map(() => environment.step(Float32Array.of(-1, 0)).observation[0]);
    expect(back).toEqual([0, 0, 0]);
    expect(environment.step(Float32Array.of(1, 0)).observation[0]).toBe(Math.fround(0.05));
  });

  it("counts a step that passes the goal and the side at once as one to the goal", () => {
    const environment = corridor({ exitUntil: 1, length: 0.1 });
    environment.reset({ seed: 0 });
    environment.step(Float32Array.of(1, 0.8));
    const last = environment.step(Float32Array.of(1, 1));
    expect(last.observation[1]).toBeCloseTo(0.09, 6);
    expect(last).toMatchObject({ reward: 0, terminated: true, info: { success: true, exited: false } });
  });

  it.each([
    [{ exitUntil: 1.5 }, "The option exitUntil of corridor-exit is 1.5; it must be at most 1."],
    [{ exitReward: 1e9 }, "The option exitReward of corridor-exit is 1000000000; it must be at most 0."],
    [{ exitReward: -1e300 }, "The option exitReward of corridor-exit is -1e+300; it must be at least -1000000."],
    [
      { horizon: 19 },
      "The option horizon of corridor-exit is 19, but the goal is 20 steps away; give at least as many, or a shorter length.",
    ],
    [
      { startWidth: 0.2 },
      "The option startWidth of corridor-exit is 0.2, but whoever begins more than 0.1 from the middle is outside at the first step; give at most that.",
    ],
    [{ start: 1 }, /^Unknown option of corridor-exit "start"\. Did you mean "startWidth"\? Known: exitDistance, /],
    [{ colour: 1 }, /^Unknown option of corridor-exit "colour"\. Known: exitDistance, /],
  ])("refuses %o, which cannot be meant", (options, sentence) => {
    expect(() => corridor(options)).toThrow(sentence);
  });

  it("takes a horizon that is just long enough", () => {
    expect(walk(corridor({ length: 0.3, horizon: 6 }), 1, 0).length).toBe(6);
    expect(walk(corridor({ horizon: 20 }), 1, 0).at(-1)).toMatchObject({ info: { success: true } });
  });

  it("reaches every goal in as many steps as its refusal says", () => {
    for (let i = 2; i < 200; i++) {
      const length = Number((0.05 * i).toPrecision(6));
      expect(() => corridor({ length, horizon: i - 1 })).toThrow(`the goal is ${i} steps away`);
      const results = walk(corridor({ length, horizon: i, exitUntil: 0 }), 1, 0);
      expect([length, results.length, results.at(-1)!.info.success]).toEqual([length, i, true]);
    }
  });

  it("takes a wide start where there is no exit to be outside of", () => {
    const environment = corridor({ exitUntil: 0, startWidth: 0.2 });
    for (let seed = 0; seed < 20; seed++) {
      environment.reset({ seed });
      expect(environment.step(Float32Array.of(1, 0)).info).toEqual({ success: false, exited: false });
    }
  });

  it("begins within its start width and takes actions that do nothing", () => {
    const environment = makeCorridor("corridor-exit", { extraActions: 3 });
    expect(environment.actionSpace.size).toBe(5);
    const starts = Array.from({ length: 200 }, (_, seed) => environment.reset({ seed }).observation[1]!);
    expect(Math.max(...starts.map(Math.abs))).toBeLessThanOrEqual(0.055);
    expect(Math.max(...starts)).toBeGreaterThan(0.052);
    environment.reset({ seed: 1 });
    const idle = environment.step(Float32Array.of(1, 0, 1, -1, 0.5)).observation;
    environment.reset({ seed: 1 });
    expect(environment.step(Float32Array.of(1, 0, 0, 0, 0)).observation).toEqual(idle);
  });

  it("keeps the contract of an environment", async () => {
    expect(await checkEnvironment(corridor({ extraActions: 2 }))).toEqual([]);
  });

  it("draws floor, goal, exit, wall and the walker", () => {
    const environment = corridor();
    environment.reset({ seed: 0 });
    const frame = makeFrame(120, 60);
    environment.render(frame);
    const at = (x: number, y: number) => [...frame.pixels.subarray(3 * (120 * y + x), 3 * (120 * y + x) + 3)];
    expect(at(10, 30)).toEqual([224, 98, 38]); // the walker at the start
    expect(at(60, 30)).toEqual([240, 236, 227]);
    expect(at(118, 30)).toEqual([46, 160, 80]);
    expect(at(75, 3)).toEqual([226, 150, 140]);
    expect(at(105, 3)).toEqual([88, 98, 116]);
  });
});

describe("the words in the picture", () => {
  const ink = [88, 40, 36];
  /** The rows of a part of the picture, "#" where a word covers it. */
  function inked(options: object, [left, top]: readonly [number, number], width: number, height: number): string[] {
    const environment = corridor(options);
    environment.reset({ seed: 0 });
    const frame = makeFrame(120, 60);
    environment.render(frame);
    const isInk = (x: number, y: number) => ink.every((part, i) => frame.pixels[3 * (120 * y + x) + i] === part);
    return Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) => (isInk(left + x, top + y) ? "#" : ".")).join(""),
    );
  }

  it("say that the red sides are the exit and the green end is the goal", () => {
    const rows = inked({}, [34, 0], 32, 16);
    expect(rows.filter((_, y) => y % 2 === 1).filter((row) => row.includes("#"))).toEqual([
      ".######..##..##..######..######.",
      ".##......##..##....##......##...",
      ".####......##......##......##...",
      ".##......##..##....##......##...",
      ".######..##..##..######....##...",
    ]);
    expect(inked({}, [34, 44], 32, 16).join("")).toContain("######..##..##..######..######");
    expect(inked({}, [114, 19], 3, 5)).toEqual([".##", "#..", "#.#", "#.#", ".##"]);
  });

  it("are left out where there is no exit", () => {
    expect(inked({ exitUntil: 0 }, [0, 0], 120, 16).join("")).not.toContain("#");
  });
});

describe("the data of a corridor", () => {
  it("reach the goal in every episode, in 21 or 22 steps, and never meet the exit", async () => {
    const { episodes } = await collectCorridor({ task: "corridor-exit", episodes: 200, seed: 1 });
    expect(episodes.filter(({ rewards }) => rewards.at(-1) !== 0)).toEqual([]);
    expect(episodes.every(({ length }) => length >= 21 && length <= 22)).toBe(true);
  });

  it("meet it where the noise is wide", async () => {
    const { episodes } = await collectCorridor({ task: "corridor-exit", noise: 0.2, episodes: 200, seed: 1 });
    const exits = episodes.filter(({ rewards }) => rewards.at(-1) === -25).length;
    expect(exits).toBeGreaterThan(5);
    expect(exits).toBeLessThan(30);
  });
});
