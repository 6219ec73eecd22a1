/** Pictures of scenes whose every pixel can be computed by hand. */
import { describe, expect, it } from "vitest";
import { antMjcf } from "../environments/ant/ant-model.js";
import { Simulation } from "../physics/mujoco.js";
import { type Camera, halfHeight } from "./camera.js";
import { type Frame, makeFrame } from "./frame.js";
import { Renderer } from "./renderer.js";
import { fineQuality, type Quality, type Scene } from "./scene.js";

const world = (geoms: string) => `<mujoco><worldbody>${geoms}</worldbody></mujoco>`;
const red = 'rgba="1 0 0 1"';
const grey = 'rgba="0.4 0.4 0.4 1"'; // 102
/** One ray a pixel, so that a pixel's colour can be computed by hand. */
const fastQuality: Quality = { shadows: false, samples: 1 };

/** From 10 m above, straight down, x to the right and y upwards; the lamp beside the camera. */
const above: Camera = { lookAt: [0, 0, 0], distance: 10, azimuth: 90, elevation: -90, fieldOfView: 60 };
const scene: Scene = { camera: above, light: [0, 0, 10] };

function picture(geoms: string, shown: Scene, quality: Quality, size: number): Frame {
  const simulation = new Simulation(world(geoms), "test");
  const renderer = new Renderer(simulation);
  const frame = makeFrame(size, size);
  renderer.draw(frame, shown, quality);
  renderer.close();
  simulation.close();
  return frame;
}

const pixel = ({ width, pixels }: Frame, column: number, row: number) => [
  ...pixels.subarray(3 * (row * width + column), 3 * (row * width + column) + 3),
];

/** Where a pixel's middle meets the ground at height 0. */
const ground = (index: number, size: number) => 10 * ((2 * (index + 0.5)) / size - 1) * halfHeight(60);

