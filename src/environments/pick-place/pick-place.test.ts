/** Pick and place: its physics does what a hand does, rewards and ends are those of the text, pictures show it. */
import { afterAll, describe, expect, it } from "vitest";
import { checkEnvironment } from "../check.js";
import { makeEnvironment } from "../registry.js";
import { makePickPlace, type PickPlaceEnvironment } from "./pick-place.js";
import { PickPlaceImageEnvironment } from "./pick-place-image.js";
import { cubeHalf, tray, workspace } from "./pick-place-model.js";
import { pickPlaceAction } from "./scripts.js";

const open: { close(): void }[] = [];
afterAll(() => {
  for (const environment of open) environment.close();
});

function made(options: Readonly<Record<string, unknown>> = {}): PickPlaceEnvironment {
  const environment = makePickPlace("pick-place", options);
  open.push(environment);
  return environment;
}

/** An action with some entries. */
function action(entries: Readonly<Record<number, number>>): Float32Array {
  return Float32Array.from({ length: 8 }, (_, i) => entries[i] ?? 0);
}

/** Plays the script that does both; the steps, and how the episode ended. */
function playScript(environment: PickPlaceEnvironment, seed: number) {
  let { observation } = environment.reset({ seed });
  const rewards: number[] = [];
  for (;;) {
    const step = environment.step(pickPlaceAction(observation, environment.arm.neutral));
    rewards.push(step.reward);
    observation = step.observation;
    if (step.terminated || step.truncated) return { ...step, rewards };
  }
}

it.each([
  ["a state", () => made()],
  ["pictures", () => new PickPlaceImageEnvironment("pick-place-image", made())],
])("the task with %s keeps the contract of environments, saved states included", async (_of, make) => {
  expect(await checkEnvironment(make(), { another: make() })).toEqual([]);
});

it("is known by name, with its options", async () => {
  const environment = await makeEnvironment("pick-place-image?rewards=per-step&horizon=7");
  open.push(environment);
  expect(environment.horizon).toBe(7);
  await expect(makeEnvironment("pick-place?reward=x")).rejects.toThrow(/reward/);
});

describe("the task", () => {
  it("is solved by a script within its horizon, from twenty starts of twenty", () => {
    const environment = made();
    const lengths = Array.from({ length: 20 }, (_, seed) => {
      const { terminated, rewards } = playScript(environment, seed);
      expect(terminated).toBe(true);
      expect(rewards).toEqual([...Array<number>(rewards.length - 1).fill(-1), 0]);
      return rewards.length;
    });
    expect(Math.max(...lengths)).toBeLessThan(30);
  });

  it("pays one for each step in the tray, and goes on to its horizon, where that is asked for", () => {
    const { terminated, truncated, rewards } = playScript(made({ rewards: "per-step" }), 3);
    expect([terminated, truncated, rewards.length]).toEqual([false, true, 40]);
    const first = rewards.indexOf(1);
    expect(first).toBeGreaterThan(8);
    expect(rewards.filter((reward) => reward !== 0 && reward !== 1)).toEqual([]);
    expect(rewards.slice(first).filter((reward) => reward === 0).length).toBeLessThanOrEqual(2); // it bounces as it lands
    expect(rewards.slice(-10)).toEqual(Array<number>(10).fill(1));
  });

  it.each([
    ["in the middle", 0, 0, cubeHalf + 0.004, true],
    ["inside by little", 0.039, -0.039, 0.029, true],
    ["beyond along x", 0.041, 0, 0.02, false],
    ["beyond along y", 0, -0.041, 0.02, false],
    ["above the rim", 0, 0, 0.031, false],
  ])("the cube %s: placed or not", (_where, dx, dy, height, placed) => {
    const environment = made();
    environment.reset({ seed: 0 });
    environment.physics.qpos.set([tray.centre[0] + dx, tray.centre[1] + dy, height]);
    environment.physics.forward();
    expect(environment.placed).toBe(placed);
  });

  it("begins with the cube in the hand where that is asked for, and more than 0.11 from the tray where not", () => {
    const held = made({ start: "held" });
    for (let seed = 0; seed < 5; seed++) {
      const { info, observation } = held.reset({ seed });
      expect(info).toMatchObject({ success: false, lifted: true });
      expect(observation[9]).toBe(0);
    }
    const table = made();
    const places = Array.from({ length: 40 }, (_, seed) => [...table.reset({ seed }).observation.subarray(10, 12)]);
    for (const [x, y] of places) expect(Math.hypot(x! - tray.centre[0], y! - tray.centre[1])).toBeGreaterThan(0.11);
    expect(new Set(places.map(([x]) => x)).size).toBe(40);
  });
});

