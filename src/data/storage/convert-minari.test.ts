/**
 * Minari datasets of Python's writing through `calql data convert` into formats that are written, and back.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { calql } from "../../cli/command-line.fixture.js";
import { writeDataset } from "../../runs/task-data.js";
import { randomDataset } from "../example-data.fixture.js";
import { convertDataset } from "./convert-dataset.js";
import { readDataset } from "./open-dataset.js";

const fixture = (name: string) => fileURLToPath(new URL(`../../../fixtures/formats/minari/${name}`, import.meta.url));

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "calql-convert-minari-"));
});
afterEach(() => rmSync(place, { recursive: true }));

test.each(["old-hdf5", "new-hdf5", "arrow", "arrow-discrete", "parquet", "parquet-discrete"])(
  "%s goes to calql, to Minari and back with the same numbers",
  async (name) => {
    const { episodes, discreteActions } = await readDataset(fixture(name));
    const steps = [
      [fixture(name), "a.calql"],
      [join(place, "a.calql"), "door-v0/"],
      [join(place, "door-v0"), "b.calql"],
    ] as const;
    for (const [from, to] of steps) {
      const { code, error } = await calql("data", "convert", from, join(place, to));
      expect([code, error]).toEqual([0, ""]);
      const read = await readDataset(join(place, to));
      expect(read.episodes).toEqual(episodes);
      expect(read.discreteActions).toBe(discreteActions);
    }
  },
);

test("a Minari dataset of our own has the spaces and counts of its episodes, and the same bytes each time", async () => {
  const dataset = randomDataset(3, [5, 70, 1], { observationSize: 3, actionSize: 2 });
  await writeDataset(join(place, "a.hdf5"), dataset);
  for (const name of ["one-v0", "two-v0"])
    await convertDataset(join(place, "a.hdf5"), join(place, name), { to: "minari" });
  expect((await readDataset(join(place, "one-v0"))).episodes).toEqual(dataset.episodes);
  const metadata = JSON.parse(readFileSync(join(place, "one-v0/data/metadata.json"), "utf8"));
  expect(metadata).toMatchObject({ total_episodes: 3, total_steps: 76, data_format: "hdf5", dataset_id: "one-v0" });
  expect(metadata.action_space).toBe(
    '{"type": "Box", "dtype": "float32", "shape": [2], "low": [-Infinity, -Infinity], "high": [Infinity, Infinity]}',
  );
  const bytes = (name: string) => readFileSync(join(place, name, "data/main_data.hdf5"));
  expect(bytes("one-v0").equals(bytes("two-v0"))).toBe(true);
});
