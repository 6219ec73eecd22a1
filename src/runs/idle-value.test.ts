/** The worth of doing nothing in a run of an earlier calql: taken from its data where they are, else not known. */
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { idleValueFromData } from "./idle-value.js";
import { readRun } from "./read.js";
import { writeDataset } from "./task-data.js";
import { lineData, newFolder, registerLine, tiny, train } from "./tiny-run.fixture.js";

const task = registerLine("line of an earlier calql");

it("is that of a low reward which ended no episode, in the rewards that critics see", async () => {
  const folder = newFolder();
  const file = join(dirname(folder), "recorded.hdf5");
  const data = lineData();
  const [first, ...others] = data.episodes;
  const rewards = first!.rewards.slice();
  const terminated = first!.terminated.slice();
  rewards[rewards.length - 1] = -25;
  terminated[terminated.length - 1] = 1;
  await writeDataset(file, { ...data, episodes: [{ ...first!, rewards, terminated, truncated: false }, ...others] });
  const settings = { ...tiny, task, dataset: file, discount: 0.9, rewardScale: 2, rewardShift: -1, onlineSteps: 0 };
  await train(settings, { folder });
  const run = readRun(folder);
  const lasting = [...rewards.slice(0, -1), ...others.flatMap((episode) => [...episode.rewards])];
  const low = lasting.toSorted((a, b) => a - b)[4]!; // 4 of 99 lie below
  expect(await idleValueFromData(run)).toBeCloseTo((2 * low - 1) / 0.1, 4);
  expect(run.metrics.at(-1)!.metrics.idleValue).toBeCloseTo((2 * low - 1) / 0.1, 4);
  const all = data.episodes.map((episode, i) => (i === 0 ? rewards : episode.rewards));
  const returns = all.map((ofEpisode) => ofEpisode.reduce((sum, reward) => sum + reward, 0));
  expect(run.config.dataset.returnMean).toBeCloseTo(returns.reduce((sum, one) => sum + one, 0) / returns.length, 4);
  rmSync(file);
  expect(await idleValueFromData(run)).toBeUndefined();
});
