/** The Adroit tasks against recorded episodes and D4RL's formulas and figures, and as environments like any other. */
import { describe, expect, it } from "vitest";
import type { AdroitTaskName } from "../../data/adroit-success.js";
import { UsageError } from "../../errors.js";
import { RandomStream } from "../../random.js";
import { checkEnvironment } from "../check.js";
import { RenewableEnvironment } from "../renewable-environment.js";
import { makeSync } from "../sync.fixture.js";
import { adroitScore, makeAdroit } from "./adroit.js";
import { beginAt, readRollout, replay } from "./adroit-replay.fixture.js";
import { dot, environments, norm, triple } from "./adroit-tasks.fixture.js";
import { adroitTaskNames } from "./family.js";

const { pen, door, relocate } = environments;

describe.each(adroitTaskNames)("a recorded episode of %s", (task) => {
  const recording = readRollout(task);

  it("replays to the recorded observations, rewards and success", () => {
    const { differences, agreeing, firstSuccess, recordedSuccess } = replay(environments[task], task, recording);
    expect(differences.length).toBe(100);
    expect(Math.max(...differences.slice(0, 6))).toBeLessThan(2e-7); // the rounding of float32
    expect(Math.max(...differences.slice(0, 50))).toBeLessThan(1e-3);
    expect(recordedSuccess).toBeGreaterThan(10);
    expect([agreeing, firstSuccess]).toEqual([1, recordedSuccess]);
  });

  it("ends at its first success in the binary form, with the reward 0 after -1 in every step", () => {
    const environment = makeAdroit(task, "binary");
    beginAt(environment, task, recording.observations.subarray(0, environment.observationSpace.size));
    const rewards: number[] = [];
    for (let t = 0; ; t++) {
      const size = environment.actionSpace.size;
      const result = environment.step(recording.actions.subarray(t * size, (t + 1) * size));
      rewards.push(result.reward);
      expect(result.info.success).toBe(result.terminated);
      expect(result.truncated).toBe(false);
      if (result.terminated) break;
    }
    expect(rewards).toEqual(Array.from(recording.rewards.slice(0, rewards.length)));
    expect(rewards.at(-1)).toBe(0);
    environment.close();
  });
});

/** Rows of the recorded episode in the dense form, with what else the formulas need. */
function denseRows(task: AdroitTaskName) {
  const environment = environments[task];
  const recording = readRollout(task);
  const size = environment.actionSpace.size;
  beginAt(environment, task, recording.observations.subarray(0, environment.observationSpace.size));
  return Array.from({ length: 100 }, (_, t) => {
    const result = environment.step(recording.actions.subarray(t * size, (t + 1) * size));
    return { ...result, qvel: Array.from(environment.physics.qvel) };
  });
}

describe("the dense rewards", () => {
  it("of the door are D4RL's", () => {
    const stages = new Set<number>();
    for (const { observation, reward, qvel } of denseRows("door")) {
      const hinge = observation[28]!;
      const bonus = hinge >= 1.35 ? 20 : hinge > 1 ? 10 : hinge > 0.2 ? 2 : 0;
      stages.add(bonus);
      const costs = 0.1 * (hinge - 1.57) ** 2 + 0.1 * norm(triple(observation, 35)) + 1e-5 * dot(qvel, qvel);
      expect(reward).toBeCloseTo(bonus - costs, 5);
    }
    expect([...stages]).toEqual([0, 2, 10, 20]);
  });

  it("of the pen are D4RL's", () => {
    const stages = new Set<number>();
    for (const { observation, reward } of denseRows("pen")) {
      const away = norm(triple(observation, 39));
      const alike = dot(triple(observation, 33), triple(observation, 36));
      const bonus = away >= 0.075 || alike <= 0.9 ? 0 : alike > 0.95 ? 60 : 10;
      stages.add(bonus);
      expect(reward).toBeCloseTo(alike - away + bonus, 5);
    }
    expect([...stages].sort()).toEqual([0, 10, 60]);
  });

  it("of relocate are D4RL's", () => {
    const stages = new Set<string>();
    const target = relocate.physics.site("target");
    for (const { observation, reward } of denseRows("relocate")) {
      const height = observation[38]! + relocate.physics.sitePlaces[3 * target + 2]!;
      const away = norm(triple(observation, 36));
      const bonus = away < 0.05 ? 30 : away < 0.1 ? 10 : 0;
      const lift = height > 0.04 ? 1 - 0.5 * norm(triple(observation, 33)) - 0.5 * away : 0;
      stages.add(`${lift !== 0} ${bonus}`);
      expect(reward).toBeCloseTo(-0.1 * norm(triple(observation, 30)) + lift + bonus, 5);
    }
    expect([...stages]).toEqual(expect.arrayContaining(["false 0", "true 0", "true 10", "true 30"]));
  });

  it("of random actions add up to what D4RL measured", () => {
    const random = new RandomStream(1, "test");
    const meanReturn = (task: AdroitTaskName, episodes: number) => {
      const environment = environments[task];
      const action = new Float32Array(environment.actionSpace.size);
      let sum = 0;
      for (let episode = 0; episode < episodes; episode++) {
        environment.reset({ seed: episode });
        for (let ended = false; !ended; ) {
          random.fillUniform(action, -1, 1);
          const { reward, terminated, truncated } = environment.step(action);
          sum += reward;
          ended = terminated || truncated;
        }
      }
      return sum / episodes;
    };
    expect(Math.abs(meanReturn("door", 5) - -56.51)).toBeLessThan(1);
    expect(Math.abs(meanReturn("relocate", 10) - -6.43)).toBeLessThan(3);
    // The deviation is about 360 per episode; if a dropped pen ended nothing, the mean would be near -110.
    expect(Math.abs(meanReturn("pen", 80) - 96.26)).toBeLessThan(100);
  });

  it("end the episode where the pen is dropped, in the dense form only", () => {
    const dropAt = (environment: typeof pen) => {
      const random = new RandomStream(1, "test");
      const action = new Float32Array(24);
      environment.reset({ seed: 1 });
      for (let t = 1; ; t++) {
        random.fillUniform(action, -1, 1);
        const { observation, reward, terminated, truncated } = environment.step(action);
        if (terminated || truncated) return { t, height: observation[26]!, reward, terminated };
      }
    };
    const dense = dropAt(pen);
    expect(dense.t).toBeLessThan(100);
    expect(dense).toMatchObject({ terminated: true });
    expect(dense.height).toBeLessThan(0.075);
    expect(dense.reward).toBeLessThan(-4);
    const binary = makeAdroit("pen", "binary");
    expect(dropAt(binary)).toMatchObject({ t: 100, terminated: false, reward: -1 });
    binary.close();
  });
});

