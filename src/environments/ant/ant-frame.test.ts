import { describe, expect, it } from "vitest";
import { Simulation } from "../../physics/mujoco.js";
import { RandomStream } from "../../random.js";
import { driveAnt, observeAnt, placeAnt } from "./ant-body.js";
import { toWalkingFrame, toWorldFrame, uprightness } from "./ant-frame.js";
import { antMjcf } from "./ant-model.js";

/** Standing at the origin, turned by `yaw`, every joint and velocity another number. */
function stateAt(yaw: number): Float32Array {
  const joints = [0.11, 0.61, -0.12, -0.62, 0.13, -0.63, -0.14, 0.64];
  const velocities = [0.5, 0.25, -0.1, 0.3, 0.2, 0.4, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8];
  return Float32Array.of(1, 2, 0.6, Math.cos(yaw / 2), 0, 0, Math.sin(yaw / 2), ...joints, ...velocities);
}

function seen(state: Float32Array, direction: number) {
  const observation = new Float32Array(29);
  const quarters = toWalkingFrame(state, direction, observation);
  return { observation, quarters };
}

const close = (actual: Float32Array, expected: ArrayLike<number>, tolerance: number) => {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!), `entry ${i}`).toBeLessThanOrEqual(tolerance);
  });
};

describe("the walking frame", () => {
  it("is the state itself, without x and y and with (10, 0), for an ant that faces where it is to go", () => {
    const state = stateAt(0);
    const { observation, quarters } = seen(state, 0);
    expect(quarters).toBe(0);
    close(observation, [...state.subarray(2), 10, 0], 1e-7);
  });

  it("names the legs anew after a quarter turn: leg 1 where leg 4 was, ankles in the new leg's sense", () => {
    const { observation, quarters } = seen(stateAt(Math.PI / 2), 0);
    expect(quarters).toBe(1);
    const [hips, ankles] = [
      [-0.14, 0.11, -0.12, 0.13],
      [0.64, -0.61, -0.62, 0.63],
    ];
    close(observation.subarray(1, 5), [1, 0, 0, 0], 1e-6);
    close(
      observation.subarray(5, 13),
      hips!.flatMap((hip, leg) => [hip, ankles![leg]!]),
      1e-6,
    );
    close(observation.subarray(13, 16), [0.5, 0.25, -0.1], 1e-6);
    // The body's own axes turned back by a quarter: what it felt about x it now feels about y.
    close(observation.subarray(16, 19), [-0.2, 0.3, 0.4], 1e-6);
    close(observation.subarray(19, 21), [1.7, 1.8], 1e-6);
  });

  it("never sees a heading beyond 45 degrees, nor the other quaternion of a pose", () => {
    const random = new RandomStream(3, "test");
    for (let i = 0; i < 200; i++) {
      const yaw = 4 * Math.PI * (random.uniform() - 0.5);
      const { observation, quarters } = seen(stateAt(yaw), 20 * (random.uniform() - 0.5));
      expect([0, 1, 2, 3]).toContain(quarters);
      expect(observation[1]).toBeGreaterThanOrEqual(Math.cos(Math.PI / 8) - 1e-6);
    }
  });

  it("is left again by an action's way back to the world", () => {
    const walking = Float32Array.from({ length: 8 }, (_, i) => (i + 1) / 10);
    const action = new Float32Array(8);
    toWorldFrame(walking, 0, action);
    expect(action).toEqual(walking);
    toWorldFrame(walking, 1, action);
    // Motors 4, 1, 2, 3: leg 4 acts as leg 1 would, leg 1 as leg 2, its ankle in the other sense.
    close(action, [0.3, 0.4, 0.5, -0.6, 0.7, 0.8, 0.1, -0.2], 1e-7);
  });

  it("changes nothing in the physics: turning and acting is acting and turning", () => {
    const [world, walking] = [new Simulation(antMjcf(), "world"), new Simulation(antMjcf(), "walking")];
    const random = new RandomStream(1, "test");
    const [action, torques] = [new Float32Array(8), new Float32Array(8)];
    let touching = 0;
    const turns = new Set<number>();
    for (let trial = 0; trial < 60; trial++) {
      world.reset();
      placeAnt(world, { x: 3, y: -5 }, random);
      for (let t = 0; t < trial % 15; t++) {
        random.fillUniform(action, -1, 1);
        driveAnt(world, action);
      }
      const state = observeAnt(world);
      const direction = 2 * Math.PI * random.uniform();
      const { observation, quarters } = seen(state, direction);
      turns.add(quarters);
      touching += Number(trial % 15 > 6);
      world.reset();
      world.qpos.set(state.subarray(0, 15));
      world.qvel.set(state.subarray(15));
      walking.reset();
      walking.qpos.set(observation.subarray(0, 13), 2);
      walking.qvel.set(observation.subarray(13, 27));
      random.fillUniform(action, -1, 1);
      toWorldFrame(action, quarters, torques);
      driveAnt(world, torques);
      driveAnt(walking, action);
      const [after, before] = [seen(observeAnt(world), direction), seen(observeAnt(walking), 0)];
      if ((after.quarters - quarters + 4) % 4 === before.quarters) close(after.observation, before.observation, 1e-6);
    }
    expect([turns.size, touching]).toEqual([4, 32]);
    world.close();
    walking.close();
  });
});

describe("uprightness", () => {
  it("is 1 standing, whatever the heading, 0 on its side and -1 on its back", () => {
    const half = Math.SQRT1_2;
    const at = (w: number, x: number, y: number, z: number) =>
      uprightness(Float32Array.of(0, 0, 1, w, x, y, z, ...new Array(22).fill(0)));
    expect(at(1, 0, 0, 0)).toBe(1);
    expect(at(half, 0, 0, half)).toBeCloseTo(1, 6);
    expect(at(half, half, 0, 0)).toBeCloseTo(0, 6);
    expect(at(0, 0, 1, 0)).toBe(-1);
    expect(at(0, 0, 1.1, 0)).toBeCloseTo(-1, 6);
  });
});
