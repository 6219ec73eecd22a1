/** What a run reports of its data at its beginning: once, in memory and in blocks, and with what their reader left out. */
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Dataset } from "../data/episode.js";
import { randomDataset } from "../data/example-data.fixture.js";
import { convertDataset } from "../data/storage/convert-dataset.js";
import { readRun } from "./read.js";
import { writeDataset } from "./task-data.js";
import { newFolder, registerLine, tiny, train, trainTiny } from "./tiny-run.fixture.js";
import { resume } from "./train.js";

const sizes = { observationSize: 2, actionSize: 1 };
const task = registerLine("reported line", { horizon: 100 });
/** 400 episodes of 100 steps, whose actions lie between 0 and 1. */
const half = (() => {
  const data = randomDataset(1, new Array<number>(400).fill(100), sizes);
  return { ...data, episodes: data.episodes.map((e) => ({ ...e, actions: e.actions.map(Math.abs) })) };
})();
const cwd = process.cwd();
afterEach(() => process.chdir(cwd));

const findings = (folder: string) =>
  readRun(folder)
    .notices.filter(({ kind }) => kind === "data")
    .map(({ notice }) => notice);
const halfUsed =
  /^In the recorded data, no action lies in the lower half of \[-1, 1\], where agents act: they range from 0\.0*\d+ to (1|0\.999\d*);/;

async function run(dataset: Dataset, settings = {}): Promise<string> {
  return (await trainTiny(task, { onlineSteps: 0, ...settings }, { dataset })).folder;
}

describe("a run", () => {
  it("says nothing of ordinary data", async () => {
    expect(findings(await run(randomDataset(1, new Array<number>(20).fill(60), sizes)))).toEqual([]);
  });

  it("reports what is odd and what was left out, to its caller and in its folder", async () => {
    const notes = [
      { text: "because their episode has no second row", leftOut: 3, example: "line 7" },
      { text: "`done` was taken for the task's end", leftOut: 0 },
    ];
    const told: string[] = [];
    const { folder } = await trainTiny(
      task,
      { onlineSteps: 0 },
      { dataset: { ...half, notes }, onNotice: (s) => told.push(s) },
    );
    expect(findings(folder)).toEqual([
      "Reading the data: 3 rows left out, because their episode has no second row (line 7, for one).",
      "Reading the data: `done` was taken for the task's end.",
      expect.stringMatching(halfUsed),
    ]);
    expect(told).toEqual(expect.arrayContaining(findings(folder)));
  });

  it("says how many actions it clips, and refuses them where it does not", async () => {
    const far = { ...half, episodes: half.episodes.map((e) => ({ ...e, actions: e.actions.map((x) => 10 + 90 * x) })) };
    expect(findings(await run(far, { clipActions: true }))).toEqual([
      expect.stringMatching(
        /^In the recorded data, 100\.0 % of the action values lie beyond their bounds \[-1, 1\] and are clipped/,
      ),
    ]);
    await expect(run(far)).rejects.toThrow(/^100 % of the action values of example lie beyond their bounds/);
  });

  it("says that rewards are not the task's own, where its preset would scale them again", async () => {
    const maze = randomDataset(1, new Array<number>(20).fill(60), { observationSize: 4, actionSize: 2 });
    const shifted = {
      ...maze,
      episodes: maze.episodes.map((e) => ({ ...e, rewards: e.rewards.map((r) => (r > 0.9 ? 0 : -1)) })),
    };
    const settings = { ...tiny, task: "pointmaze-umaze", preset: "laptop", onlineSteps: 0 } as const;
    const { folder } = await train(settings, { folder: newFolder(), dataset: shifted });
    expect(findings(folder)).toEqual([
      expect.stringMatching(
        /rewards are -1 and 0, where pointmaze-umaze gives 0 and 1: .* become -15 and -5 in place of -5 and 5/,
      ),
    ]);
    const own = { ...shifted, episodes: shifted.episodes.map((e) => ({ ...e, rewards: e.rewards.map((r) => r + 1) })) };
    expect(findings((await train(settings, { folder: newFolder(), dataset: own })).folder)).toEqual([]);
  });
});

describe("data on disk", () => {
  const place = dirname(newFolder());
  beforeAll(async () => {
    mkdirSync(join(place, "sub"), { recursive: true });
    await writeDataset(join(place, "half.hdf5"), half, { task: "another line" });
    await convertDataset(join(place, "half.hdf5"), join(place, "half.calql"));
  });

  it("are checked in blocks as they are in memory, and the task is told that they name", async () => {
    // A megabyte holds less than the 40,000 transitions.
    for (const [name, replayMemory] of [
      ["half.hdf5", 512],
      ["half.calql", 1],
    ] as const) {
      const settings = { ...tiny, task, onlineSteps: 0, dataset: join(place, name), replayMemory };
      const { folder } = await train(settings, { folder: newFolder() });
      const other =
        "In the recorded data, the metadata name the task another line, and not reported line: check that these data are meant.";
      expect(findings(folder)).toEqual([expect.stringMatching(halfUsed), other]);
    }
  });

  it("are found again by a run that resumes from another folder, which reports them once", async () => {
    process.chdir(place);
    const folder = newFolder();
    const stop = new AbortController();
    const settings = { ...tiny, task, dataset: "half.hdf5", checkpointEverySeconds: 0 };
    await train(settings, {
      folder,
      signal: stop.signal,
      onProgress: ({ phase }) => phase === "online" && stop.abort(),
    });
    expect(readRun(folder).summary!.status).toBe("interrupted");
    const before = findings(folder);
    expect(before).toHaveLength(2);
    process.chdir("sub");
    await resume({ folder });
    expect(readRun(folder).summary!.status).toBe("completed");
    expect(findings(folder)).toEqual(before);
    const { settings: kept } = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
    expect(kept.dataset).toBe(join(process.cwd(), "..", "half.hdf5"));
  });
});
