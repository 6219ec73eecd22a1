/** Rays against closed forms, and against MuJoCo's single ray, which takes no shortcuts. */
import { describe, expect, it } from "vitest";
import { adroitMjcf, doorScene, penScene, relocateScene } from "../environments/adroit/adroit-model.js";
import { antMjcf } from "../environments/ant/ant-model.js";
import { makeMaze, wallGeoms } from "../environments/mazes.js";
import { Simulation } from "../physics/mujoco.js";
import { RandomStream } from "../random.js";
import type { Vector } from "./camera.js";
import { RayCaster } from "./ray-caster.js";

function using(mjcf: string, count: number, check: (rays: RayCaster, simulation: Simulation) => void): void {
  const simulation = new Simulation(mjcf, "test");
  const rays = new RayCaster(simulation, count);
  rays.update();
  try {
    check(rays, simulation);
  } finally {
    rays.close();
    simulation.close();
  }
}

/** Directions all around, [count, 3]. */
function allAround(count: number, seed: number): Float64Array {
  const random = new RandomStream(seed, "directions");
  const directions = new Float64Array(3 * count);
  for (let i = 0; i < count; i++) {
    const direction = [random.normal(), random.normal(), random.normal()];
    const length = Math.hypot(...direction);
    for (let axis = 0; axis < 3; axis++) directions[3 * i + axis] = direction[axis]! / length;
  }
  return directions;
}

describe("rays", () => {
  it("meet a box on the face that looks at them, with that face's normal", () => {
    const mjcf = `<mujoco><worldbody><geom type="box" size="1 2 3" pos="5 0 0"/></worldbody></mujoco>`;
    using(mjcf, 2, (rays) => {
      const up = 1 / Math.hypot(4.5, 4.5);
      rays.cast([0, 0, 0], Float64Array.of(1, 0, 0, 0, 0, 1), 2);
      expect([...rays.geoms]).toEqual([0, -1]);
      expect([...rays.distances]).toEqual([4, -1]);
      expect([...rays.normals.subarray(0, 3)]).toEqual([-1, 0, 0]);
      rays.cast([5, 0, 7.5], Float64Array.of(0, 0, -1, 0, 4.5 * up, -4.5 * up), 2);
      expect([...rays.geoms]).toEqual([0, -1]); // the second passes the edge y = 2 at height 5.5, beyond the box
      expect(rays.distances[0]).toBeCloseTo(4.5, 12);
      expect([...rays.normals.subarray(0, 3)]).toEqual([0, 0, 1]);
    });
  });

  it.each([
    ["door", adroitMjcf(doorScene)],
    ["pen", adroitMjcf(penScene)],
    ["relocate", adroitMjcf(relocateScene)],
    ["ant in a maze", antMjcf(wallGeoms(makeMaze("large", 4), 0, 2))],
  ])("hit what MuJoCo's single ray hits, everywhere around the %s", (_, mjcf) => {
    const count = 3000;
    using(mjcf, count, (rays, simulation) => {
      const origins: Vector[] = [
        [-0.6, -1.2, 0.9],
        [0.3, 0.2, 0.6],
        [1.4, -0.4, 2.4],
      ];
      origins.forEach((origin, seed) => {
        const directions = allAround(count, seed);
        rays.cast(origin, directions, count);
        const alone = singleRays(simulation, origin, directions, count);
        expect([...rays.geoms]).toEqual(alone.geoms);
        rays.distances.forEach((distance, i) => {
          expect(Math.abs(distance - alone.distances[i]!)).toBeLessThan(1e-12);
        });
        expect(new Set(alone.geoms).size).toBeGreaterThan(4);
      });
    });
  });

  it("take nothing but the pose from the simulation and leave it as it was", () => {
    const states = [0, 3].map((looks) => {
      const simulation = new Simulation(antMjcf(), "ant");
      const rays = new RayCaster(simulation, 10);
      const random = new RandomStream(1, "controls");
      for (let step = 0; step < 100; step++) {
        for (let i = 0; i < 8; i++) simulation.ctrl[i] = 30 * (2 * random.uniform() - 1);
        simulation.step(5);
        for (let look = 0; look < looks; look++) {
          rays.update();
          rays.cast([0, 0, 3], allAround(10, look), 10);
        }
      }
      const state = [...simulation.qpos, ...simulation.qvel];
      rays.close();
      simulation.close();
      return state;
    });
    expect(states[1]).toEqual(states[0]);
  });
});

/** The same by mj_ray, one at a time. */
function singleRays(simulation: Simulation, origin: Vector, directions: Float64Array, count: number) {
  return simulation.inspect((model, api) => {
    const pose = new api.MjData(model);
    const hit = new api.IntBuffer(1);
    simulation.copyPose(pose);
    const distances: number[] = [];
    const geoms = Array.from({ length: count }, (_, i) => {
      const direction = [...directions.subarray(3 * i, 3 * i + 3)];
      distances.push(api.mj_ray(model, pose, [...origin], direction, [1, 1, 1, 1, 1, 1], true, -1, hit, null));
      return (hit.GetView() as Int32Array)[0]!;
    });
    hit.delete();
    pose.delete();
    return { geoms, distances };
  });
}
