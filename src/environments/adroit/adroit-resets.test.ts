/** What the resets of the Adroit tasks draw: the ranges, the distribution in them, and that all follows from the seed. */
import { describe, expect, it } from "vitest";
import type { AdroitTaskName } from "../../data/adroit-success.js";
import { environments, minus, norm, triple } from "./adroit-tasks.fixture.js";

const { pen, relocate } = environments;

/** Expects that numbers fill a range evenly: nothing beyond it, the ends nearly reached, mean and variance as they should. */
function expectEven(values: readonly number[], low: number, high: number): void {
  const shares = values.map((value) => (value - low) / (high - low));
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length;
  expect(Math.min(...shares)).toBeGreaterThan(-1e-6);
  expect(Math.max(...shares)).toBeLessThan(1 + 1e-6);
  expect(Math.min(...shares)).toBeLessThan(0.02);
  expect(Math.max(...shares)).toBeGreaterThan(0.98);
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
  expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.01);
}

const resets = (task: AdroitTaskName) =>
  Array.from({ length: 600 }, (_, seed) => environments[task].reset({ seed }).observation);

describe("resets of the Adroit tasks", () => {
  it("begin with the hand at rest in its place, the task not achieved", () => {
    for (const [task, joints] of [
      ["pen", 24],
      ["door", 29],
      ["relocate", 30],
    ] as const) {
      const environment = environments[task];
      const { observation, info } = environment.reset({ seed: 5 });
      expect(observation.slice(0, joints).every((angle) => angle === 0)).toBe(true);
      expect(environment.physics.qvel.every((speed) => speed === 0)).toBe(true);
      expect(info).toEqual({ success: false });
    }
  });

  it("turn the pen's target by Euler angles x and y within 1 rad", () => {
    const axes = resets("pen").map((observation) => triple(observation, 36));
    expectEven(
      axes.map(([, y, z]) => Math.atan2(-y, z)),
      -1,
      1,
    );
    expectEven(
      axes.map(([x]) => Math.asin(x)),
      -1,
      1,
    );
    for (const axis of axes) expect(norm(axis)).toBeCloseTo(1, 6);
  });

  it("turn it as the quaternion formula of the reference does", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { observation } = pen.reset({ seed });
      const [x, y, z] = [Math.atan2(-observation[37]!, observation[38]!), Math.asin(observation[36]!), 0];
      const [ai, aj, ak] = [z / 2, -y / 2, x / 2];
      const [si, sj, sk, ci, cj, ck] = [...[ai, aj, ak].map(Math.sin), ...[ai, aj, ak].map(Math.cos)] as number[] & {
        length: 6;
      };
      const [cc, cs, sc, ss] = [ci! * ck!, ci! * sk!, si! * ck!, si! * sk!];
      const expected = [cj! * cc + sj! * ss, cj! * cs - sj! * sc, -(cj! * ss + sj! * cc), cj! * sc - sj! * cs];
      const target = 4 * pen.physics.body("target");
      expected.forEach((value, i) => {
        expect(pen.physics.bodyTurns[target + i]).toBeCloseTo(value, 6);
      });
    }
  });

  it("put the door's frame into its box", () => {
    // The handle is at (0.29, -0.15, -0.025) from the frame while the door is shut.
    const handles = resets("door").map((observation) => triple(observation, 32));
    expectEven(
      handles.map(([x]) => x - 0.29),
      -0.3,
      -0.2,
    );
    expectEven(
      handles.map(([, y]) => y + 0.15),
      0.25,
      0.35,
    );
    expectEven(
      handles.map(([, , z]) => z + 0.025),
      0.252,
      0.35,
    );
  });

  it("put ball and target of relocate into theirs", () => {
    const places = Array.from({ length: 600 }, (_, seed) => {
      const { observation } = relocate.reset({ seed });
      const { bodyPositions, sitePositions } = relocate.physics;
      const ball = triple(bodyPositions, 3 * relocate.physics.body("Object"));
      const target = triple(sitePositions, 3 * relocate.physics.site("target"));
      minus(ball, target).forEach((value, k) => {
        expect(observation[36 + k]).toBeCloseTo(value, 6);
      });
      return { ball, target };
    });
    expectEven(
      places.map(({ ball }) => ball[0]),
      -0.15,
      0.15,
    );
    expectEven(
      places.map(({ ball }) => ball[1]),
      -0.15,
      0.3,
    );
    expect(places.every(({ ball }) => Math.abs(ball[2] - 0.035) < 1e-9)).toBe(true);
    expectEven(
      places.map(({ target }) => target[0]),
      -0.2,
      0.2,
    );
    expectEven(
      places.map(({ target }) => target[1]),
      -0.2,
      0.2,
    );
    expectEven(
      places.map(({ target }) => target[2]),
      0.15,
      0.35,
    );
  });

  it("follow from the seed to the bit, and differ between seeds", () => {
    for (const environment of Object.values(environments)) {
      const once = environment.reset({ seed: 8 }).observation;
      const next = environment.reset().observation;
      expect(environment.reset({ seed: 9 }).observation).not.toEqual(once);
      expect(environment.reset({ seed: 8 }).observation).toEqual(once);
      expect(environment.reset().observation).toEqual(next);
      expect(next).not.toEqual(once);
    }
  });
});
