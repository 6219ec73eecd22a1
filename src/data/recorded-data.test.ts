/** Figures of real files, counted independently from their raw arrays; only where those files are at hand. */

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { applyAdroitBinaryRule } from "./adroit-binary.js";
import { vectorParts } from "./columns.js";
import { countSteps, type Dataset } from "./episode.js";
import { readD4RL } from "./formats/d4rl/d4rl.js";
import { writeD4RL } from "./formats/d4rl/d4rl-writer.js";
import { inspectDataset } from "./inspect.js";
import { toTransitions } from "./transitions.js";

const FOLDER = new URL("../../../shared/data/", import.meta.url);

function read(name: string): Promise<Dataset> {
  return readD4RL(readFileSync(new URL(name, FOLDER)), name);
}

describe.runIf(existsSync(FOLDER))("recorded data", () => {
  it("antmaze-umaze: 100,000 rows, 143 attempts, 114 of them successful", async () => {
    const dataset = await read("antmaze-umaze-100k.hdf5");
    expect(dataset).toMatchObject({ observations: vectorParts(29), actionSize: 8 });
    expect(inspectDataset(dataset)).toMatchObject({
      episodes: 27_616,
      steps: 99_858,
      singleStepEpisodes: 25_186,
      lengths: { min: 1, median: 1, max: 700 },
      terminatedShare: 27_521 / 27_616,
      success: { reward: 1, episodeShare: 27_521 / 27_616, recordings: 143, recordingShare: 114 / 143 },
      duplicateSteps: 0,
      repeatedObservations: 0,
    });
    const options = { rewardScale: 10, rewardShift: -5, returns: { discount: 0.99, sparseFailureReward: -5 } };
    const { returnsToGo, rewards, terminated } = toTransitions(dataset.episodes, options).rows;
    expect(returnsToGo!.every((value) => value >= -500.001 && value <= 5)).toBe(true);
    expect(rewards.every((reward, row) => (reward === 5) === (terminated[row] === 1))).toBe(true);
  });

  it("antmaze-medium-diverse: 200,000 rows, 200 attempts, 46 of them successful", async () => {
    expect(inspectDataset(await read("antmaze-medium-diverse-200k.hdf5"))).toMatchObject({
      episodes: 17_225,
      steps: 199_801,
      singleStepEpisodes: 16_070,
      success: { recordings: 200, recordingShare: 46 / 200 },
    });
  });

  it("door-human: 25 demonstrations, none terminated, actions beyond 1, and a round trip", async () => {
    const dataset = await read("door-human-demos.hdf5");
    const summary = inspectDataset(dataset);
    expect(summary).toMatchObject({ episodes: 25, steps: 6_704, terminatedShare: 0, truncatedShare: 1 });
    expect(summary).toMatchObject({ lengths: { min: 222, median: 270, max: 299 } });
    expect(summary.actionsBeyondShare).toBeCloseTo(0.05487, 5);
    const again = await readD4RL(await writeD4RL(dataset), "again.hdf5");
    expect(again.episodes).toEqual(dataset.episodes);
  });

  it.each([
    ["door-binary-rollouts.hdf5", 400, 137, 26_731, 18_007],
    ["pen-binary-rollouts.hdf5", 500, 271, 22_865, 11_572],
    ["relocate-binary-rollouts.hdf5", 400, 103, 19_050, 11_491],
  ])("%s: %i episodes, %i solved, cut to %i steps", async (name, episodes, solved, steps, terminated) => {
    const dataset = await read(name);
    expect(dataset.episodes.length).toBe(episodes);
    const binary = applyAdroitBinaryRule(dataset);
    expect(binary.episodes.length).toBe(solved);
    expect(countSteps(binary)).toBe(steps);
    const flags = binary.episodes.reduce((sum, episode) => sum + episode.terminated.reduce((a, b) => a + b, 0), 0);
    expect(flags).toBe(terminated);
  });

  it("names what is missing in a file without rows and in one of another layout", async () => {
    await expect(read("d4rl-layout-empty.hdf5")).rejects.toThrow("has arrays but no rows");
    await expect(read("minari-old-layout-small.hdf5")).rejects.toThrow('There: "episode_0", "episode_1", "episode_2"');
  });
});
