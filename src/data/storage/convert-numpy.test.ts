/**
 * Files of NumPy's own writing through `calql data convert` into formats that are written, and back.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { calql } from "../../cli/command-line.fixture.js";
import { expected, plainEpisode } from "../formats/numpy.fixture.js";
import { readDataset } from "./open-dataset.js";

const fixture = (name: string) => fileURLToPath(new URL(`../../../fixtures/formats/numpy/${name}`, import.meta.url));
const { goal, maze } = expected.ogbench;

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "calql-convert-numpy-"));
});
afterEach(() => rmSync(place, { recursive: true }));

test.each([
  ["pen2_sparse.npy", expected.adroit.expert, []],
  ["pen_bc_sparse4-protocol2.npy", expected.adroit.cloned, []],
  ["maze.npz", maze, ["--goal", goal.join(",")]],
])("%s", async (name, episodes, flags) => {
  for (const target of ["data.calql", "data.parquet"]) {
    const path = join(place, target);
    const { code, error } = await calql("data", "convert", fixture(name), path, ...flags);
    expect([code, error]).toEqual([0, ""]);
    expect((await readDataset(path)).episodes.map(plainEpisode)).toEqual(episodes);
  }
});
