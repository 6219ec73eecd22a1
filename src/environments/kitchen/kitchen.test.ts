/** The kitchen tasks against the facts of D4RL: what is observed, where actions lead, what is rewarded, and when it ends. */
import { afterAll, describe, expect, it } from "vitest";
import { UsageError } from "../../errors.js";
import { RandomStream } from "../../random.js";
import { checkEnvironment } from "../check.js";
import { makeSync } from "../sync.fixture.js";
import { allElements, distanceOf, type Element, isComplete, taskElements } from "./elements.js";
import { initialJoints, type KitchenEnvironment, makeKitchen } from "./kitchen.js";

const opened: KitchenEnvironment[] = [];
function make(...settings: Parameters<typeof makeKitchen>): KitchenEnvironment {
  const environment = makeKitchen(...settings);
  opened.push(environment);
  return environment;
}
afterAll(() => {
  for (const environment of opened) environment.close();
});

const mixed = make("kitchen-mixed");
const still = new Float32Array(9);

/** The numbers of each element in qpos, with the values that complete it: D4RL's table, written out. */
const goals: Record<Element, readonly (readonly [joint: number, value: number])[]> = {
  "bottom burner": [
    [11, -0.88],
    [12, -0.01],
  ],
  "top burner": [
    [15, -0.92],
    [16, -0.01],
  ],
  "light switch": [
    [17, -0.69],
    [18, -0.05],
  ],
  "slide cabinet": [[19, 0.37]],
  "hinge cabinet": [
    [20, 0],
    [21, 1.45],
  ],
  microwave: [[22, -0.75]],
  kettle: [-0.23, 0.75, 1.62, 0.99, 0, 0, -0.06].map((value, i) => [23 + i, value] as const),
};

function fulfil(environment: KitchenEnvironment, element: Element): void {
  for (const [joint, value] of goals[element]) environment.physics.qpos[joint] = value;
}

describe("the elements of the kitchen", () => {
  it("are seven, none of them complete at the beginning, at these distances", () => {
    const away = Object.fromEntries(allElements.map((element) => [element, distanceOf(element, initialJoints)]));
    const expected: Record<Element, number> = {
      "bottom burner": 0.8800875906,
      "top burner": 0.9201175901,
      "light switch": 0.6922543923,
      "slide cabinet": 0.3704655014,
      "hinge cabinet": 1.4517847721,
      microwave: 0.7510800968,
      kettle: 0.4063696324,
    };
    for (const element of allElements) expect(Math.abs(away[element]! - expected[element])).toBeLessThan(1e-9);
  });

  it.each(allElements)("count as complete nearer than 0.3 to the goal: %s", (element) => {
    const joints = Float64Array.from(initialJoints);
    for (const [joint, value] of goals[element]) joints[joint] = value;
    expect(distanceOf(element, joints)).toBe(0);
    const [joint, value] = goals[element][0]!;
    joints[joint] = value + 0.299;
    expect(isComplete(element, joints)).toBe(true);
    joints[joint] = value - 0.301;
    expect(isComplete(element, joints)).toBe(false);
    expect(allElements.filter((other) => other !== element && isComplete(other, joints))).toEqual([]);
  });
});

describe("an observation of the kitchen", () => {
  it("has the joints with D4RL's noise and the values of the task's elements", () => {
    const largest = new Float64Array(30);
    for (let seed = 0; seed < 300; seed++) {
      const { observation } = mixed.reset({ seed });
      for (let i = 0; i < 30; i++) largest[i] = Math.max(largest[i]!, Math.abs(observation[i]! - initialJoints[i]!));
    }
    const tenth = Array<number>(10).fill(0.01);
    const kitchen = [...[5, 5, ...Array<number>(6).fill(0.5), 5, 5, 5], ...[100, 100, 100, 5, 5, 5, 100, 100, 100]];
    const bounds = [...tenth, ...kitchen.map((amplitude) => amplitude * 1e-4)];
    bounds.forEach((bound, i) => {
      expect(largest[i]!, `joint ${i}`).toBeLessThan(bound + 1e-7);
      expect(largest[i]!, `joint ${i}`).toBeGreaterThan(0.97 * bound);
    });
    const expected = new Float32Array(30);
    for (const element of taskElements["kitchen-mixed"])
      for (const [joint, value] of goals[element]) expected[joint] = value;
    expect(mixed.reset({ seed: 1 }).observation.slice(30)).toEqual(expected);
  });

  it("does not change when it is asked for again", () => {
    mixed.reset({ seed: 3 });
    const { observation } = mixed.step(still);
    expect(mixed.observe()).toEqual(observation);
  });
});

