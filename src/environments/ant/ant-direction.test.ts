import { describe, expect, it } from "vitest";
import { RandomStream } from "../../random.js";
import { checkEnvironment } from "../check.js";
import { makeSync } from "../sync.fixture.js";
import { makeAntDirection } from "./ant-direction.js";

/** Plays an episode of random actions, of one size throughout. */
function play(seed: number, options: Parameters<typeof makeAntDirection>[0] = {}, size = 1) {
  const environment = makeAntDirection(options);
  const random = new RandomStream(seed, "test");
  const action = new Float32Array(8);
  const observations = [environment.reset({ seed }).observation];
  const rewards: number[] = [];
  for (;;) {
    random.fillUniform(action, -size, size);
    const { observation, reward, terminated, truncated } = environment.step(action);
    observations.push(observation);
    rewards.push(reward);
    if (!terminated && !truncated) continue;
    environment.close();
    return { observations, rewards, terminated };
  }
}

describe("ant-direction", () => {
  it("keeps the contract of an environment", async () => {
    const [environment, another] = [makeAntDirection({ horizon: 60 }), makeAntDirection({ horizon: 60 })];
    expect(await checkEnvironment(environment, { another })).toEqual([]);
    expect([environment.observationSpace.size, environment.actionSpace]).toMatchObject([29, { size: 8 }]);
    environment.close();
    another.close();
    const named = await makeSync("ant-direction");
    expect([named.name, named.horizon]).toEqual(["ant-direction", 300]);
    named.close();
  });

  it("shows the ant in the walking frame, facing its aim within 45 degrees", () => {
    for (const observation of play(1, { horizon: 40 }).observations) {
      expect([observation[27], observation[28]]).toEqual([10, 0]);
      const [w, x, y, z] = observation.subarray(1, 5) as unknown as [number, number, number, number];
      const heading = Math.atan2(2 * (w * z + x * y), w * w + x * x - y * y - z * z);
      expect(Math.abs(heading)).toBeLessThanOrEqual(Math.PI / 4 + 1e-5);
    }
  });

  it("pays the speed towards the aim: a still ant earns nothing, a fast one at most its speed", () => {
    const still = play(2, { horizon: 200, noise: 0 }, 0).rewards.slice(150);
    expect(Math.abs(still.reduce((sum, reward) => sum + reward, 0) / still.length)).toBeLessThan(0.002);
    const { observations, rewards } = play(3, { horizon: 100 });
    rewards.forEach((reward, t) => {
      const speeds = [observations[t]!, observations[t + 1]!].map((seen) => Math.hypot(seen[13]!, seen[14]!));
      expect(Math.abs(reward)).toBeLessThan(Math.max(...speeds) + 0.5);
    });
    // In the walking frame the aim lies ahead, so the reward is the speed along x, but for the jitter.
    const along = rewards.map((_, t) => (observations[t]![13]! + observations[t + 1]![13]!) / 2);
    const product = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
    expect(product(rewards, along) / Math.sqrt(product(rewards, rewards) * product(along, along))).toBeGreaterThan(0.8);
  });

  it("ends where the ant lies on its back, else at the horizon", () => {
    const episodes = Array.from({ length: 12 }, (_, seed) => play(seed, { horizon: 200 }));
    const fallen = episodes.filter(({ terminated }) => terminated);
    expect(fallen.length).toBeGreaterThan(0);
    for (const { observations, rewards, terminated } of episodes) {
      if (!terminated) expect(rewards.length).toBe(200);
      observations.forEach((observation, t) => {
        const [x, y] = [observation[2]!, observation[3]!];
        const upsideDown = 2 * (x * x + y * y) > 1 + 1e-5;
        if (upsideDown) expect([terminated, t]).toEqual([true, rewards.length]);
      });
    }
  });

  it("repeats an episode to the bit from the same seed", () => {
    expect(play(5, { horizon: 60 })).toEqual(play(5, { horizon: 60 }));
    expect(play(6, { horizon: 60 }).observations[0]).not.toEqual(play(5, { horizon: 60 }).observations[0]);
  });
});
