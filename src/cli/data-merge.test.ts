/**
 * `calql data merge`: what is in the file that it writes, and what it refuses.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { vectorParts } from "../data/columns.js";
import { type Dataset, packEpisode } from "../data/episode.js";
import { writeD4RL } from "../data/formats/d4rl/d4rl-writer.js";
import { readDataset } from "../data/storage/open-dataset.js";
import { taskNamedIn } from "../data/storage/recorded-task.js";
import { contentOf } from "../runs/folder-content.fixture.js";
import { writeDataset } from "../runs/task-data.js";
import { calql } from "./command-line.fixture.js";

const place = mkdtempSync(join(tmpdir(), "calql-merge-"));
const at = (name: string) => join(place, name);
afterAll(() => rmSync(place, { recursive: true }));

/** An episode of the door task with these hinge angles, one a row, and rewards that are not binary. */
function doorEpisode(angles: readonly number[]) {
  const observations = angles.map((angle) => {
    const observation = new Float32Array(39);
    observation[28] = angle;
    return observation;
  });
  const steps = angles.slice(1);
  return packEpisode(
    observations,
    steps.map((angle) => new Float32Array(28).fill(angle / 2)),
    steps.map(() => 7),
    false,
  );
}

async function write(name: string, episodes: Dataset["episodes"]) {
  writeFileSync(at(name), await writeD4RL({ source: name, observations: vectorParts(39), actionSize: 28, episodes }));
}

beforeAll(async () => {
  await write("people.hdf5", [doorEpisode([0, 0.5, 1.4, 1, 1.5, 0.2])]);
  await write("robot.hdf5", [doorEpisode([0, 0.1, 0.2]), doorEpisode([0, 1.2, 1.36, 1.4])]);
});

const merge = (...flags: string[]) => calql("data", "merge", at("people.hdf5"), at("robot.hdf5"), ...flags);

it("keeps every episode in the order of the files", async () => {
  const { code, out } = await merge("--out", at("all.hdf5"));
  expect([code, out.split("\n")[0]]).toEqual([0, at("all.hdf5")]);
  const { episodes } = await readDataset(at("all.hdf5"));
  expect(episodes.map(({ rewards }) => [...rewards])).toEqual([
    [7, 7, 7, 7, 7],
    [7, 7],
    [7, 7, 7],
  ]);
});

it("makes binary data as the papers do, cut after the last solved step", async () => {
  expect((await merge("--binary", "door", "--out", at("last.hdf5"))).code).toBe(0);
  const { episodes } = await readDataset(at("last.hdf5"));
  expect(episodes.map(({ rewards }) => [...rewards])).toEqual([[-1, 0], [-1, 0], [-1, 0], [0]]);
  expect(episodes.every(({ terminated }) => terminated.at(-1) === 1)).toBe(true);
});

it("cuts after the first solved step where that is asked for", async () => {
  expect((await merge("--binary", "door", "--cut", "first", "--out", at("first.hdf5"))).code).toBe(0);
  const { episodes } = await readDataset(at("first.hdf5"));
  expect(episodes.map(({ rewards }) => [...rewards])).toEqual([
    [-1, 0],
    [-1, 0],
  ]);
});

it("refuses a name that stands for another format", async () => {
  const before = contentOf(place);
  const { code, error } = await merge("--out", at("all.calql"));
  expect(code).toBe(2);
  expect(error).toMatch(/all\.calql would be a D4RL HDF5 file; end its name in \.hdf5 or \.h5\. /);
  expect(contentOf(place)).toEqual(before);
});

it("refuses the data of another task and writes nothing", async () => {
  const before = contentOf(place);
  const { code, error } = await merge("--binary", "pen", "--out", at("pen.hdf5"));
  expect(code).toBe(2);
  expect(error).toContain("has observations that are vectors of 39 numbers where those of pen have 45");
  expect(contentOf(place)).toEqual(before);
});

it("replaces nothing, least of all what it reads", async () => {
  const before = readFileSync(at("robot.hdf5"));
  const { code, error } = await merge("--out", at("robot.hdf5"));
  expect([code, error]).toEqual([2, `error: ${at("robot.hdf5")} exists already; name another place with --out.\n`]);
  expect(readFileSync(at("robot.hdf5")).equals(before)).toBe(true);
});

it("carries the task's name where all files agree, and says where they differ", async () => {
  for (const [name, task] of Object.entries({ "a.hdf5": "door", "b.hdf5": "door", "c.hdf5": "pen" }))
    await writeDataset(at(name), await readDataset(at("people.hdf5")), { task });
  const joined = await calql("data", "merge", at("a.hdf5"), at("b.hdf5"), "--out", at("door.hdf5"));
  expect(joined.out).not.toContain("name one task");
  expect(await taskNamedIn(at("door.hdf5"))).toBe("door");
  const files = [at("a.hdf5"), at("c.hdf5"), at("robot.hdf5")] as const;
  const { out } = await calql("data", "merge", ...files, "--out", at("mixed.hdf5"));
  expect(out.replace(/\s+/g, " ")).toContain(
    `the files do not name one task (${files[0]} names "door", ${files[1]} names "pen" and ${files[2]} names none), so the merged file names none`,
  );
  expect(await taskNamedIn(at("mixed.hdf5"))).toBeUndefined();
});
