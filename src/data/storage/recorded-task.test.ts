/** The task that data name, as the libraries of the field write it down, and as calql keeps it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { readD4RLMetadata } from "../formats/d4rl/d4rl-metadata.js";
import { convertDataset } from "./convert-dataset.js";
import { diskFiles } from "./disk-files.js";
import { openDataset, readDataset } from "./open-dataset.js";
import { taskNamedIn } from "./recorded-task.js";

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../fixtures/formats/task-names/${name}`, import.meta.url));
let place: string;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "calql-task-"));
});
afterAll(() => rmSync(place, { recursive: true }));
const at = (name: string) => join(place, name);

test.each([
  ["text-earliest.h5", "antmaze-umaze"],
  ["text-latest.h5", "antmaze-umaze"],
  ["robomimic.hdf5", "Lift"],
  ["../groups/robosuite-raw.hdf5", "Lift"],
  ["trajectory.h5", "PickCube-v1"],
  ["minari-old.hdf5", "PointMaze_Large-v3"],
])("%s names %s", async (name, task) => {
  expect(await taskNamedIn(fixture(name))).toBe(task);
});

test("every text of the metadata is read, however h5py stored it", async () => {
  const files = diskFiles(fixture("text-earliest.h5"));
  expect(await readD4RLMetadata(files.open("text-earliest.h5"), "text.h5")).toEqual({
    algorithm: "SAC",
    seed: 7,
    task: "antmaze-umaze",
    version: "1.0",
  });
  files.close();
});

describe("conversion keeps the name", () => {
  it("in calql's own format and in D4RL's", async () => {
    await convertDataset(fixture("minari-old.hdf5"), at("a.calql"));
    expect(await taskNamedIn(at("a.calql"))).toBe("PointMaze_Large-v3");
    expect((await readDataset(at("a.calql"))).episodes).toHaveLength(1);
    await convertDataset(at("a.calql"), at("a.hdf5"));
    expect(await taskNamedIn(at("a.hdf5"))).toBe("PointMaze_Large-v3");
  });

  it("and data without a name stay without", async () => {
    const unnamed = fileURLToPath(new URL("../../../fixtures/formats/flat/gymnasium.h5", import.meta.url));
    await convertDataset(unnamed, at("b.calql"));
    expect(await taskNamedIn(at("b.calql"))).toBeUndefined();
    const opened = await openDataset(at("b.calql"));
    expect(opened.blocks!.identity).not.toContain('"task"');
    opened.close();
  });
});
