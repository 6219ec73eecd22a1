/** The data of pick and place: what a policy needs is in two parts, and no episode holds both. */
import { expect, it } from "vitest";
import { collectTask } from "../collect-task.js";

const cubeHeight = 12;

it("holds prior and task episodes, none of which picks up and places", async () => {
  const { episodes, source } = await collectTask({ task: "pick-place", episodes: 20, seed: 3 });
  const seen = episodes.map(({ observations, length, terminated, truncated }) => {
    const height = (row: number) => observations.state![20 * row + cubeHeight]!;
    return { begins: height(0), ends: height(length), placed: terminated[length - 1] === 1, truncated, length };
  });
  const [prior, task] = [seen.filter(({ begins }) => begins < 0.05), seen.filter(({ begins }) => begins > 0.1)];
  expect([prior.length, task.length]).toEqual([13, 7]);
  for (const { placed, ends, length } of prior) expect([placed, ends > 0.1, length]).toEqual([false, true, 40]);
  for (const { placed, ends, length } of task) expect([placed, ends < 0.03, length < 40]).toEqual([true, true, true]);
  expect(source).toMatch(/^pick-place, scripted, noise 0\.1, seed 3: grasped 13 of \d+, placed 7 of \d+$/);
});

it("is the same for the same seed, other noise is other data, and steps are cut where they were asked to end", async () => {
  const collect = (noise: number) => collectTask({ task: "pick-place", steps: 130, seed: 1, noise });
  const [one, same, other] = [await collect(0.1), await collect(0.1), await collect(0)];
  expect(same.episodes).toEqual(one.episodes);
  expect(other.episodes).not.toEqual(one.episodes);
  expect(one.episodes.reduce((sum, { length }) => sum + length, 0)).toBe(130);
  expect(other.episodes[0]!.actions.every((entry) => Math.abs(entry) <= 0.9001)).toBe(true);
});

it("holds pictures once a frame, and passes options on", async () => {
  const { observations, episodes } = await collectTask({
    task: "pick-place-image?rewards=per-step",
    episodes: 3,
    seed: 2,
  });
  expect(observations).toEqual({
    state: { type: "float32", shape: [4] },
    image: { type: "uint8", shape: [48, 48, 3] },
  });
  for (const { length, observations: rows } of episodes) expect(rows.image!.length).toBe((length + 1) * 48 * 48 * 3);
  expect(episodes.map(({ rewards }) => rewards.includes(1))).toEqual([false, false, true]);
});
