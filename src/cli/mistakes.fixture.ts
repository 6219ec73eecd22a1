/**
 * For tests of what a person sees who made a mistake: a folder to make it in, and what holds for every answer. One
 * sentence, an exit code, no stack trace, and no file touched.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { randomDataset } from "../data/example-data.fixture.js";
import { snapshotOf } from "../runs/folder-content.fixture.js";
import { writeDataset } from "../runs/task-data.js";
import { calql, tinyFlags } from "./command-line.fixture.js";

/** A command line, and how the sentence reads that answers it. */
export type Mistake = readonly [line: string, sentence: RegExp];

/** A folder for the tests of a file, which run in it. `prepare` makes what is in it, `leave` undoes what it must. */
export function workingFolder(prepare: () => Promise<void>, leave: () => void = () => {}): string {
  const home = process.cwd();
  const place = mkdtempSync(join(tmpdir(), "calql-wrong-"));
  beforeAll(async () => {
    process.chdir(place);
    vi.stubEnv("CALQL_CACHE", join(place, "cache"));
    await prepare();
  });
  afterAll(() => {
    leave();
    vi.unstubAllEnvs();
    process.chdir(home);
    rmSync(place, { recursive: true });
  });
  return place;
}

/** A dataset of the smallest maze in maze.hdf5, and a run from it in the folder run. */
export async function recordedRun(): Promise<void> {
  await writeDataset("maze.hdf5", randomDataset(1, [60, 60], { observationSize: 4, actionSize: 2 }));
  const { code } = await calql(...trainLine("maze.hdf5", "--out run").split(" "));
  expect(code).toBe(0);
}

/** The command line of a run of a second. */
export const trainLine = (file: string, more = "") =>
  `train --task pointmaze-umaze --dataset ${file} ${tinyFlags.join(" ")} ${more}`.trim();

/** Runs a line that is answered with nothing but one sentence, before anything was begun. */
export async function expectRefused([line, sentence]: Mistake): Promise<void> {
  const before = snapshotOf(".");
  const { code, out, error } = await calql(...line.split(" "));
  expect(error).toMatch(/^error: [^\n]+\n$/);
  expect(error.slice("error: ".length, -1)).toMatch(sentence);
  expect(error).not.toMatch(/\n\s+at |undefined|\[object|Invalid input|\.\.$/);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(snapshotOf(".")).toEqual(before);
}

/** Runs a line whose last word is one sentence. @returns what it left in the folder, beside what was there before */
export async function seenOf([line, sentence]: Mistake, exitCode: number) {
  const before = snapshotOf(".");
  const { code, error } = await calql(...line.split(" "));
  const last = error.trimEnd().split("\n").at(-1)!;
  expect(last).toMatch(/^error: /);
  expect(last.slice("error: ".length)).toMatch(sentence);
  expect(error).not.toMatch(/\n\s+at |undefined|\[object|Invalid input|\.\.\n/);
  expect(code).toBe(exitCode);
  return { before, after: snapshotOf(".") };
}
