import { describe, expect, it } from "vitest";
import { box, dict, type Environment, pixels } from "./environment.js";
import { filmEpisode } from "./film.js";
import { guardEnvironment } from "./guard.js";
import { promising } from "./promising.fixture.js";

/** Counts its steps; the picture's first pixel is the count. Succeeds at step 3, ends at step `length`. */
function counter(length: number, terminated = true): Environment {
  let steps = 0;
  const state = () => ({ observation: Float32Array.of(steps), info: { success: steps === 3 } });
  return guardEnvironment({
    name: "counter",
    observationSpace: box(1, 0, 1000),
    actionSpace: box(1, -1, 1),
    horizon: 1000,
    reset() {
      steps = 0;
      return state();
    },
    step() {
      steps++;
      const over = steps === length;
      return { ...state(), reward: 0.5, terminated: over && terminated, truncated: over && !terminated };
    },
    render({ pixels }) {
      pixels.fill(0);
      pixels[0] = steps;
    },
    close() {},
  });
}

/** Its step, which takes a millisecond. */
const slow = (environment: Environment) => (action: Float32Array) => {
  for (const end = performance.now() + 1; performance.now() < end; );
  return environment.step(action);
};

const act = async () => new Float32Array(1);
const film = (length: number, options: { every?: number; mostFrames?: number } = {}) =>
  filmEpisode({ environment: counter(length), act, seed: 0, size: 8, mostFrames: 100, ...options });

describe("a film", () => {
  it("holds a picture of every state, and how the episode went", async () => {
    const seen = await film(5);
    expect(seen.steps).toEqual([0, 1, 2, 3, 4, 5]);
    expect(seen.frames.map(({ pixels }) => pixels[0])).toEqual([0, 1, 2, 3, 4, 5]);
    expect(seen).toMatchObject({ length: 5, return: 2.5, success: true });
    expect((await film(2)).success).toBe(false);
  });

  it("shows in the corner what the policy sees, pixel by pixel", async () => {
    const blank = counter(2);
    const image = Uint8Array.from({ length: 12 }, (_, i) => 10 * i);
    const environment: Environment = {
      ...blank,
      observationSpace: dict({ image: pixels(2, 2) }),
      reset: () => ({ observation: { image }, info: { success: false } }),
      step: () => ({
        ...{ observation: { image: image.map((byte) => byte + 1) }, info: { success: true } },
        ...{ reward: 0, terminated: true, truncated: false },
      }),
      render: (frame) => void frame.pixels.fill(7),
    };
    const { frames } = await filmEpisode({ environment, act, seed: 0, size: 50, mostFrames: 9 });
    const at = (frame: number, x: number, y: number) => [
      ...frames[frame]!.pixels.subarray(3 * (50 * y + x)).slice(0, 3),
    ];
    // 18 pixels of 50 for two: nine each, from the corner at the right.
    expect([at(0, 49, 0), at(0, 41, 8), at(0, 40, 0), at(0, 32, 17)]).toEqual([
      [30, 40, 50],
      [30, 40, 50],
      [0, 10, 20],
      [60, 70, 80],
    ]);
    expect([at(0, 31, 5), at(0, 45, 18), at(0, 29, 5), at(0, 45, 21)]).toEqual([
      [255, 255, 255],
      [255, 255, 255],
      [7, 7, 7],
      [7, 7, 7],
    ]);
    expect(at(1, 49, 0)).toEqual([31, 41, 51]);
  });

  it("is the same of an environment that promises its answers", async () => {
    const environment = promising(counter(5));
    const seen = await filmEpisode({ environment, act, seed: 0, size: 8, mostFrames: 100 });
    expect(seen).toEqual(await film(5));
  });

  it("is thinned evenly as it grows, from the first state to the last", async () => {
    for (const [length, mostFrames] of [
      [9, 10],
      [10, 10],
      [100, 10],
      [700, 100],
      [7, 2],
    ] as const) {
      const { steps, frames } = await film(length, { mostFrames });
      expect(frames.length).toBeLessThanOrEqual(mostFrames);
      expect([steps[0], steps.at(-1)]).toEqual([0, length]);
      expect(frames.map(({ pixels }) => pixels[0])).toEqual(steps.map((step) => Math.min(step, 255)));
      const distance = steps.length > 2 ? steps[1]! : length;
      steps.slice(0, -1).forEach((step, i) => {
        expect(step).toBe(i * distance);
      });
      expect(length - steps.at(-2)!).toBeLessThanOrEqual(distance);
      if (mostFrames >= 10) expect(frames.length).toBeGreaterThanOrEqual(mostFrames / 2);
    }
  });

  it("takes every k-th state where that is asked for, however many there are", async () => {
    expect((await film(10, { every: 4, mostFrames: 2 })).steps).toEqual([0, 4, 8, 10]);
  });

  it("counts the steps aloud, and keeps what was seen when it is ended early", async () => {
    const stop = new AbortController();
    const heard: number[] = [];
    const onStep = (steps: number) => {
      heard.push(steps);
      if (steps === 4) stop.abort();
    };
    const options = { environment: counter(50), act, seed: 0, size: 8, mostFrames: 100, onStep, signal: stop.signal };
    const seen = await filmEpisode(options);
    expect(heard).toEqual([1, 2, 3, 4]);
    expect(seen).toMatchObject({ length: 4, steps: [0, 1, 2, 3, 4], success: true });
  });

  it("hears of the end even if the policy never waits", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    const environment = counter(900);
    const seen = await filmEpisode({
      environment: { ...environment, reset: environment.reset.bind(environment), step: slow(environment) },
      act,
      seed: 0,
      size: 8,
      every: 1000,
      mostFrames: 10,
      signal: stop.signal,
    });
    expect(seen.length).toBeLessThan(900);
  });

  it("is refused by an environment that cannot draw itself, with what to do", async () => {
    const { render: _, ...blind } = counter(3);
    const environment = { ...blind, reset: counter(3).reset } as Environment;
    await expect(filmEpisode({ environment, act, seed: 0, size: 8, mostFrames: 5 })).rejects.toThrow(
      "The environment counter cannot draw itself; give it a method render(frame) that fills frame.pixels, and watch again.",
    );
  });
});