describe("an action", () => {
  it("tells the hand to move by a tenth of a metre an entry, of which it gets most, and no further than its workspace", () => {
    const environment = made();
    environment.reset({ seed: 1 });
    const before = [...environment.arm.hand];
    environment.step(action({ 0: 0.4, 1: -0.5, 2: 0.3 }));
    const moved = environment.arm.hand.map((at, axis) => at - before[axis]!);
    [0.04, -0.05, 0.03].forEach((wanted, axis) => {
      expect(moved[axis]! / wanted).toBeGreaterThan(0.6);
      expect(moved[axis]! / wanted).toBeLessThan(1.05);
    });
    for (let step = 0; step < 8; step++) environment.step(action({ 0: 1, 1: 1, 2: 1 }));
    environment.arm.hand.forEach((at, axis) => {
      expect(Math.abs(at - workspace.high[axis]!)).toBeLessThan(0.01);
    });
  });

  it("turns the hand by twenty degrees an entry, when it has had the time", () => {
    const environment = made();
    environment.reset({ seed: 1 });
    const [before] = [[...environment.arm.orientation]];
    for (const yaw of [1, 0, 0]) environment.step(action({ 5: yaw }));
    const after = environment.arm.orientation;
    const cosine = Math.abs(after.reduce((sum, entry, i) => sum + entry * before![i]!, 0));
    expect((2 * Math.acos(Math.min(1, cosine)) * 180) / Math.PI).toBeCloseTo(20, 0);
  });

  it("closes below -0.5 and opens above 0.5, and leaves the fingers alone between", () => {
    const environment = made();
    environment.reset({ seed: 1 });
    const opened = (entry: number) => {
      const { observation } = environment.step(action({ 6: entry }));
      return [observation[9], Math.round(100 * (observation[7]! + observation[8]!))];
    };
    expect([-0.4, -0.6, 0.4, 0.6].map(opened)).toEqual([
      [1, 6],
      [0, 0],
      [0, 0],
      [1, 6],
    ]);
  });

  it("returns to the neutral pose above 0.5 of its last entry, with the fingers as they are", () => {
    const environment = made();
    environment.reset({ seed: 1 });
    for (let step = 0; step < 4; step++) environment.step(action({ 0: 0.5, 1: 0.7, 3: 0.5, 6: step === 0 ? -1 : 0 }));
    const { observation } = environment.step(action({ 0: 1, 7: 0.6 }));
    environment.arm.neutral.forEach((at, axis) => {
      expect(Math.abs(environment.arm.hand[axis]! - at)).toBeLessThan(0.01);
    });
    expect(observation[9]).toBe(0);
  });
});

describe("what the policy sees", () => {
  it("is the picture of the pose, the same for the same seed, with arm, cube and tray in it", () => {
    const views = [0, 1].map(() => {
      const environment = new PickPlaceImageEnvironment("pick-place-image", made());
      environment.reset({ seed: 9 });
      return environment.step(action({ 0: 0.3, 2: -0.4 })).observation;
    });
    expect(views[0]).toEqual(views[1]);
    const { image, state } = views[0]!;
    expect([image.length, state.length]).toEqual([48 * 48 * 3, 4]);
    const count = (is: (r: number, g: number, b: number) => boolean) =>
      Array.from({ length: 48 * 48 }, (_, i) => is(image[3 * i]!, image[3 * i + 1]!, image[3 * i + 2]!)).filter(Boolean)
        .length;
    expect(count((r, g, b) => r > 90 && r > 2 * g && r > 2 * b)).toBeGreaterThan(3);
    expect(count((r, _g, b) => b > 80 && b > 1.8 * r)).toBeGreaterThan(20);
    expect(count((r, g, b) => r < 75 && g < 75 && b < 80)).toBeGreaterThan(20);
  });

  it("changes where the cube is moved and nothing else", () => {
    const task = made();
    const environment = new PickPlaceImageEnvironment("pick-place-image", task);
    const before = environment.reset({ seed: 2 }).observation;
    const state = task.saveState();
    task.restoreState(state);
    task.physics.qpos[1]! += 0.02;
    task.physics.forward();
    const after = environment.step(action({})).observation;
    const differing = before.image.filter((byte, i) => Math.abs(byte - after.image[i]!) > 40).length;
    expect(differing).toBeGreaterThan(6);
    expect(differing).toBeLessThan(200);
  });
});
