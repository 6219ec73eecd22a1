/**
 * A run's data: a file, with the horizon for one that has no timeouts, or the task's own, collected once and found again.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { vectorParts } from "../data/columns.js";
import { countSteps, packEpisode } from "../data/episode.js";
import { countingTables, exampleFile } from "../data/example-data.fixture.js";
import { openDataset, readDataset } from "../data/storage/open-dataset.js";
import { RunFailure } from "../errors.js";
import { taskData, writeDataset } from "./task-data.js";
import { lineData } from "./tiny-run.fixture.js";

const place = mkdtempSync(join(tmpdir(), "calql-data-"));
beforeAll(() => {
  vi.stubEnv("CALQL_CACHE", join(place, "cache"));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(place, { recursive: true });
});

describe("taskData", () => {
  it("collects a point maze's data once and finds them again", async () => {
    const told: number[] = [];
    const request = { task: "pointmaze-umaze", onProgress: (done: number) => told.push(done) };
    const first = await taskData(request);
    expect(told.at(-1)).toBe(50_000);
    const [name, ...others] = readdirSync(join(place, "cache"));
    expect(others).toEqual([]);
    expect(name).toMatch(/^pointmaze-umaze-.*goalShare.*noise.*seed.*steps50000.*\.hdf5$/);
    told.length = 0;
    expect(await taskData(request)).toEqual(first);
    expect(told).toEqual([]);
  });

  it("collects a gridworld's data, and a file of them says that actions are discrete", async () => {
    const found = await taskData({ task: "gridworld-cliff" });
    expect(found).toMatchObject({ observations: vectorParts(38), actionSize: 1, discreteActions: 4 });
    expect(countSteps(found)).toBe(20_000);
    expect(readdirSync(join(place, "cache"))).toContain("gridworld-cliff-noise0.5-seed0-steps20000.hdf5");
  });

  it("says that a task without data of its own needs a file", async () => {
    await expect(taskData({ task: "line" })).rejects.toThrow(/has no data of its own to collect/);
  });
});

describe("readDataset", () => {
  it("ends episodes at the horizon in a file without timeouts", async () => {
    const file = join(place, "no-timeouts.hdf5");
    writeFileSync(file, await exampleFile(countingTables(new Array(10).fill(0))));
    await expect(readDataset(file)).rejects.toThrow(/nothing tells where an episode ends/);
    const { episodes } = await readDataset(file, { fallbackHorizon: 5 });
    expect(episodes.map(({ length, truncated }) => [length, truncated])).toEqual([
      [4, true],
      [4, true],
    ]);
    expect((await readDataset(file, { horizon: 2, fallbackHorizon: 5 })).episodes.map(({ length }) => length)).toEqual(
      new Array(5).fill(1),
    );
  });
});

describe("writeDataset", () => {
  it("writes what readDataset reads, making the folder, and leaves nothing half-written", async () => {
    const path = join(place, "new", "line.hdf5");
    await writeDataset(path, lineData());
    const { episodes } = await readDataset(path);
    expect(episodes.map(({ length }) => length)).toEqual([20, 30, 50]);
    expect([...episodes[1]!.rewards]).toEqual([...lineData().episodes[1]!.rewards]);
    expect(readdirSync(join(place, "new"))).toEqual(["line.hdf5"]);
    const bytes = readFileSync(path);
    await expect(writeDataset(join(path, "below.hdf5"), lineData())).rejects.toThrow(RunFailure);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it.each(["v.calql", "v.parquet", "v.jsonl", "v.lerobot"])(
    "writes %s in the format that its ending names",
    async (name) => {
      const path = join(place, name);
      for (let twice = 0; twice < 2; twice++) await writeDataset(path, lineData());
      const opened = await openDataset(path);
      opened.close();
      expect(name).toContain(opened.format);
      expect((await readDataset(path)).episodes.map(({ length }) => length)).toEqual([20, 30, 50]);
    },
  );

  it("writes observations with pictures", async () => {
    const observations = { ...vectorParts(1), image: { type: "uint8", shape: [2, 2, 3] } } as const;
    const rows = [1, 2].map((value) => ({ state: Float32Array.of(value), image: new Uint8Array(12).fill(value) }));
    const episode = packEpisode(rows, [Float32Array.of(0.5)], [1], true);
    const dataset = { source: "views", observations, actionSize: 1, episodes: [episode] };
    for (const name of ["views.calql", "views/"]) {
      await writeDataset(join(place, name), dataset);
      expect((await readDataset(join(place, name))).episodes).toEqual([episode]);
    }
    await expect(writeDataset(join(place, "views.hdf5"), dataset)).rejects.toThrow("use the format calql or minari");
  });

  it("refuses an ending that stands for no format, and metadata that the format has no place for", async () => {
    await expect(writeDataset(join(place, "v.csv"), lineData())).rejects.toThrow(
      /v\.csv is of a format that is read, not written; end it in \.calql\/ \(calql\), .*\.hdf5 or \.h5 \(d4rl\).* \(jsonl\)\.$/,
    );
    await expect(writeDataset(join(place, "w.calql"), lineData(), { seed: 1 })).rejects.toThrow(
      /w\.calql has no place for metadata, which D4RL files hold; end it in \.hdf5\.$/,
    );
    expect(readdirSync(place)).not.toContain("v.csv");
  });
});
