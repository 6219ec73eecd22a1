/** Every environment draws itself: what must be seen is there, in its colour, where it is. */
import { describe, expect, it } from "vitest";
import { type Colour, type Frame, makeFrame } from "../rendering/frame.js";
import type { Environment } from "./environment.js";
import { families } from "./families.js";
import { guardEnvironment } from "./guard.js";
import { environmentNames } from "./registry.js";
import { makeSync } from "./sync.fixture.js";

function pictureOf(environment: Environment, width = 128, height = 128): Frame {
  const frame = makeFrame(width, height);
  environment.render!(frame);
  return frame;
}

/** The pixels whose hue is that of a colour, and where their middle is, from 0 to 1 to the right and downwards. */
function find({ width, pixels }: Frame, [r, g, b]: Colour): { count: number; x: number; y: number } {
  const strength = Math.hypot(r, g, b);
  let [count, x, y] = [0, 0, 0];
  for (let i = 0; i < pixels.length / 3; i++) {
    const [pr, pg, pb] = [pixels[3 * i]!, pixels[3 * i + 1]!, pixels[3 * i + 2]!];
    const cosine = (r * pr + g * pg + b * pb) / (strength * Math.max(Math.hypot(pr, pg, pb), 1e-9));
    if (cosine < 0.995) continue;
    count++;
    x += (i % width) + 0.5;
    y += Math.floor(i / width) + 0.5;
  }
  return { count, x: x / count / width, y: y / count / (pixels.length / 3 / width) };
}

const orange: Colour = [224, 98, 38];
const green: Colour = [46, 160, 80];
const skin: Colour = [236, 178, 142];

describe("pictures of environments", () => {
  it("exist for every environment that is there from the start, and differ after a step", async () => {
    for (const name of families.flatMap(({ tasks }) => tasks)) {
      const environment = await makeSync(name);
      environment.reset({ seed: 1 });
      const before = pictureOf(environment, 48, 48);
      expect(new Set(before.pixels).size, name).toBeGreaterThan(8);
      expect(pictureOf(environment, 48, 48), name).toEqual(before);
      const { actionSpace } = environment;
      const action = actionSpace.kind === "box" ? new Float32Array(actionSpace.size).fill(0.9) : Float32Array.of(1);
      if (name === "gridworld-cliff") action[0] = 0;
      if (name === "corridor-exit") action[1] = 0; // not through the exit
      for (let step = 0; step < 5; step++) environment.step(action);
      expect(pictureOf(environment, 48, 48).pixels, name).not.toEqual(before.pixels);
      environment.close();
    }
  });

  it("change nothing in the episode", async () => {
    for (const name of ["antmaze-umaze", "door", "pointmaze-umaze"]) {
      const [plain, drawn] = await Promise.all(
        [false, true].map(async (draws) => {
          const environment = await makeSync(name);
          const observations = [environment.reset({ seed: 3 }).observation];
          const size = environment.actionSpace.kind === "box" ? environment.actionSpace.size : 1;
          for (let step = 0; step < 20; step++) {
            if (draws) pictureOf(environment, 16, 16);
            observations.push(environment.step(new Float32Array(size).fill(Math.sin(step))).observation);
          }
          environment.close();
          return observations;
        }),
      );
      expect(drawn).toEqual(plain);
    }
  });

  it("show the point of a maze in orange where it is, and the goal in green", async () => {
    const environment = await makeSync("pointmaze-umaze");
    environment.reset({ seed: 0 });
    const frame = pictureOf(environment);
    const [point, goal] = [find(frame, orange), find(frame, green)];
    expect(point.count).toBeGreaterThan(5);
    expect(goal.count).toBeGreaterThan(100);
    // The start is the lower left cell of the free three by three, the goal the upper left one.
    expect([point.x, goal.x].every((x) => x > 0.15 && x < 0.45)).toBe(true);
    expect(point.y - goal.y).toBeGreaterThan(0.25);
    for (let step = 0; step < 15; step++) environment.step(Float32Array.of(1, 0));
    expect(find(pictureOf(environment), orange).x - point.x).toBeGreaterThan(0.15);
    environment.close();
  });

  it("follow the ant: it stays in the middle", async () => {
    const environment = await makeSync("antmaze-medium");
    for (const seed of [0, 1]) {
      environment.reset({ seed });
      for (let step = 0; step < 30; step++) environment.step(new Float32Array(8).map((_, i) => Math.sin(step + i)));
      const ant = find(pictureOf(environment), orange);
      expect(ant.count).toBeGreaterThan(60);
      expect(Math.hypot(ant.x - 0.5, ant.y - 0.5)).toBeLessThan(0.12);
    }
    environment.close();
  });

  it("show a hand of skin colour in every task of it, and what it works on", async () => {
    const shown: [string, Colour][] = [
      ["door", [168, 112, 68]],
      ["pen", [0, 128, 255]],
      ["relocate", [58, 110, 196]],
    ];
    for (const [name, colour] of shown) {
      if (!environmentNames().includes(name)) continue;
      const environment = await makeSync(name);
      environment.reset({ seed: 0 });
      const frame = pictureOf(environment);
      expect(find(frame, skin).count, name).toBeGreaterThan(80);
      expect(find(frame, colour).count, name).toBeGreaterThan(20);
      environment.close();
    }
  });

  it("draw a gridworld's cells, goal and walker to the pixel", async () => {
    const environment = await makeSync("gridworld-four-rooms");
    environment.reset({ seed: 0 });
    const frame = pictureOf(environment, 220, 110); // 11 x 11 cells of 10 pixels, in the middle
    const at = (column: number, row: number) => [
      ...frame.pixels.subarray(3 * (220 * row + column), 3 * (220 * row + column) + 3),
    ];
    expect(at(20, 50)).toEqual([255, 255, 255]);
    expect(at(55 + 5, 5)).toEqual([...orange]);
    expect(at(55 + 105, 105)).toEqual([...green]);
    expect(at(55 + 55, 5)).toEqual([88, 98, 116]);
    expect(at(55 + 75, 5)).toEqual([196, 222, 240]);
    expect(at(55 + 15, 15)).toEqual([240, 236, 227]);
    expect(find(frame, orange).count).toBeGreaterThan(25);
    environment.close();
  });

  it("are asked for in the right order, and left out by who cannot draw", async () => {
    const environment = await makeSync("gridworld-cliff");
    expect(() => environment.render!(makeFrame(8, 8))).toThrow(
      "gridworld-cliff: render() was called before the first reset(); call reset() first.",
    );
    environment.close();
    expect(() => environment.render!(makeFrame(8, 8))).toThrow("render() was called after close()");
    const { name, observationSpace, actionSpace, horizon } = environment;
    const { reset, step, close } = environment;
    expect(
      guardEnvironment({ name, observationSpace, actionSpace, horizon, reset, step, close }).render,
    ).toBeUndefined();
  });
});
