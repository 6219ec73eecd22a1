import { describe, expect, it } from "vitest";
import { type Camera, halfHeight, type Vector, viewpointOf, writeDirection } from "./camera.js";

const camera: Camera = { lookAt: [1, 2, 0.5], distance: 4, azimuth: 30, elevation: -40, fieldOfView: 60 };
const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

describe("a camera", () => {
  it("looks at its point from its distance, with the point in the middle of the picture", () => {
    const view = viewpointOf(camera);
    const direction = new Float64Array(3);
    writeDirection(view, 0, 0, direction, 0);
    const reached = view.position.map((place, axis) => place + camera.distance * direction[axis]!);
    for (const axis of [0, 1, 2]) expect(reached[axis]).toBeCloseTo(camera.lookAt[axis]!, 12);
  });

  it("stands where MuJoCo's free camera stands: azimuth 90 looks along y, elevation -90 straight down", () => {
    const along = viewpointOf({ lookAt: [0, 0, 0], distance: 2, azimuth: 90, elevation: 0, fieldOfView: 45 });
    const expectNear = (actual: Vector, expected: Vector) =>
      expected.forEach((value, axis) => {
        expect(actual[axis]).toBeCloseTo(value, 12);
      });
    expectNear(along.position, [0, -2, 0]);
    expectNear(along.right, [1, 0, 0]);
    expectNear(along.up, [0, 0, 1]);
    const down = viewpointOf({ lookAt: [0, 0, 0], distance: 3, azimuth: 90, elevation: -90, fieldOfView: 45 });
    expectNear(down.position, [0, 0, 3]);
    expectNear(down.up, [0, 1, 0]);
  });

  it("has three directions of length 1 that are square to each other, right-handed", () => {
    for (const azimuth of [-170, 0, 62, 200])
      for (const elevation of [-90, -35, 0, 80]) {
        const { forward, right, up } = viewpointOf({ ...camera, azimuth, elevation });
        for (const direction of [forward, right, up]) expect(dot(direction, direction)).toBeCloseTo(1, 12);
        for (const [a, b] of [
          [forward, right],
          [right, up],
          [up, forward],
        ] as const)
          expect(dot(a, b)).toBeCloseTo(0, 12);
        const cross: Vector = [
          right[1] * up[2] - right[2] * up[1],
          right[2] * up[0] - right[0] * up[2],
          right[0] * up[1] - right[1] * up[0],
        ];
        expect(dot(cross, forward)).toBeCloseTo(-1, 12);
      }
  });

  it("opens to its field of view: the ray through the upper edge leans half of it", () => {
    const view = viewpointOf(camera);
    const direction = new Float64Array(6);
    writeDirection(view, 0, halfHeight(60), direction, 3);
    const edge = [direction[3]!, direction[4]!, direction[5]!] as const;
    expect(Math.acos(dot(edge, view.forward))).toBeCloseTo(Math.PI / 6, 12);
    expect(dot(edge, view.up)).toBeCloseTo(0.5, 12);
    expect(dot(edge, edge)).toBeCloseTo(1, 12);
  });
});