describe("a picture", () => {
  it("shows a sphere as the disc that geometry says, to the pixel", () => {
    const size = 101;
    const frame = picture(`<geom type="sphere" size="2" ${red}/>`, scene, fastQuality, size);
    const edge = 10 * Math.tan(Math.asin(2 / 10)); // of the silhouette, at distance 10
    let inside = 0;
    for (let row = 0; row < size; row++)
      for (let column = 0; column < size; column++) {
        const fromMiddle = Math.hypot(ground(column, size), ground(row, size));
        const [r, g] = pixel(frame, column, row);
        expect(g === 0 && r! > 30).toBe(fromMiddle < edge);
        if (fromMiddle < edge) inside++;
      }
    expect(inside / ((size / 2) * (edge / (10 * halfHeight(60)))) ** 2).toBeCloseTo(Math.PI, 1);
  });

  it("is coloured by Lambert's law: light from everywhere, from the sky and from the lamp", () => {
    const size = 51;
    const frame = picture(`<geom type="plane" size="50 50 1" ${grey}/>`, scene, fastQuality, size);
    for (const [column, row] of [
      [25, 25],
      [0, 25],
      [50, 50],
      [10, 40],
    ] as const) {
      const cosine = 10 / Math.hypot(10, ground(column, size), ground(row, size));
      expect(pixel(frame, column, row)).toEqual(Array(3).fill(Math.round(102 * (0.38 + 0.12 + 0.55 * cosine))));
    }
  });

  it("leaves what the lamp does not see in the shadow, and only with shadows", () => {
    // Around the ground there is sky, which has neither light nor shadow.
    const geoms = `<geom type="box" size="4.5 4.5 1" pos="0 0 -1" ${grey}/><geom type="box" size="1 1 0.1" pos="0 0 2" ${red}/>`;
    const beside: Scene = { camera: above, light: [-1e5, 0, 1e5] };
    const size = 101;
    const column = Math.round(((2.5 / (10 * halfHeight(60)) + 1) * size) / 2 - 0.5); // x = 2.5: under the box, aslant
    const lit = 102 * (0.5 + 0.55 * Math.SQRT1_2);
    const [dark, bright] = [true, false].map((shadows) => picture(geoms, beside, { shadows, samples: 1 }, size));
    expect(pixel(dark!, column, 50)).toEqual([51, 51, 51]);
    expect(pixel(bright!, column, 50)).toEqual(Array(3).fill(Math.round(lit)));
    for (const [x, y] of [
      [20, 50],
      [column, 20],
      [column, 80],
    ] as const)
      expect(pixel(dark!, x, y)).toEqual(Array(3).fill(Math.round(lit)));
    // The box is two metres wide across the light, and so is its shadow.
    const shadowed = Array.from({ length: size }, (_, row) => pixel(dark!, column, row)[0] === 51);
    const metres = (shadowed.filter(Boolean).length / size) * 20 * halfHeight(60);
    expect(Math.abs(metres - 2)).toBeLessThan(0.25);
  });

  it("has edges whose pixels are the mean of what they hold", () => {
    const size = 50;
    // The box's edge x = 1 runs through the middle of the pixels of one column.
    const column = 29;
    const edge = ground(column, size);
    const geoms = `<geom type="plane" size="50 50 1" rgba="0 0 0 1"/><geom type="box" size="5 50 0.0001" pos="${edge - 5} 0 0" rgba="0.4 0.4 0.4 1"/>`;
    const frame = picture(geoms, scene, { shadows: false, samples: 4 }, size);
    const [left, mid, right] = [column - 1, column, column + 1].map((x) => pixel(frame, x, 25)[0]!);
    expect(right).toBe(0);
    expect(mid).toBeCloseTo(left! / 2, -0.5);
  });

  it("shows marks where they are, over what is behind and under what is before them", () => {
    const geoms = `<geom type="plane" size="50 50 1" rgba="0 0 0 1"/><geom type="box" size="1 9 0.5" pos="1 0 3" rgba="0 0 0 1"/>`;
    const marked: Scene = {
      ...scene,
      markers: [{ kind: "disc", centre: [0, 0, 0.01], radius: 2, colour: [0, 200, 0], opacity: 0.5 }],
    };
    const size = 101;
    const frame = picture(geoms, marked, fastQuality, size);
    let marks = 0;
    for (let column = 0; column < size; column++) {
      const x = (ground(column, size) * 9.99) / 10;
      const seen = Math.abs(x) < 2 && x < 0; // the box covers x > 0 as seen from above
      if (Math.abs(x) > 1e-6) expect(pixel(frame, column, 50)[1]).toBe(seen ? 100 : 0);
      if (seen) marks++;
    }
    expect(marks).toBeGreaterThan(10);
    const ball: Scene = {
      ...scene,
      markers: [{ kind: "ball", centre: [0, 0, 0], radius: 2, colour: [0, 200, 0], opacity: 1 }],
    };
    const round = picture("", ball, fastQuality, size);
    const edge = 10 * Math.tan(Math.asin(2 / 10));
    for (let column = 0; column < size; column++)
      expect(pixel(round, column, 50)[0] === 0).toBe(Math.abs(ground(column, size)) < edge);
  });

  it("is the same bytes every time, whatever was drawn before and however large memory has grown", () => {
    const simulation = new Simulation(antMjcf(), "ant");
    const renderer = new Renderer(simulation);
    const shown: Scene = { camera: { ...above, lookAt: [0, 0, 0.5], distance: 4, elevation: -30 }, light: [3, -4, 9] };
    const draw = (size: number) => {
      const frame = makeFrame(size, size);
      renderer.draw(frame, shown, fineQuality);
      return frame.pixels;
    };
    const first = draw(64);
    const before = simulation.heapBytes;
    draw(700); // larger than the memory that there is
    expect(simulation.heapBytes).toBeGreaterThan(before);
    expect(draw(64)).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(50);
    renderer.close();
    simulation.close();
  });

  it("takes no memory, frame after frame", () => {
    const simulation = new Simulation(antMjcf(), "ant");
    const renderer = new Renderer(simulation);
    const frame = makeFrame(64, 64);
    for (let i = 0; i < 3; i++) renderer.draw(frame, scene);
    const before = simulation.heapBytes;
    for (let i = 0; i < 300; i++) renderer.draw(frame, scene);
    expect(simulation.heapBytes).toBe(before);
    renderer.close();
    simulation.close();
  });
});