describe("the Adroit environments", () => {
  it("are registered, with D4RL's sizes and horizons", async () => {
    for (const [task, observations, actions, horizon] of [
      ["pen", 45, 24, 100],
      ["door", 39, 28, 200],
      ["relocate", 39, 30, 200],
    ] as const) {
      for (const name of [task, `${task}-binary`]) {
        const environment = await makeSync(name);
        expect([environment.name, environment.horizon]).toEqual([name, horizon]);
        expect(environment.observationSpace.size).toBe(observations);
        expect(environment.actionSpace).toMatchObject({ kind: "box", size: actions });
        const renewable = await RenewableEnvironment.make(async () => environment);
        expect(renewable.normalisedScore(1412.03), name).toBe(adroitScore(name, 1412.03));
        environment.close();
      }
    }
  });

  it("keep the contract, and continue from saved states to the bit, in a fresh environment too", async () => {
    for (const name of adroitTaskNames.flatMap((task) => [task, `${task}-binary`])) {
      const [environment, another] = [await makeSync(name, { horizon: 40 }), await makeSync(name, { horizon: 40 })];
      expect(await checkEnvironment(environment, { another, seed: 3 })).toEqual([]);
      for (const each of [environment, another]) each.close();
    }
  });

  it("refuse a state of another environment", () => {
    door.reset({ seed: 0 });
    pen.reset({ seed: 0 });
    expect(() => door.restoreState(pen.saveState())).toThrow(UsageError);
    expect(() => door.restoreState(pen.saveState())).toThrow(
      /^door: restoreState\(\) was given a state that is \d+ numbers too short; pass what saveState\(\) of the same environment returned\.$/,
    );
  });

  it("take actions beyond 1 for 1", () => {
    const observe = (size: number) => {
      door.reset({ seed: 2 });
      const action = Float32Array.from({ length: 28 }, (_, i) => (i % 2 === 0 ? size : -size));
      for (let t = 0; t < 10; t++) door.step(action);
      return door.observe();
    };
    expect(observe(3)).toEqual(observe(1));
    expect(observe(0.5)).not.toEqual(observe(1));
  });

  it("refuse options they do not have", () => {
    expect(() => makeAdroit("door", "binary", { horizons: 3 })).toThrow(
      'Unknown option of door-binary "horizons". Did you mean "horizon"? Known: horizon.',
    );
    expect(() => makeAdroit("pen", "dense", { horizon: 0 })).toThrow(UsageError);
  });
});

describe("adroitScore", () => {
  it("is 0 for random actions and 100 for D4RL's expert", () => {
    expect(adroitScore("pen", 96.26)).toBe(0);
    expect(adroitScore("pen", 3076.83)).toBeCloseTo(100, 9);
    expect(adroitScore("door", 1412.03)).toBeCloseTo(50, 9);
    expect(adroitScore("relocate", 4233.88)).toBeCloseTo(100, 9);
    expect(adroitScore("relocate", -6.43)).toBe(0);
    expect(adroitScore("door-binary", 0)).toBeUndefined();
    expect(adroitScore("toString", 0)).toBeUndefined();
  });
});
