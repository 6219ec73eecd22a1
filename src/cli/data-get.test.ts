/**
 * What `calql data get` says of a set that is there: the step that follows must work as it is printed.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it, vi } from "vitest";
import { readDataset } from "../data/storage/open-dataset.js";
import { calql } from "./command-line.fixture.js";

const place = mkdtempSync(join(tmpdir(), "calql-get-"));
const fixtures = fileURLToPath(new URL("../../fixtures/formats/numpy/", import.meta.url));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(place, { recursive: true });
});

it("tells how the two files of a binary Adroit set become one", async () => {
  vi.stubEnv("CALQL_CACHE", place);
  const folder = join(place, "public", "pen-binary");
  mkdirSync(folder, { recursive: true });
  const files = ["pen2_sparse.npy", "pen_bc_sparse4.npy"];
  for (const file of files) cpSync(join(fixtures, file), join(folder, file));
  const { code, out } = await calql("data", "get", "pen-binary");
  expect(code).toBe(0);
  const [first, second] = files.map((file) => join(folder, file)) as [string, string];
  const line = `make one dataset of both: calql data merge ${first} ${second} --out pen-binary.hdf5 --binary pen\n`;
  expect(out.endsWith(line)).toBe(true);
  // The trajectories of the fixtures are too small for the pen's rule; without it the same words work.
  const merged = join(place, "both.hdf5");
  expect((await calql("data", "merge", first, second, "--out", merged)).code).toBe(0);
  expect((await readDataset(merged)).episodes.length).toBe(4);
});
