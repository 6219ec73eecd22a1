/** The Minari reader against damaged datasets, in each way of storing them. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type DataFiles, filesInMemory } from "../../containers/files.js";
import { diskFiles } from "../../storage/disk-files.js";
import { fuzzFormat } from "../fuzz.fixture.js";
import { minariFormat } from "./minari-format.js";

const fixtures = fileURLToPath(new URL("../../../../fixtures/formats/minari/", import.meta.url));

/** A fixture in memory, under a short name; without the expected numbers, which are no part of the dataset. */
function fixture(name: string): DataFiles {
  const files = diskFiles(`${fixtures}${name}`);
  const contents = new Map<string, Uint8Array>();
  for (const path of files.paths.filter((path) => path.startsWith("data/"))) {
    const file = files.open(path);
    contents.set(path, file.read(0, file.size));
  }
  files.close();
  return filesInMemory(name, contents);
}

const stored = [
  { name: "HDF5 before 0.5", fixtures: ["old-tiny"] },
  { name: "HDF5", fixtures: ["new-tiny"] },
  { name: "Arrow", fixtures: ["arrow", "arrow-discrete"] },
  { name: "Parquet", fixtures: ["parquet", "parquet-discrete"] },
];

test.each(stored)(
  "10,000 damaged datasets in $name give valid data or one typed error each",
  {
    timeout: 300_000,
  },
  async ({ fixtures: names }) => {
    const report = await fuzzFormat(minariFormat, names.map(fixture), { mutations: 10_000, seed: 2 });
    expect(report.cases).toBe(10_000);
    expect(report.refused).toBeGreaterThan(2_000);
    expect(report.accepted).toBeGreaterThan(1_000);
  },
);