describe("an action in the kitchen", () => {
  it("sends each joint from where it was seen by its speed, twice the entry, times 0.08 s, within D4RL's bounds", () => {
    const { observation } = mixed.reset({ seed: 4 });
    const action = Float32Array.of(0.5, -1, 3, 0.25, 0, 0.1, -0.2, 1, -1);
    mixed.step(action);
    const limits = [2.9, 1.8, 2.9, 3.1, 2.9, 3.8, 2.9, 0.04, 0.04];
    const low = [-2.9, -1.8, -2.9, -3.1, -2.9, 0, -2.9, 0, 0];
    const high = limits.map((limit, i) => (i === 3 ? 0 : limit));
    action.forEach((entry, joint) => {
      const asked = observation[joint]! + 2 * Math.min(Math.max(entry, -1), 1) * 0.08;
      const sent = Math.min(Math.max(asked, low[joint]!), high[joint]!);
      expect(Math.abs(mixed.physics.ctrl[joint]! - sent)).toBeLessThan(1e-6);
    });
  });

  it("lasts 0.08 s of simulated time, which a falling kettle tells", () => {
    mixed.reset({ seed: 0 });
    mixed.physics.qpos[25] = 3; // 1.4 m up in the air
    mixed.physics.qpos[24] = -0.6;
    mixed.step(still);
    // Forty Euler steps of 2 ms: g * h^2 * (1 + ... + 40)
    expect(3 - mixed.physics.qpos[25]!).toBeCloseTo(9.81 * 0.002 ** 2 * 820, 5);
  });
});

describe("rewards in the kitchen", () => {
  it.each(Object.keys(taskElements) as (keyof typeof taskElements)[])("are D4RL's in %s", (task) => {
    const environment = make(task);
    environment.reset({ seed: 0 });
    expect(environment.step(still)).toMatchObject({ reward: 0, terminated: false, info: { completed: 0 } });
    const foreign = allElements.filter((element) => !environment.elements.includes(element));
    fulfil(environment, foreign[0]!);
    expect(environment.step(still).reward).toBe(0);
    environment.elements.forEach((element, i) => {
      fulfil(environment, element);
      const last = i === 3;
      const info = { success: last, completed: i + 1 };
      expect(environment.step(still)).toMatchObject({ reward: 1, terminated: last, info });
      if (last) return;
      const saved = environment.saveState();
      environment.physics.qpos.set(initialJoints);
      expect(environment.step(still)).toMatchObject({ reward: 0, info: { completed: i + 1 } }); // undone, but counted
      environment.restoreState(saved);
      expect(environment.step(still).reward).toBe(0); // complete still, and counted already
    });
  });

  it("count what is complete now, where the option says so, and end when all of it is", () => {
    const environment = make("kitchen-partial", { rewards: "satisfied" });
    expect(environment.horizon).toBe(280);
    environment.reset({ seed: 0 });
    fulfil(environment, "microwave");
    fulfil(environment, "light switch");
    expect(environment.step(still).reward).toBe(2);
    expect(environment.step(still).reward).toBe(2);
    environment.physics.qpos[22] = 0;
    expect(environment.step(still)).toMatchObject({ reward: 1, info: { completed: 2 } });
    for (const element of environment.elements) fulfil(environment, element);
    expect(environment.step(still)).toMatchObject({ reward: 4, terminated: true, info: { success: true } });
    expect(environment.normalisedScore(100)).toBeUndefined();
  });

  it("go on to step 1000 in the form of the Cal-QL paper", () => {
    const environment = make("kitchen-partial", { rewards: "satisfied-to-horizon" });
    expect(environment.horizon).toBe(1000);
    environment.reset({ seed: 0 });
    for (const element of environment.elements) fulfil(environment, element);
    for (let step = 0; step < 3; step++)
      expect(environment.step(still)).toMatchObject({ reward: 4, terminated: false, truncated: false });
  });

  it("make the score: 25 for each element", () => {
    expect([0, 1, 2.5, 4].map((sum) => mixed.normalisedScore(sum))).toEqual([0, 25, 62.5, 100]);
  });
});

describe("the kitchen as an environment", () => {
  it("ends by the clock after 280 steps, or as many as are asked for", async () => {
    expect(mixed.horizon).toBe(280);
    const short = make("kitchen-complete", { horizon: 2 });
    short.reset({ seed: 0 });
    expect(short.step(still)).toMatchObject({ terminated: false, truncated: false });
    expect(short.step(still)).toMatchObject({ terminated: false, truncated: true });
    await expect(makeSync("kitchen-mixed", { rewards: "dense" })).rejects.toThrow(UsageError);
  });

  it("goes on from a saved state to the bit, in a fresh instance too", () => {
    const actions = new RandomStream(7, "test");
    const draw = () => new Float32Array(9).map(() => 2 * actions.uniform() - 1);
    mixed.reset({ seed: 5 });
    for (let step = 0; step < 10; step++) mixed.step(draw());
    const saved = mixed.saveState();
    const further = Array.from({ length: 10 }, draw);
    const first = further.map((action) => mixed.step(action));
    const other = make("kitchen-mixed");
    other.restoreState(saved);
    expect(further.map((action) => other.step(action))).toEqual(first);
    mixed.restoreState(saved);
    expect(further.map((action) => mixed.step(action))).toEqual(first);
    expect(first.at(-1)!.observation.slice(0, 9)).not.toEqual(first[0]!.observation.slice(0, 9));
  });

  it("keeps the contract of environments", async () => {
    const another = make("kitchen-mixed", { horizon: 40 });
    expect(await checkEnvironment(make("kitchen-mixed", { horizon: 40 }), { another, seed: 3 })).toEqual([]);
  });
});
